#include "server/schema/coerce/number_text.h"

#include <string>

#include <gtest/gtest.h>

namespace extractd::schema {
namespace {

// "none", or the number, with " lossy" behind one that lost something.
std::string Read(std::string_view text, const NumberWanted& wanted = {}) {
  const std::optional<TextNumber> number = ReadTextNumber(text, wanted);
  if (!number.has_value()) return "none";
  return number->number + (number->lossless ? "" : " lossy");
}

std::string ReadInteger(std::string_view text) {
  return Read(text, {.integer = true});
}

TEST(NumberTextTest, FormsOfJsonAndOfProgrammingLanguages) {
  EXPECT_EQ(Read("3"), "3");
  EXPECT_EQ(Read(" -1.50e3 "), "-1.50e3");
  EXPECT_EQ(Read("+3"), "3");
  EXPECT_EQ(Read(".5"), "0.5");
  EXPECT_EQ(Read("0xFF"), "255");
  EXPECT_EQ(Read("007"), "7 lossy");
}

TEST(NumberTextTest, ThousandsWhereBothMarksOrSeveralSayWhich) {
  EXPECT_EQ(Read("1,234.56"), "1234.56");
  EXPECT_EQ(Read("1.234,56"), "1234.56");
  EXPECT_EQ(Read("-1.234.567"), "-1234567");
  EXPECT_EQ(Read("12,345,678.9"), "12345678.9");
  EXPECT_EQ(Read("1'234.50"), "1234.50");
  EXPECT_EQ(Read("1’234’567"), "1234567");
  EXPECT_EQ(Read("1\u00A0234"), "1234");
  EXPECT_EQ(Read("1,5"), "1.5");
}

TEST(NumberTextTest, ALoneMarkBeforeThreeDigitsIsSureOnlyForIntegersInEnglish) {
  EXPECT_EQ(Read("1,234"), "none");
  EXPECT_EQ(ReadInteger("12,111"), "12111");
  EXPECT_EQ(Read("12.111"), "12.111");
  EXPECT_EQ(ReadInteger("1.234"), "none");
  EXPECT_EQ(ReadInteger("1.234.567"), "1234567");
  EXPECT_EQ(Read("1,23,456"), "none");
  EXPECT_EQ(Read("1,234,5"), "none");
}

TEST(NumberTextTest, MultipliersAreExact) {
  EXPECT_EQ(ReadInteger("12k"), "12000");
  EXPECT_EQ(Read("1.5 million"), "1500000");
  EXPECT_EQ(Read("1,5 Mio."), "1500000");
  EXPECT_EQ(Read("0.00125 bn"), "1250000");
  EXPECT_EQ(Read("3 Milliarden"), "3000000000");
  EXPECT_EQ(Read("2.5M"), "2500000");
  EXPECT_EQ(Read("5m"), "5 lossy") << "metres, most likely";
}

TEST(NumberTextTest, PercentIsAShareOnlyWhereTheSchemaSaysSo) {
  EXPECT_EQ(Read("95%"), "95 lossy");
  EXPECT_EQ(Read("95 %", {.share = true}), "0.95");
  EXPECT_EQ(Read("0.5 percent", {.share = true}), "0.005");
}

TEST(NumberTextTest, CurrenciesUnitsAndWordsAroundOneNumberAreALoss) {
  EXPECT_EQ(Read("$3"), "3 lossy");
  EXPECT_EQ(Read("1.234,50 €"), "1234.50 lossy");
  EXPECT_EQ(Read("CHF 1'000"), "1000 lossy");
  EXPECT_EQ(Read("3 years"), "3 lossy");
  EXPECT_EQ(Read("The answer is 5."), "5 lossy");
  EXPECT_EQ(Read("12.11."), "12.11");
}

TEST(NumberTextTest, QuotientsThatEnd) {
  EXPECT_EQ(Read("1/5"), "0.2");
  EXPECT_EQ(Read("-3/8"), "-0.375");
  EXPECT_EQ(Read("1/3"), "none");
  EXPECT_EQ(Read("1/0"), "none");
  EXPECT_EQ(ReadInteger("5/2"), "none");
}

TEST(NumberTextTest, WhatIsNotOneNumberIsNone) {
  for (const std::string_view text : {
           "",           "none",      "five",       "5 or 6", "10-20",   "2024-10-18",  "12:30",
           "not 5",      "about 5",   "at least 5", "~5",     "> 5",     "less than 5", "A1",
           "no. 5 of 7", "half of 5", "1.2.3",      "5 * 3",  "isn't 5", "v2",          "x_1",
       }) {
    EXPECT_EQ(Read(text), "none") << text;
  }
  EXPECT_EQ(
      Read(std::string(kMaxNumberTextBytes, ' ') + "5 apples" + std::string(200, '.')), "none"
  );
  EXPECT_EQ(ReadInteger("3.5"), "none");
}

}  // namespace
}  // namespace extractd::schema
