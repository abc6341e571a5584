#include "server/providers/dialects/bedrock/reasoning.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include <absl/strings/ascii.h>
#include <absl/strings/str_replace.h>
#include <fmt/format.h>

namespace extractd::providers::bedrock_converse {
namespace {

constexpr std::string_view kEffortForm = R"({"outputConfig":{"effort":"${effort}"}})";
constexpr std::array<std::string_view, 4> kEfforts = {"", "low", "medium", "high"};
// Budgets up to these are a low and a medium effort.
constexpr std::int32_t kLowTokens = 2'048;
constexpr std::int32_t kMediumTokens = 8'192;

ReasoningEffort EffortOf(std::int32_t budget_tokens) {
  if (budget_tokens <= 0) return ReasoningEffort::kNone;
  if (budget_tokens <= kLowTokens) return ReasoningEffort::kLow;
  return budget_tokens <= kMediumTokens ? ReasoningEffort::kMedium : ReasoningEffort::kHigh;
}

std::string_view WordOf(const ModelFamily& model, ReasoningEffort effort) {
  const auto index = static_cast<size_t>(effort);
  if (model.efforts.empty()) return kEfforts.at(index);
  return index < model.efforts.size() ? std::string_view(model.efforts[index]) : std::string_view();
}

bool IsNumber(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

}  // namespace

bool ReasoningIsAsked(const Generation& generation) {
  if (generation.thinking_budget_tokens.has_value()) return *generation.thinking_budget_tokens > 0;
  return generation.reasoning_effort.value_or(ReasoningEffort::kNone) != ReasoningEffort::kNone;
}

std::string ReasoningMembers(const ModelFamily& model, const Generation& generation) {
  const auto budget = generation.thinking_budget_tokens;
  if (!budget.has_value() && !generation.reasoning_effort.has_value()) return {};
  if (!ReasoningIsAsked(generation)) return model.reasoning_off;
  const ReasoningEffort effort =
      budget.has_value() ? EffortOf(*budget) : *generation.reasoning_effort;
  std::string word(WordOf(model, effort));
  if (word.empty()) return {};
  // Families that are told a number of tokens are told the caller's.
  if (budget.has_value() && IsNumber(word)) word = fmt::to_string(*budget);
  const std::string_view form = model.effort_form.empty() ? kEffortForm : model.effort_form;
  return absl::StrReplaceAll({form.data(), form.size()}, {{"${effort}", word}});
}

}  // namespace extractd::providers::bedrock_converse
