#include "server/schema/format/format.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace extractd::schema {
namespace {

struct Case {
  Format format;
  std::vector<std::string_view> good;
  std::vector<std::string_view> bad;
};

void Expect(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    for (const std::string_view text : c.good) {
      EXPECT_TRUE(Conforms(c.format, text)) << FormatName(c.format) << " " << text;
    }
    for (const std::string_view text : c.bad) {
      EXPECT_FALSE(Conforms(c.format, text)) << FormatName(c.format) << " " << text;
    }
  }
}

TEST(FormatTest, NamesAreThoseOfTheStandard) {
  for (const std::string_view name :
       {"date",
        "date-time",
        "duration",
        "email",
        "hostname",
        "idn-email",
        "idn-hostname",
        "ipv4",
        "ipv6",
        "iri",
        "iri-reference",
        "json-pointer",
        "regex",
        "relative-json-pointer",
        "time",
        "uri",
        "uri-reference",
        "uri-template",
        "uuid"}) {
    const auto format = FindFormat(name);
    ASSERT_TRUE(format.has_value()) << name;
    EXPECT_EQ(FormatName(*format), name);
  }
  EXPECT_EQ(FindFormat("Date"), std::nullopt);
  EXPECT_EQ(FindFormat(""), std::nullopt);
}

TEST(FormatTest, Dates) {
  Expect({
      {Format::kDate,
       {"2026-11-21", "2024-02-29", "2000-02-29", "0000-01-01"},
       {"",
        "2026-02-29",
        "1900-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-1-1",
        "2026-11-31",
        "20261121",
        "2026-11-21 ",
        "২০২৬-11-21"}},
      {Format::kTime,
       {"12:30:45Z", "00:00:00.123456789z", "23:59:60Z", "00:59:60+01:00", "12:00:00-23:59"},
       {"",
        "24:00:00Z",
        "12:60:00Z",
        "12:00:61Z",
        "12:00:60Z",
        "12:00:00",
        "12:00Z",
        "12:00:00.Z",
        "12:00:00+24:00",
        "12:00:00+1:00"}},
      {Format::kDateTime,
       {"2026-11-21T10:00:00Z", "2026-11-21t10:00:00.5-05:30"},
       {"2026-11-21", "2026-11-21 10:00:00Z", "2026-11-21T10:00:00", "2026-02-30T10:00:00Z"}},
      {Format::kDuration,
       {"P1Y2M3DT4H5M6S", "P1W", "PT1M", "P1D", "PT1H30M", "P0D"},
       {"",
        "P",
        "PT",
        "P1",
        "1D",
        "P1DT",
        "P1S",
        "PT1D",
        "P1W2D",
        "P2D1Y",
        "P1Y2D",
        "PT1H2S",
        "P-1D",
        "P1.5D"}},
  });
}

