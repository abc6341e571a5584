#include "server/providers/dialects/anthropic/reasoning.h"

#include <algorithm>

#include "server/providers/dialects/body.h"

namespace extractd::providers::anthropic {
namespace {

constexpr std::int32_t kDefaultMaxTokens = 16'384;
constexpr std::int32_t kSmallestBudget = 1024;

// What clients of the API spend on an effort.
std::int32_t BudgetOf(ReasoningEffort effort) {
  switch (effort) {
    case ReasoningEffort::kLow:
      return 2048;
    case ReasoningEffort::kMedium:
      return 10'000;
    case ReasoningEffort::kNone:
    case ReasoningEffort::kHigh:
      break;
  }
  return 16'384;
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
  reasoning.told_to_think = true;
  reasoning.budget_tokens = budget;
}

std::int32_t AnswerTokens(const ModelFamily& model, const Generation& generation) {
  const std::int32_t usual =
      model.default_max_tokens > 0 ? model.default_max_tokens : kDefaultMaxTokens;
  return generation.max_output_tokens.value_or(usual);
}

bool CanThink(const ModelFamily& model) {
  return std::ranges::find(model.refuses, "reasoning_effort") == model.refuses.end();
}

// The caller left it open: models that think only when told to are told so where they may choose
// whether they call a tool, which is what that choice is for.
void ThinkUnasked(const ModelFamily& model, const ChatRequest& request, Reasoning& reasoning) {
  const bool chooses = !request.tools.empty() && request.tool_use == ToolUse::kFree;
  if (model.reasons) {
    if (request.include_thinking) reasoning.thinking = ThinkingKind::kAdaptive;
  } else if (chooses && CanThink(model)) {
    if (model.reasoning_form == ReasoningForm::kBudget) {
      const bool bounded = request.generation.max_output_tokens.has_value();
      ThinkWithin(BudgetOf(ReasoningEffort::kLow), false, bounded, reasoning);
    } else {
      reasoning.thinking = ThinkingKind::kAdaptive;
    }
  }
}

}  // namespace

Reasoning ReasoningOf(const ModelFamily& model, const ChatRequest& request) {
  const Generation& generation = request.generation;
  Reasoning reasoning = {.max_tokens = AnswerTokens(model, generation)};
  if (IsWithoutReasoning(model, request)) {
    // What can't be switched off is kept as small as it can be.
    if (model.reasons && model.reasoning_off.empty()) reasoning.effort = "low";
    return reasoning;
  }
  const bool bounded = generation.max_output_tokens.has_value();
  const bool exact = generation.thinking_budget_tokens.has_value();
  const bool budget = model.reasoning_form == ReasoningForm::kBudget ||
                      (model.reasoning_form == ReasoningForm::kEither && exact);
  if (!exact && !generation.reasoning_effort.has_value()) {
    ThinkUnasked(model, request, reasoning);
  } else if (!budget) {
    reasoning.thinking = ThinkingKind::kAdaptive;
    reasoning.effort = EffortWord(model, generation);
    reasoning.told_to_think = true;
  } else if (exact) {
    ThinkWithin(*generation.thinking_budget_tokens, exact, bounded, reasoning);
  } else {
    ThinkWithin(BudgetOf(*generation.reasoning_effort), exact, bounded, reasoning);
  }
  return reasoning;
}

}  // namespace extractd::providers::anthropic
