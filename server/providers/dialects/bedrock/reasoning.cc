#include "server/providers/dialects/bedrock/reasoning.h"

#include <algorithm>
#include <string_view>

#include <absl/strings/ascii.h>
#include <absl/strings/str_replace.h>
#include <fmt/format.h>

#include "server/providers/dialects/body.h"

namespace extractd::providers::bedrock_converse {
namespace {

constexpr std::string_view kEffortForm = R"({"outputConfig":{"effort":"${effort}"}})";

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
  if (!ReasoningIsAsked(generation)) return {};
  std::string word(EffortWord(model, generation));
  if (word.empty()) return {};
  // Families that are told a number of tokens are told the caller's.
  if (generation.thinking_budget_tokens.has_value() && IsNumber(word)) {
    word = fmt::to_string(*generation.thinking_budget_tokens);
  }
  const std::string_view form = model.effort_form.empty() ? kEffortForm : model.effort_form;
  return absl::StrReplaceAll({form.data(), form.size()}, {{"${effort}", word}});
}

}  // namespace extractd::providers::bedrock_converse
