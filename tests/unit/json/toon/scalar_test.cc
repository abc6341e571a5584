#include "server/json/toon/scalar.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace extractd::json::toon {
namespace {

std::string Written(std::string_view text, char delimiter = ',') {
  std::string out;
  AppendString(text, delimiter, out);
  return out;
}

std::string Unquoted(std::string_view token) {
  std::string buffer;
  const auto text = Unquote(token, buffer);
  return text.has_value() ? std::string(*text) : "(none)";
}

TEST(ToonScalarTest, StringsThatCouldBeSomethingElseAreQuoted) {
  for (const std::string_view text :
       {"",
        " a",
        "a ",
        "true",
        "null",
        "42",
        "+1",
        "05",
        "1e5",
        "-3.",
        "a:b",
        "[x",
        "x}",
        "#x",
        "-x",
        "a,b"}) {
    EXPECT_EQ(Written(text), "\"" + std::string(text) + "\"");
  }
  for (const std::string_view text : {"a b", "True", "1.", ".5", "1e", "x#", "a-b", "50%", "ü"}) {
    EXPECT_EQ(Written(text), text);
  }
}

TEST(ToonScalarTest, ControlCharactersAreEscaped) {
  EXPECT_EQ(Written("a\nb\r\t\x01\"\\"), R"("a\nb\r\t\u0001\"\\")");
}

TEST(ToonScalarTest, UnquoteTakesWholeStringsWithKnownEscapesOnly) {
  EXPECT_EQ(Unquoted(R"("a\n\"\\\u00e9")"), "a\n\"\\\xC3\xA9");
  EXPECT_EQ(Unquoted(R"("")"), "");
  for (const std::string_view token :
       {R"(a)",
        R"(")",
        R"("a)",
        R"("a" b)",
        R"("a\")",
        R"("\/")",
        R"("\b")",
        R"("\u12")",
        R"("\ud83d\ude00")"}) {
    EXPECT_EQ(Unquoted(token), "(none)") << token;
  }
}

TEST(ToonScalarTest, NumbersAreThoseOfJson) {
  for (const std::string_view text : {"0", "-0", "10", "1.50", "-1E+03", "0e1"}) {
    EXPECT_TRUE(IsNumber(text)) << text;
  }
  for (const std::string_view text : {"", "-", "+1", "01", "-05", ".5", "1.", "1e", "1_0", "0x1"}) {
    EXPECT_FALSE(IsNumber(text)) << text;
  }
}

TEST(ToonScalarTest, QuotesHideDelimiters) {
  std::vector<std::string_view> parts;
  Split(R"( a ,"b,\",c", ,d)", ',', parts);
  EXPECT_EQ(parts, (std::vector<std::string_view>{"a", R"("b,\",c")", "", "d"}));
  EXPECT_EQ(FindUnquoted(R"("a:b"[2]: 1)", "[:"), 5U);
}

TEST(ToonScalarTest, BareKeysBeginWithALetter) {
  EXPECT_TRUE(IsBareKey("_a.b9"));
  for (const std::string_view key : {"", "9a", "a-b", "a b", ".a", "ü"}) {
    EXPECT_FALSE(IsBareKey(key)) << key;
  }
}

}  // namespace
}  // namespace extractd::json::toon
