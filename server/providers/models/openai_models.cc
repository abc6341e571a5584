// OpenAI's models, at OpenAI and behind OpenRouter. Sources and dates: docs/providers/openai.md.
#include "server/providers/models/model_groups.h"

namespace extractd::providers {
namespace {

constexpr std::string_view kReasoningOff = R"({"reasoning_effort":"none"})";

// Reasons unless told not to; with tools it must be told not to.
ModelFamily Reasoner(std::string_view prefix) {
  return {
      .provider = "openai",
      .prefix = std::string(prefix),
      .reasons = true,
      .sampling_while_reasoning = false,
      .reasoning_off = std::string(kReasoningOff),
      .tools_need_reasoning_off = true,
  };
}

// Always reasons: the chat API takes no tools for it.
ModelFamily AlwaysReasoner(std::string_view prefix) {
  return {
      .provider = "openai",
      .prefix = std::string(prefix),
      .modes = {"JSON_SCHEMA", "JSON", "MD_JSON"},
      .reasons = true,
      .sampling_while_reasoning = false,
  };
}

// Reasons always, but from before tools and reasoning excluded each other.
ModelFamily EarlyReasoner(std::string_view prefix) {
  return {
      .provider = "openai",
      .prefix = std::string(prefix),
      .reasons = true,
      .sampling_while_reasoning = false,
  };
}

}  // namespace

std::vector<ModelFamily> OpenAiModels() {
  return {
      Reasoner("gpt-5.5"),
      Reasoner("gpt-5.6"),
      Reasoner("gpt-6"),
      Reasoner("gpt-6.1"),
      AlwaysReasoner("gpt-6-astra"),
      AlwaysReasoner("gpt-6.1-sol"),
      AlwaysReasoner("gpt-5.5-pro"),
      AlwaysReasoner("gpt-5.4-pro"),
      AlwaysReasoner("gpt-5.2-pro"),
      EarlyReasoner("gpt-5"),
      EarlyReasoner("o1"),
      EarlyReasoner("o3"),
      EarlyReasoner("o4"),
      // Reason only when asked to.
      {.provider = "openai", .prefix = "gpt-5.1"},
      {.provider = "openai", .prefix = "gpt-5.2"},
      {.provider = "openai", .prefix = "gpt-5.3"},
      {.provider = "openai", .prefix = "gpt-5.4"},
      {.provider = "openrouter",
       .prefix = "openai/gpt-6",
       .reasons = true,
       .sampling_while_reasoning = false,
       .reasoning_off = R"({"reasoning":{"effort":"none"}})",
       .tools_need_reasoning_off = true},
  };
}

}  // namespace extractd::providers
