// Claude, wherever it is served under its own names. Sources and dates:
// docs/providers/anthropic.md.
#include "server/providers/models/model_groups.h"

namespace extractd::providers {
namespace {

constexpr std::string_view kReasoningOff = R"({"thinking":{"type":"disabled"}})";
// Thoughts and answer share the limit.
constexpr std::int32_t kThinkingMaxTokens = 32'768;

// Thinks by itself, as much as it finds right; takes no sampling settings.
ModelFamily Thinker(std::string_view prefix) {
  return {
      .prefix = std::string(prefix),
      .reasons = true,
      .default_max_tokens = kThinkingMaxTokens,
      .refuses = {"temperature", "top_p", "seed"},
  };
}

// … and refuses a forced tool.
ModelFamily FreeThinker(std::string_view prefix) {
  ModelFamily family = Thinker(prefix);
  family.forced_tool = false;
  return family;
}

// … and can be told not to think.
ModelFamily QuietThinker(std::string_view prefix) {
  ModelFamily family = Thinker(prefix);
  family.reasoning_off = kReasoningOff;
  return family;
}

// Thinks only when told to.
ModelFamily WakenedThinker(std::string_view prefix) {
  ModelFamily family = QuietThinker(prefix);
  family.reasons = false;
  return family;
}

// Thinks only when told to, within a budget or as it finds right.
ModelFamily EitherThinker(std::string_view prefix) {
  return {
      .prefix = std::string(prefix),
      .sampling_while_reasoning = false,
      .reasoning_form = ReasoningForm::kEither,
      .refuses = {"seed"},
  };
}

// Thinks only when told to, within a budget of tokens.
ModelFamily BudgetThinker(std::string_view prefix) {
  ModelFamily family = EitherThinker(prefix);
  family.reasoning_form = ReasoningForm::kBudget;
  return family;
}

// From before schemas were enforced.
ModelFamily Unenforced(ModelFamily family) {
  family.modes = {"TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"};
  family.enforces = false;
  return family;
}

ModelFamily Thoughtless(std::string_view prefix, std::int32_t max_tokens) {
  return {
      .prefix = std::string(prefix),
      .modes = {"TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS"},
      .enforces = false,
      .default_max_tokens = max_tokens,
      .refuses = {"seed", "reasoning_effort", "thinking_budget_tokens"},
  };
}

}  // namespace

std::vector<ModelFamily> AnthropicModels() {
  return {
      // What nobody here knows yet is asked as the newest are.
      FreeThinker("claude-"),
      FreeThinker("claude-fable-5-1"),
      FreeThinker("claude-fable-5-2"),
      FreeThinker("claude-mythos-5-1"),
      FreeThinker("claude-mythos-5-2"),
      FreeThinker("claude-opus-5-5"),
      FreeThinker("claude-sonnet-5-5"),
      Thinker("claude-fable-5"),
      Thinker("claude-mythos-5"),
      QuietThinker("claude-haiku-5-5"),
      QuietThinker("claude-sonnet-5"),
      QuietThinker("claude-opus-5"),
      WakenedThinker("claude-opus-4-7"),
      WakenedThinker("claude-opus-4-8"),
      EitherThinker("claude-opus-4-6"),
      EitherThinker("claude-sonnet-4-6"),
      BudgetThinker("claude-opus-4-5"),
      BudgetThinker("claude-sonnet-4-5"),
      BudgetThinker("claude-haiku-4-5"),
      BudgetThinker("claude-opus-4-1"),
      Unenforced(BudgetThinker("claude-opus-4")),
      Unenforced(BudgetThinker("claude-sonnet-4")),
      Unenforced(BudgetThinker("claude-3-7")),
      Thoughtless("claude-3-5", 8192),
      Thoughtless("claude-3", 4096),
  };
}

}  // namespace extractd::providers
