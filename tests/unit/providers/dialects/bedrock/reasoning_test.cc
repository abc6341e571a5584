#include "server/providers/dialects/bedrock/reasoning.h"

#include <gtest/gtest.h>

namespace extractd::providers::bedrock_converse {
namespace {

const ModelFamily kWords = {.effort_form = R"({"think":"${effort}"})"};
const ModelFamily kTokens = {
    .efforts = {"", "1024", "4096", "16384"}, .effort_form = R"({"budget":${effort}})"
};

TEST(BedrockReasoningTest, AnEffortIsWrittenInTheFamilysForm) {
  EXPECT_EQ(
      ReasoningMembers(kWords, {.reasoning_effort = ReasoningEffort::kLow}), R"({"think":"low"})"
  );
  EXPECT_EQ(
      ReasoningMembers(kTokens, {.reasoning_effort = ReasoningEffort::kHigh}), R"({"budget":16384})"
  );
  EXPECT_EQ(
      ReasoningMembers({}, {.reasoning_effort = ReasoningEffort::kMedium}),
      R"({"outputConfig":{"effort":"medium"}})"
  );
}

TEST(BedrockReasoningTest, ABudgetIsKeptWhereTokensAreCountedAndIsAWordElsewhere) {
  EXPECT_EQ(ReasoningMembers(kTokens, {.thinking_budget_tokens = 2'000}), R"({"budget":2000})");
  EXPECT_EQ(ReasoningMembers(kWords, {.thinking_budget_tokens = 2'000}), R"({"think":"low"})");
  EXPECT_EQ(ReasoningMembers(kWords, {.thinking_budget_tokens = 8'000}), R"({"think":"medium"})");
  EXPECT_EQ(ReasoningMembers(kWords, {.thinking_budget_tokens = 20'000}), R"({"think":"high"})");
}

TEST(BedrockReasoningTest, WhatIsNotAskedIsNotSaid) {
  EXPECT_EQ(ReasoningMembers(kWords, {}), "");
  EXPECT_EQ(ReasoningMembers(kWords, {.reasoning_effort = ReasoningEffort::kNone}), "");
  EXPECT_EQ(ReasoningMembers(kWords, {.thinking_budget_tokens = 0}), "");
  EXPECT_FALSE(ReasoningIsAsked({}));
  EXPECT_FALSE(ReasoningIsAsked({.reasoning_effort = ReasoningEffort::kNone}));
  EXPECT_TRUE(ReasoningIsAsked({.reasoning_effort = ReasoningEffort::kLow}));
  EXPECT_TRUE(ReasoningIsAsked({.thinking_budget_tokens = 1}));
}

}  // namespace
}  // namespace extractd::providers::bedrock_converse
