// OpenAI's models, at OpenAI, Azure, Databricks and behind OpenRouter. Sources and dates:
// docs/providers/openai.md.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/providers/models/model_groups.h"

namespace extractd::providers {
namespace {

// Reasons unless told not to. The chat API takes no tools while it does.
ModelFamily Reasoner(std::string_view prefix) {
  return {
      .prefix = std::string(prefix),
      .reasons = true,
      .sampling_while_reasoning = false,
      .reasoning_off = R"({"reasoning_effort":"none"})",
      .tools_need_reasoning_off = true,
      .developer_role = true,
      .responses = ResponsesUse::kThinkingWithTools,
  };
}

// Always reasons, with one of the `efforts`.
ModelFamily AlwaysReasoner(
    std::string_view prefix, std::vector<std::string> efforts, ResponsesUse responses
) {
  return {
      .prefix = std::string(prefix),
      .reasons = true,
      .sampling_while_reasoning = false,
      .efforts = std::move(efforts),
      .developer_role = true,
      .responses = responses,
  };
}

// Reasons when asked to.
ModelFamily Volunteer(std::string_view prefix, ResponsesUse responses) {
  return {.prefix = std::string(prefix), .developer_role = true, .responses = responses};
}

ModelFamily NonReasoner(std::string_view prefix) {
  return {.prefix = std::string(prefix), .refuses = {"reasoning_effort", "thinking_budget_tokens"}};
}

std::vector<ModelFamily> Families() {
  using enum ResponsesUse;
  return {
      Reasoner("gpt-5.5"),
      Reasoner("gpt-5.6"),
      Reasoner("gpt-6"),
      Reasoner("gpt-6.1"),
      AlwaysReasoner("gpt-6-astra", {"low", "low", "medium", "high"}, kTools),
      AlwaysReasoner("gpt-6.1-sol", {"low", "low", "medium", "high"}, kTools),
      AlwaysReasoner("gpt-5.5-pro", {"medium", "medium", "medium", "high"}, kAll),
      AlwaysReasoner("gpt-5.4-pro", {"medium", "medium", "medium", "high"}, kAll),
      AlwaysReasoner("gpt-5.2-pro", {"medium", "medium", "medium", "high"}, kAll),
      AlwaysReasoner("gpt-5-pro", {"high", "high", "high", "high"}, kAll),
      // From before tools and reasoning excluded each other.
      AlwaysReasoner("gpt-5", {"minimal", "low", "medium", "high"}, kNone),
      AlwaysReasoner("gpt-5.1-chat", {"medium", "medium", "medium", "medium"}, kNone),
      AlwaysReasoner("gpt-5.2-chat", {"medium", "medium", "medium", "medium"}, kNone),
      AlwaysReasoner("gpt-5.3-chat", {"medium", "medium", "medium", "medium"}, kNone),
      AlwaysReasoner("o1", {"low", "low", "medium", "high"}, kNone),
      AlwaysReasoner("o3", {"low", "low", "medium", "high"}, kNone),
      AlwaysReasoner("o4", {"low", "low", "medium", "high"}, kNone),
      Volunteer("gpt-5.1", kNone),
      Volunteer("gpt-5.2", kNone),
      Volunteer("gpt-5.3", kNone),
      Volunteer("gpt-5.4", kThinkingWithTools),
      NonReasoner("gpt-4"),
      NonReasoner("gpt-3.5"),
  };
}

}  // namespace

std::vector<ModelFamily> OpenAiModels() {
  std::vector<ModelFamily> all;
  for (const auto* provider : {"openai", "azure"}) {
    for (ModelFamily& family : Families()) {
      family.provider = provider;
      all.push_back(std::move(family));
    }
  }
  all.push_back({
      .provider = "openrouter",
      .prefix = "openai/gpt-6",
      .reasons = true,
      .sampling_while_reasoning = false,
      .reasoning_off = R"({"reasoning":{"effort":"none"}})",
      .tools_need_reasoning_off = true,
      .effort_form = R"({"reasoning":{"effort":"${effort}"}})",
  });
  for (const auto* prefix : {"databricks-gpt-5-5", "databricks-gpt-6"}) {
    all.push_back({
        .provider = "databricks",
        .prefix = prefix,
        .reasons = true,
        .sampling_while_reasoning = false,
        .responses = ResponsesUse::kAll,
    });
  }
  return all;
}

}  // namespace extractd::providers
