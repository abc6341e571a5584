#include "server/json/decimal.h"

#include <string>

#include <gtest/gtest.h>

namespace extractd::json {
namespace {

TEST(DecimalTest, EqualValuesInDifferentForms) {
  for (const auto* text : {"100", "1e2", "1E+2", "100.0", "1.00e2", "10000e-2", "0.1e3"}) {
    EXPECT_EQ(CompareNumbers(text, "100"), 0) << text;
  }
  EXPECT_EQ(CompareNumbers("-0.0", "0e5"), 0);
}

TEST(DecimalTest, OrderIsExactBeyondDoubles) {
  EXPECT_LT(CompareNumbers("9007199254740992", "9007199254740993"), 0);
  EXPECT_GT(CompareNumbers("0.1000000000000000055511151231257827", "0.1"), 0);
  EXPECT_LT(CompareNumbers("1e400", "1.1e400"), 0);
  EXPECT_LT(CompareNumbers("-1e400", "1e-400"), 0);
  EXPECT_GT(CompareNumbers("-1", "-1.5"), 0);
  EXPECT_GT(CompareNumbers("12", "9.99"), 0);
  EXPECT_LT(CompareNumbers("0", "1e-999999999999"), 0);
}

TEST(DecimalTest, IntegersByValueNotByForm) {
  for (const auto* text : {"0", "-0.0", "1", "1.0", "1.5e1", "12345678901234567890123", "1e100"}) {
    EXPECT_TRUE(IsInteger(text)) << text;
  }
  for (const auto* text : {"0.5", "1e-1", "12.34e1", "1.000000000000000000001"}) {
    EXPECT_FALSE(IsInteger(text)) << text;
  }
}

TEST(DecimalTest, MultiplesAreDecimalExact) {
  EXPECT_TRUE(IsMultipleOf("0.3", "0.1"));
  EXPECT_TRUE(IsMultipleOf("19.99", "0.01"));
  EXPECT_TRUE(IsMultipleOf("1e308", "0.5"));
  EXPECT_TRUE(IsMultipleOf("0", "7"));
  EXPECT_TRUE(IsMultipleOf("-21", "7"));
  EXPECT_TRUE(IsMultipleOf("12391239123", "1e-8"));
  EXPECT_FALSE(IsMultipleOf("0.35", "0.1"));
  EXPECT_FALSE(IsMultipleOf("9007199254740993", "2"));
  EXPECT_FALSE(IsMultipleOf("1e-9", "1e-8"));
  EXPECT_FALSE(IsMultipleOf("5", "10"));
}

TEST(DecimalTest, MultiplesOfDivisorsBeyond64Bits) {
  const std::string divisor = "123456789012345678901234567891";
  EXPECT_TRUE(IsMultipleOf("370370367037037036703703703673", divisor));
  EXPECT_TRUE(IsMultipleOf(divisor + "e50", divisor));
  EXPECT_FALSE(IsMultipleOf("370370367037037036703703703674", divisor));
}

TEST(DecimalTest, LongNumbersAreReadInGroups) {
  const std::string nines(100'000, '9');
  EXPECT_TRUE(IsMultipleOf(nines, "9"));
  EXPECT_TRUE(IsMultipleOf(nines, "1111111111"));
  EXPECT_FALSE(IsMultipleOf(nines, "2"));
  EXPECT_FALSE(IsMultipleOf("1" + nines, "9"));
  EXPECT_TRUE(IsMultipleOf(nines, std::string(25, '9')));
  EXPECT_FALSE(IsMultipleOf(nines, std::string(27, '9')));
}

TEST(DecimalTest, HugeExponentCostsNothing) {
  EXPECT_TRUE(IsMultipleOf("7e999999999999999", "7"));
  EXPECT_FALSE(IsMultipleOf("1e999999999999999", "7"));
  EXPECT_EQ(ToInt64("1e999999999999999"), std::nullopt);
}

TEST(DecimalTest, FitsInto64BitsOrNot) {
  EXPECT_EQ(ToInt64("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(ToInt64("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(ToInt64("9223372036854775808"), std::nullopt);
  EXPECT_EQ(ToInt64("1.5e1"), 15);
  EXPECT_EQ(ToInt64("-2.0"), -2);
  EXPECT_EQ(ToInt64("-0.0"), 0);
  EXPECT_EQ(ToInt64("1.5"), std::nullopt);
}

}  // namespace
}  // namespace extractd::json
