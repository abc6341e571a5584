#include "server/net/uri.h"

#include <gtest/gtest.h>

namespace extractd::net {
namespace {

TEST(UriTest, OnlyUnreservedBytesStayAsTheyAre) {
  EXPECT_EQ(PercentEncode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(PercentEncode("a b/ü:%+"), "a%20b%2F%C3%BC%3A%25%2B");
  EXPECT_EQ(PercentEncode("/model/a%3A0", "/"), "/model/a%253A0");
  EXPECT_EQ(PercentEncode(std::string_view("\0\xFF", 2)), "%00%FF");
}

TEST(UriTest, AnAddressFallsIntoItsParts) {
  const UrlParts parts = SplitUrl("https://host.example:8443/a/b?x=1&y=/?");
  EXPECT_EQ(parts.scheme, "https");
  EXPECT_EQ(parts.authority, "host.example:8443");
  EXPECT_EQ(parts.path, "/a/b");
  EXPECT_EQ(parts.query, "x=1&y=/?");
}

TEST(UriTest, WhatIsMissingIsEmptyAndThePathASlash) {
  EXPECT_EQ(SplitUrl("http://h").path, "/");
  EXPECT_EQ(SplitUrl("http://h?q").path, "/");
  EXPECT_EQ(SplitUrl("http://h?q").authority, "h");
  EXPECT_EQ(SplitUrl("http://h?q").query, "q");
  EXPECT_EQ(SplitUrl("").authority, "");
  EXPECT_EQ(SplitUrl("h/p").scheme, "");
}

TEST(UriTest, AHostGoesWithoutPortAndBrackets) {
  EXPECT_EQ(HostOf("h:80"), "h");
  EXPECT_EQ(HostOf("h"), "h");
  EXPECT_EQ(HostOf("[fd00:ec2::23]:80"), "fd00:ec2::23");
  EXPECT_EQ(HostOf("[::1]"), "::1");
  EXPECT_EQ(HostOf("[::1"), "::1");
  EXPECT_EQ(HostOf("["), "");
}

}  // namespace
}  // namespace extractd::net
