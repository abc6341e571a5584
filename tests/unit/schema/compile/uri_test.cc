#include "server/schema/compile/uri.h"

#include <gtest/gtest.h>

namespace extractd::schema {
namespace {

TEST(UriTest, TheFragmentIsBehindTheFirstHash) {
  EXPECT_EQ(SplitFragment("http://a/b#c#d").absolute, "http://a/b");
  EXPECT_EQ(SplitFragment("http://a/b#c#d").fragment, "c#d");
  EXPECT_EQ(SplitFragment("#").absolute, "");
  EXPECT_EQ(SplitFragment("#").fragment, "");
  EXPECT_FALSE(SplitFragment("a").fragment.has_value());
}

// The examples of RFC 3986, 5.4.
TEST(UriTest, ReferencesResolveAsTheStandardSays) {
  constexpr std::string_view kBase = "http://a/b/c/d;p?q";
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q#s"},
      {"g#s", "http://a/b/c/g#s"},
      {"g?y#s", "http://a/b/c/g?y#s"},
      {";x", "http://a/b/c/;x"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"g#s/../x", "http://a/b/c/g#s/../x"},
  };
  for (const auto& [reference, resolved] : cases) {
    EXPECT_EQ(ResolveUri(kBase, reference), resolved) << reference;
  }
}

TEST(UriTest, OtherBasesWorkToo) {
  EXPECT_EQ(ResolveUri("urn:uuid:1", "#a"), "urn:uuid:1#a");
  EXPECT_EQ(ResolveUri("http://a", "b"), "http://a/b");
  EXPECT_EQ(ResolveUri("", "b/c#d"), "b/c#d");
  EXPECT_EQ(ResolveUri("a/b", "c"), "a/c");
  EXPECT_EQ(ResolveUri("/a", "b"), "/b");
}

TEST(UriTest, EscapesAreDecodedOrRefused) {
  EXPECT_EQ(PercentDecode("/a%25b%2F%c3%A4"), "/a%b/ä");
  EXPECT_EQ(PercentDecode("%zz"), std::nullopt);
  EXPECT_EQ(PercentDecode("%4"), std::nullopt);
}

}  // namespace
}  // namespace extractd::schema
