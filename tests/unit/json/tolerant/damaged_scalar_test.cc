#include "server/json/tolerant/damaged_scalar.h"

#include <gtest/gtest.h>

namespace extractd::json {
namespace {

// The value of the string at the start of `text`, and the rest of the text behind a bar.
std::string ReadString(std::string_view text) {
  StringReader reader(text);
  const DamagedString string = reader.Read(0);
  if (!string.closed) return std::string(string.value) + " open";
  return std::string(string.value) + "|" + std::string(text.substr(string.end));
}

TEST(StringReaderTest, JsonStringsAreNotDamaged) {
  StringReader reader(R"("a\"\\\/\b\f\n\r\t\u00fc\ud83d\ude00")");
  const DamagedString string = reader.Read(0);
  EXPECT_EQ(string.value, "a\"\\/\b\f\n\r\tü😀");
  EXPECT_FALSE(string.quote || string.control_character || string.escape || string.invalid_utf8);
}

TEST(StringReaderTest, DoubleQuotesEndAtTheFirst) {
  EXPECT_EQ(ReadString(R"("say "yes")"), "say |yes\"");
}

TEST(StringReaderTest, OtherQuotesEndWhereAValueMayEnd) {
  EXPECT_EQ(ReadString("'It's A', 1"), "It's A|, 1");
  EXPECT_EQ(ReadString("'a' : 'b'"), "a| : 'b'");
  EXPECT_EQ(ReadString("'a'}"), "a|}");
  EXPECT_EQ(ReadString("'a'] "), "a|] ");
  EXPECT_EQ(ReadString("'a'\n'b'"), "a|\n'b'");
  EXPECT_EQ(ReadString("'a' // x"), "a| // x");
  EXPECT_EQ(ReadString("'a' # x"), "a| # x");
  EXPECT_EQ(ReadString("'a'"), "a|");
  EXPECT_EQ(ReadString("'a' 'b'"), "a' 'b|") << "a quote between words may be part of the text";
  EXPECT_EQ(ReadString("`a'b`,"), "a'b|,");
  EXPECT_EQ(ReadString("“a \"b” c”}"), "a \"b” c|}");
  EXPECT_EQ(ReadString("„a“,"), "a|,");
  EXPECT_EQ(ReadString("“a\","), "a|,");
}

TEST(StringReaderTest, EscapesOfJavaScriptKeepTheirMeaning) {
  EXPECT_EQ(ReadString(R"('I can\'t')"), "I can't|");
  EXPECT_EQ(ReadString(R"("\`\’\x41\v")"), "`’A\v|");
  EXPECT_EQ(ReadString("\"a \\\nb \\\r\nc\""), "a b c|");
  EXPECT_EQ(ReadString(R"("\0")"), std::string("\0|", 2));
}

TEST(StringReaderTest, OtherBackslashesStandForThemselves) {
  EXPECT_EQ(
      ReadString(R"("\d+ C:\users \u12x \01 \xZZ \ü")"), R"(\d+ C:\users \u12x \01 \xZZ \ü|)"
  );
}

TEST(StringReaderTest, ControlCharactersAreKept) {
  StringReader reader("\"a\nb\x01\"");
  const DamagedString string = reader.Read(0);
  EXPECT_EQ(string.value, "a\nb\x01");
  EXPECT_TRUE(string.control_character);
  EXPECT_FALSE(string.copied);
}

TEST(StringReaderTest, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(
      ReadString("\"a\xFF\x80"
                 "b\xC3\""),
      "a\uFFFDb\uFFFD|"
  );
}

TEST(StringReaderTest, AnOpenStringHoldsWhatWasRead) {
  EXPECT_EQ(ReadString("\"ab"), "ab open");
  EXPECT_EQ(ReadString("'ab' c"), "ab' c open");
  EXPECT_EQ(ReadString(R"("a\n\)"), "a\n open") << "half an escape is dropped";
  EXPECT_EQ(ReadString(R"("a\u00)"), "a open");
}

TEST(StringReaderTest, OpenStringsAreSearchedForTheirEndOnce) {
  const std::string quotes = "\"" + std::string(200'000, '\'') + "x";
  StringReader reader(quotes);
  for (size_t at = 1; at + 1 < quotes.size(); ++at) EXPECT_FALSE(reader.Read(at).closed);
}

// As JSON, with a question mark where information goes away.
std::string Number(std::string_view word) {
  const std::optional<DamagedNumber> number = ReadNumber(word);
  if (!number.has_value()) return "none";
  const std::string text = number->text.empty() ? std::string(word) : number->text;
  return text + (number->lossless ? "" : "?");
}

TEST(DamagedNumberTest, JsonNumbersStayAsTheyAre) {
  for (const std::string_view word : {"0", "-0", "12", "1.50", "1E400", "-2e-3", "0.0"}) {
    EXPECT_EQ(ReadNumber(word)->text, "") << word;
  }
}

TEST(DamagedNumberTest, FormsOfOtherLanguages) {
  EXPECT_EQ(Number("+3"), "3");
  EXPECT_EQ(Number(".5"), "0.5");
  EXPECT_EQ(Number("-.5e3"), "-0.5e3");
  EXPECT_EQ(Number("5."), "5.0");
  EXPECT_EQ(Number("5.e4"), "5.0e4");
  EXPECT_EQ(Number("+0.25"), "0.25");
  EXPECT_EQ(Number("0xC8"), "200");
  EXPECT_EQ(Number("-0x0"), "-0");
  EXPECT_EQ(Number("0xFFFFFFFFFFFFFFFF"), "18446744073709551615");
}

TEST(DamagedNumberTest, LeadingZerosMayBePartOfACodeOrAnotherNumber) {
  EXPECT_EQ(Number("007"), "7?");
  EXPECT_EQ(Number("-0123"), "-123?");
  EXPECT_EQ(Number("00"), "0?");
  EXPECT_EQ(Number("00.5"), "0.5?");
}

TEST(DamagedNumberTest, WordsThatOnlyBeginLikeNumbers) {
  for (const std::string_view word :
       {"",
        "-",
        "+",
        ".",
        "1.1.1",
        "10-20",
        "2024-10-18",
        "1e",
        "1e+",
        "e5",
        ".e5",
        "0x",
        "0xG",
        "0x10000000000000000",
        "1_000",
        "3kg",
        "--1",
        "+-1",
        "1e1000000000000000"}) {
    EXPECT_EQ(Number(word), "none") << word;
  }
}

TEST(DamagedNumberTest, ACutNumberIsReadAsFarAsItGoes) {
  EXPECT_EQ(NumberPrefix("12"), "12");
  EXPECT_EQ(NumberPrefix("12."), "12.");
  EXPECT_EQ(NumberPrefix("2.5e-"), "2.5");
  EXPECT_EQ(NumberPrefix("-"), "");
  EXPECT_EQ(NumberPrefix("2024-10"), "");
  EXPECT_EQ(NumberPrefix("0x"), "");
}

TEST(DamagedLiteralTest, AnyCaseAndPythonsNone) {
  for (const std::string_view word : {"true", "True", "TRUE", "tRue"}) {
    EXPECT_EQ(ReadLiteral(word)->text, "true");
  }
  EXPECT_EQ(ReadLiteral("False")->text, "false");
  EXPECT_EQ(ReadLiteral("NULL")->text, "null");
  EXPECT_EQ(ReadLiteral("None")->text, "null");
  EXPECT_TRUE(ReadLiteral("None")->lossless);
}

TEST(DamagedLiteralTest, WhatJsonCannotSayBecomesNullWithALoss) {
  for (const std::string_view word :
       {"undefined", "NaN", "-nan", "Infinity", "-Infinity", "+inf"}) {
    ASSERT_TRUE(ReadLiteral(word).has_value()) << word;
    EXPECT_EQ(ReadLiteral(word)->text, "null") << word;
    EXPECT_FALSE(ReadLiteral(word)->lossless) << word;
  }
}

TEST(DamagedLiteralTest, OtherWordsAreNone) {
  for (const std::string_view word : {"", "yes", "nil", "truely", "Nones", "n", "undefinedx"}) {
    EXPECT_FALSE(ReadLiteral(word).has_value()) << word;
  }
}

}  // namespace
}  // namespace extractd::json
