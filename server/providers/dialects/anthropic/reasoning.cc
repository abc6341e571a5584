#include "server/providers/dialects/anthropic/reasoning.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "server/providers/dialects/body.h"

namespace extractd::providers::anthropic {
namespace {

constexpr std::int32_t kDefaultMaxTokens = 16'384;
constexpr std::int32_t kSmallestBudget = 1024;

// Effort in words and in tokens. The counts are what clients of the API use.
struct EffortRow {
  ReasoningEffort effort;
  std::string_view word;
  std::int32_t budget;
};
constexpr std::array kEfforts = {
    EffortRow{ReasoningEffort::kLow, "low", 2048},
    EffortRow{ReasoningEffort::kMedium, "medium", 10'000},
    EffortRow{ReasoningEffort::kHigh, "high", 16'384},
};

const EffortRow& RowOf(ReasoningEffort effort) {
  const auto* row = std::ranges::find(kEfforts, effort, &EffortRow::effort);
  return row == kEfforts.end() ? kEfforts.back() : *row;
}

// The least effort that comes with so many tokens.
const EffortRow& RowOfBudget(std::int32_t budget) {
  const auto* row = std::ranges::find_if(kEfforts, [budget](const EffortRow& candidate) {
    return budget <= candidate.budget;
  });
  return row == kEfforts.end() ? kEfforts.back() : *row;
}

void ThinkAdaptively(const EffortRow& row, Reasoning& reasoning) {
  reasoning.thinking = ThinkingKind::kAdaptive;
  reasoning.effort = row.word;
}

// Room for the answer comes on top of the budget, unless the caller bounds both: then half of it
// is the answer's, where the caller did not say how many tokens to think.
void ThinkWithin(std::int32_t budget, bool exact, bool bounded, Reasoning& reasoning) {
  budget = std::max(budget, kSmallestBudget);
  if (!bounded) {
    reasoning.max_tokens += budget;
  } else if (!exact) {
    budget = std::clamp(reasoning.max_tokens / 2, kSmallestBudget, budget);
    if (budget >= reasoning.max_tokens) return;  // no room for any thought
  }
  reasoning.thinking = ThinkingKind::kEnabled;
  reasoning.budget_tokens = budget;
}

std::int32_t AnswerTokens(const ModelFamily& model, const Generation& generation) {
  const std::int32_t usual =
      model.default_max_tokens > 0 ? model.default_max_tokens : kDefaultMaxTokens;
  return generation.max_output_tokens.value_or(usual);
}

}  // namespace

Reasoning ReasoningOf(const ModelFamily& model, const ChatRequest& request) {
  const Generation& generation = request.generation;
  Reasoning reasoning = {.max_tokens = AnswerTokens(model, generation)};
  const bool bounded = generation.max_output_tokens.has_value();
  const std::int32_t budget = generation.thinking_budget_tokens.value_or(0);
  if (generation.reasoning_effort.value_or(ReasoningEffort::kNone) != ReasoningEffort::kNone) {
    const EffortRow& row = RowOf(*generation.reasoning_effort);
    if (model.reasoning_form == ReasoningForm::kBudget) {
      ThinkWithin(row.budget, false, bounded, reasoning);
    } else {
      ThinkAdaptively(row, reasoning);
    }
  } else if (budget > 0) {
    if (model.reasoning_form == ReasoningForm::kEffort) {
      ThinkAdaptively(RowOfBudget(budget), reasoning);
    } else {
      ThinkWithin(budget, true, bounded, reasoning);
    }
  } else if (request.include_thinking && model.reasons && !IsToldNotToReason(generation)) {
    reasoning.thinking = ThinkingKind::kAdaptive;
  }
  return reasoning;
}

}  // namespace extractd::providers::anthropic
