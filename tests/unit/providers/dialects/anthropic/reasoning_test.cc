#include "server/providers/dialects/anthropic/reasoning.h"

#include <gtest/gtest.h>

namespace extractd::providers::anthropic {
namespace {

Reasoning Of(const ModelFamily& family, const Generation& generation, bool include = false) {
  return ReasoningOf(family, {.generation = generation, .include_thinking = include});
}

Generation Effort(ReasoningEffort effort) {
  return {.reasoning_effort = effort};
}

TEST(AnthropicReasoningTest, NothingIsSaidUnlessSomebodyAsks) {
  const Reasoning reasoning = Of({.reasons = true}, {});
  EXPECT_EQ(reasoning.thinking, ThinkingKind::kUnsaid);
  EXPECT_EQ(reasoning.effort, "");
  EXPECT_EQ(reasoning.max_tokens, 16'384);
  EXPECT_FALSE(reasoning.told_to_think);
  EXPECT_EQ(Of({.default_max_tokens = 4096}, {}).max_tokens, 4096);
  EXPECT_EQ(Of({.default_max_tokens = 4096}, {.max_output_tokens = 10}).max_tokens, 10);
}

TEST(AnthropicReasoningTest, EffortInWords) {
  for (const auto& [effort, word] :
       {std::pair(ReasoningEffort::kLow, "low"),
        std::pair(ReasoningEffort::kMedium, "medium"),
        std::pair(ReasoningEffort::kHigh, "high")}) {
    const Reasoning reasoning = Of({}, {.reasoning_effort = effort});
    EXPECT_EQ(reasoning.thinking, ThinkingKind::kAdaptive);
    EXPECT_EQ(reasoning.effort, word);
    EXPECT_TRUE(reasoning.told_to_think);
  }
}

TEST(AnthropicReasoningTest, BudgetBecomesTheNearestEffortWhereOnlyWordsAreTaken) {
  EXPECT_EQ(Of({}, {.thinking_budget_tokens = 500}).effort, "low");
  EXPECT_EQ(Of({}, {.thinking_budget_tokens = 9000}).effort, "medium");
  EXPECT_EQ(Of({}, {.thinking_budget_tokens = 90'000}).effort, "high");
}

TEST(AnthropicReasoningTest, EffortBecomesABudgetOnTopOfTheAnswer) {
  const ModelFamily family = {.reasoning_form = ReasoningForm::kBudget};
  const Reasoning reasoning = Of(family, {.reasoning_effort = ReasoningEffort::kMedium});
  EXPECT_EQ(reasoning.thinking, ThinkingKind::kEnabled);
  EXPECT_EQ(reasoning.budget_tokens, 10'000);
  EXPECT_EQ(reasoning.max_tokens, 26'384);
  EXPECT_EQ(reasoning.effort, "");
}

TEST(AnthropicReasoningTest, EffortLeavesHalfOfTheCallersLimitToTheAnswer) {
  const ModelFamily family = {.reasoning_form = ReasoningForm::kBudget};
  const auto budget = [&family](std::int32_t limit) {
    return Of(family, {.max_output_tokens = limit, .reasoning_effort = ReasoningEffort::kHigh});
  };
  EXPECT_EQ(budget(8000).budget_tokens, 4000);
  EXPECT_EQ(budget(8000).max_tokens, 8000);
  EXPECT_EQ(budget(1500).budget_tokens, 1024);
  EXPECT_EQ(budget(1000).thinking, ThinkingKind::kUnsaid) << "there is no room for a thought";
}

TEST(AnthropicReasoningTest, ExactBudgetIsKeptAboveTheLeast) {
  const ModelFamily either = {.reasoning_form = ReasoningForm::kEither};
  EXPECT_EQ(Of(either, {.thinking_budget_tokens = 5000}).budget_tokens, 5000);
  EXPECT_EQ(Of(either, {.thinking_budget_tokens = 5}).budget_tokens, 1024);
  EXPECT_EQ(
      Of(either, {.max_output_tokens = 3000, .thinking_budget_tokens = 5000}).max_tokens, 3000
  ) << "both are the caller's; the provider says what is wrong with them";
  EXPECT_EQ(Of(either, Effort(ReasoningEffort::kLow)).thinking, ThinkingKind::kAdaptive);
}

TEST(AnthropicReasoningTest, ChoiceOfAToolIsThoughtOver) {
  const auto choosing = [](const ModelFamily& family) {
    return ReasoningOf(family, {.tools = {{.name = "t"}}, .tool_use = ToolUse::kFree});
  };
  EXPECT_EQ(choosing({}).thinking, ThinkingKind::kAdaptive);
  EXPECT_EQ(choosing({.reasoning_form = ReasoningForm::kBudget}).budget_tokens, 2048);
  EXPECT_EQ(choosing({.reasons = true}).thinking, ThinkingKind::kUnsaid) << "it does so unasked";
  EXPECT_EQ(choosing({.refuses = {"reasoning_effort"}}).thinking, ThinkingKind::kUnsaid);
}

TEST(AnthropicReasoningTest, WhatCannotBeSwitchedOffIsKeptSmall) {
  const Reasoning always = Of({.reasons = true}, Effort(ReasoningEffort::kNone));
  EXPECT_EQ(always.thinking, ThinkingKind::kUnsaid);
  EXPECT_EQ(always.effort, "low");
  EXPECT_FALSE(always.told_to_think);
  const ModelFamily quiet = {.reasons = true, .reasoning_off = "{}"};
  EXPECT_EQ(Of(quiet, Effort(ReasoningEffort::kNone)).effort, "");
  EXPECT_EQ(Of({}, Effort(ReasoningEffort::kNone)).effort, "");
}

TEST(AnthropicReasoningTest, ThoughtsAreAskedForInWordsWithoutAskingForMoreOfThem) {
  EXPECT_EQ(Of({.reasons = true}, {}, true).thinking, ThinkingKind::kAdaptive);
  EXPECT_FALSE(Of({.reasons = true}, {}, true).told_to_think);
  EXPECT_EQ(Of({}, {}, true).thinking, ThinkingKind::kUnsaid);
  EXPECT_EQ(
      Of({.reasons = true}, Effort(ReasoningEffort::kNone), true).thinking, ThinkingKind::kUnsaid
  );
}

}  // namespace
}  // namespace extractd::providers::anthropic
