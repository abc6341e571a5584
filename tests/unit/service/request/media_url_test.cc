#include "server/service/request/media_url.h"

#include <gtest/gtest.h>

namespace extractd {
namespace {

TEST(MediaUrlTest, PublicHttpsAddressesAreTaken) {
  for (const auto* url :
       {"https://example.com/a.png",
        "HTTPS://Example.COM/a.png?x=1#y",
        "https://cdn.example.com:8443/a%20b.png",
        "https://example.com./a.png",
        "https://8.8.8.8/a.png",
        "https://[2606:4700::1111]/a.png"}) {
    EXPECT_EQ(ProblemOfMediaUrl(url), "") << url;
  }
}

TEST(MediaUrlTest, OtherSchemesAreNot) {
  for (const auto* url :
       {"http://example.com/a.png",
        "file:///etc/passwd",
        "ftp://example.com/a",
        "gs://bucket/a",
        "data:image/png;base64,AAAA",
        "//example.com/a.png",
        ""}) {
    EXPECT_NE(ProblemOfMediaUrl(url).find("https"), std::string::npos) << url;
  }
}

TEST(MediaUrlTest, AddressesThatAreNotPublicAreNotInAnyNotation) {
  for (const auto* url :
       {"https://169.254.169.254/latest/meta-data",
        "https://[::ffff:a9fe:a9fe]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[2002:a9fe:a9fe::]/",
        "https://100.64.0.1/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://10.0.0.1/",
        "https://172.16.5.4/",
        "https://192.168.1.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://[::1]/",
        "https://[::]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[2001:db8::1]/"}) {
    EXPECT_NE(ProblemOfMediaUrl(url), "") << url;
  }
}

TEST(MediaUrlTest, NamesOfInnerNetworksAreNot) {
  for (const auto* url :
       {"https://localhost/",
        "https://localhost:8080/",
        "https://db.localhost/",
        "https://metadata.google.internal/",
        "https://printer.local/",
        "https://wiki/",
        "https://LOCALHOST./"}) {
    EXPECT_NE(ProblemOfMediaUrl(url), "") << url;
  }
}

TEST(MediaUrlTest, WhatReadersOfUrlsDisagreeAboutIsNot) {
  for (const auto* url :
       {"https://user:pw@example.com/",
        "https://example.com@169.254.169.254/",
        "https://example.com\\@evil.example/",
        "https://exa mple.com/",
        "https://example.com/\r\nX: y",
        "https://example.com:port/",
        "https://example.com:1234567/",
        "https:///a.png",
        "https://ex%61mple.com/"}) {
    EXPECT_NE(ProblemOfMediaUrl(url), "") << url;
  }
}

TEST(MediaUrlTest, LengthIsBounded) {
  const std::string url = "https://example.com/" + std::string(kMaxMediaUrlBytes, 'a');
  EXPECT_NE(ProblemOfMediaUrl(url).find("at most 8192"), std::string::npos);
}

}  // namespace
}  // namespace extractd
