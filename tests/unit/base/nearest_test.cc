#include "server/base/nearest.h"

#include <vector>

#include <gtest/gtest.h>

namespace extractd {
namespace {

const std::vector<std::string> kNames = {"groq", "openai", "openrouter"};

TEST(NearestNameTest, FindsASlipOfTheHand) {
  EXPECT_EQ(NearestName("opnai", kNames), "openai");
  EXPECT_EQ(NearestName("OpenAI", kNames), "openai");
  EXPECT_EQ(NearestName("gorq", kNames), "groq");
}

TEST(NearestNameTest, FarNamesAreNotSuggested) {
  EXPECT_EQ(NearestName("anthropic", kNames), "");
  EXPECT_EQ(NearestName("", kNames), "");
}

TEST(NearestNameTest, LongTextIsComparedInBoundedTime) {
  EXPECT_EQ(NearestName(std::string(10'000'000, 'x'), kNames), "");
}

}  // namespace
}  // namespace extractd