TEST(FormatTest, Addresses) {
  Expect({
      {Format::kIpv4,
       {"0.0.0.0", "255.255.255.255", "192.168.0.1"},
       {"", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.4 ", "0x1.2.3.4", "1..3.4"}},
      {Format::kIpv6,
       {"::",
        "::1",
        "1::",
        "1:2:3:4:5:6:7:8",
        "1::8",
        "::ffff:1.2.3.4",
        "1:2:3:4:5:6:1.2.3.4",
        "fe80::A"},
       {"",
        ":",
        ":::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1::2::3",
        "12345::",
        "::g",
        "1:2:3:4:5:6:7::8:9",
        "::1%eth0",
        "1.2.3.4",
        "::1.2.3",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1 "}},
      {Format::kHostname,
       {"a", "example.org", "a-b.c1", "1.2", "xn--bcher-kva.example", "r3---sn-x.example"},
       {"", ".", "a.", ".a", "-a", "a-", "a_b", "a b", "bücher.example", "xn--", "xn--a"}},
      {Format::kIdnHostname,
       {"bücher.example", "例え。テスト", "example.org", "xn--bcher-kva"},
       {"", "BÜCHER.example", "-ü", "ü-", "ü..a", "a\u0300.example", "ab--ü"}},
      {Format::kEmail,
       {"a@b.c", "a.b+c@example.org", "\"a b\"@x.y", "\"a\\\"b\"@x", "a@[1.2.3.4]", "a@[IPv6:::1]"},
       {"",
        "a",
        "@b",
        "a@",
        ".a@b",
        "a.@b",
        "a..b@c",
        "a b@c",
        "a@b_c",
        "a@[1.2.3]",
        "\"a\"b\"@c",
        "ä@b.c",
        "\"a@b"}},
      {Format::kIdnEmail, {"ä@b.c", "a@bücher.example"}, {"ä", "ä@-b", "@ä"}},
  });
}

TEST(FormatTest, Uris) {
  Expect({
      {Format::kUri,
       {"http://a",
        "http://u:p@a.b:80/c?d=e#f",
        "urn:x:y",
        "mailto:a@b",
        "http://[::1]:8080/",
        "http://[v1.a:b]/",
        "file:///a",
        "a:",
        "http://a/%C3%A4"},
       {"",
        "a/b",
        "//a/b",
        "http://a b",
        "http://a/%zz",
        "http://a/{b}",
        "http://ä",
        ":a",
        "1a:b",
        "http://[::1",
        "http://[::g]",
        "http://a:b",
        "http://a#b#c",
        "http://a\\b"}},
      {Format::kUriReference,
       {"", "a", "/a/b", "//a/b", "?a", "#a", "http://a", "./a:b"},
       {"a b", "a%", "\\a", "#a#b", "ä", "1:b"}},
      {Format::kIri,
       {"http://ä/ö?ü#ß", "http://a/\U000E1000"},
       {"ä", "http://a/\uE000", "http://a/\uFFFF", "http://a/\u0080"}},
      {Format::kIriReference, {"ä/ö", "?\uE000", ""}, {"\\ä", "ä\uE000"}},
      {Format::kUriTemplate,
       {"", "http://a/{b}", "{+a,b:3,c*}", "{?a.b,c%20d}", "{#x}", "a'b"},
       {"{",
        "}",
        "{}",
        "{a",
        "{a}}",
        "{a b}",
        "{a:0}",
        "{a:12345}",
        "{a..b}",
        "{.a.}",
        "a b",
        "a%zz",
        "<a>"}},
  });
}

TEST(FormatTest, Identifiers) {
  Expect({
      {Format::kUuid,
       {"2EB8AA08-aa98-11ea-b4aa-73b441d16380", "00000000-0000-0000-0000-000000000000"},
       {"",
        "2eb8aa08aa9811eab4aa73b441d16380",
        "2eb8aa08-aa98-11ea-b4aa-73b441d1638",
        "2eb8aa08-aa98-11ea-b4aa-73b441d16380a",
        "{2eb8aa08-aa98-11ea-b4aa-73b441d16380}",
        "2eb8aa08-aa98-11ea-b4ag-73b441d16380"}},
      {Format::kJsonPointer, {"", "/", "/a/0/b~0~1"}, {"a", "/~", "/~2", "#/a"}},
      {Format::kRelativeJsonPointer, {"0", "1/a", "10#", "0#"}, {"", "/a", "01", "-1", "1##", "1a"}
      },
      {Format::kRegex,
       {"", "^a+$", "(?=a)b", "(?<n>a)\\k<n>", "[^]", "a{2,3}?", "\\p{L}"},
       {"(", ")", "[a", "a**", "\\", "*", "a{3,2}", "\\a", "(?i)a", "[b-a]", "(?<1>a)"}},
  });
}

TEST(FormatTest, LongTextsAreJudgedWithoutEffort) {
  const std::string text(1U << 20U, 'a');
  EXPECT_FALSE(Conforms(Format::kHostname, text));
  EXPECT_FALSE(Conforms(Format::kIdnHostname, "\xC3\xBC" + text));
  EXPECT_FALSE(Conforms(Format::kEmail, text + "@b"));
  EXPECT_FALSE(Conforms(Format::kEmail, "a@" + text));
  EXPECT_TRUE(Conforms(Format::kUri, "a:" + text));
}

}  // namespace
}  // namespace extractd::schema
