#include "server/base/tokens.h"

#include <string>

#include <gtest/gtest.h>

namespace extractd {
namespace {

TEST(TokensTest, WordsNumbersAndSignsCount) {
  EXPECT_EQ(EstimateTokens(""), 0);
  EXPECT_EQ(EstimateTokens("one two three"), 3);
  EXPECT_EQ(EstimateTokens("internationalisation"), 3);
  EXPECT_EQ(EstimateTokens("12345"), 2);
  EXPECT_EQ(EstimateTokens(R"({"a":1})"), 5);
}

TEST(TokensTest, IndentationIsOneTokenWithItsBreak) {
  EXPECT_EQ(EstimateTokens("a\n        b"), 3);
}

TEST(TokensTest, GrowsWithTheText) {
  const std::string row = "  17,Ada Lovelace,London\n";
  std::string rows;
  for (int i = 0; i < 100; ++i) rows += row;
  EXPECT_EQ(EstimateTokens(rows), 100 * EstimateTokens(row) - 99)
      << "but for the indentation that stands behind a line break";
}

}  // namespace
}  // namespace extractd
