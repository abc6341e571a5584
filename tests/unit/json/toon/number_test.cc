#include "server/json/toon/number.h"

#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "server/json/decimal.h"

namespace extractd::json::toon {
namespace {

std::string Canonical(std::string_view number) {
  std::string out;
  AppendCanonicalNumber(number, out);
  return out;
}

TEST(ToonNumberTest, PlainDigitsBetweenAMillionthAndTenToTheTwentyOne) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"0", "0"},
      {"-0.000e5", "0"},
      {"1.50", "1.5"},
      {"-10.0", "-10"},
      {"1e3", "1000"},
      {"1.25E+1", "12.5"},
      {"1e-6", "0.000001"},
      {"0.0012", "0.0012"},
      {"100000000000000000000", "100000000000000000000"},
      {"999999999999999999999.5", "999999999999999999999.5"},
      {"9e-7", "9e-7"},
      {"-0.00000012", "-1.2e-7"},
      {"1000000000000000000000", "1e+21"},
      {"123456789012345678901234567890", "1.2345678901234567890123456789e+29"},
  };
  for (const auto& [number, canonical] : cases) {
    EXPECT_EQ(Canonical(number), canonical);
    EXPECT_EQ(CompareNumbers(number, canonical), 0) << number;
  }
}

TEST(ToonNumberTest, ExponentStaysOneThatParsersTake) {
  EXPECT_EQ(Canonical("10e999999999999999"), "10e999999999999999");
}

}  // namespace
}  // namespace extractd::json::toon
