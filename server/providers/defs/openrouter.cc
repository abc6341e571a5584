// OpenRouter: many providers behind one OpenAI-compatible chat API.
// Wire facts, sources and dates: docs/providers/openrouter.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow OpenrouterRow() {
  return {
      .name = "openrouter",
      .base_url = "https://openrouter.ai/api/v1",
      .key_variable = "OPENROUTER_API_KEY",
      .docs_url = "https://openrouter.ai/docs",
      .default_model = "openai/gpt-6-luna",
      .modes = {"TOOLS", "JSON_SCHEMA", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
      .sends_strict_tools = true,
      .enforcement = "openai_strict",
      // Else a route that does not know tools or formats drops them without a word.
      .body = R"({"provider":{"require_parameters":true}})",
      .thinking_echo = ThinkingEcho::kDetails,
      .budget = R"({"reasoning":{"max_tokens":$}})",
      .models_path = "/models",
  };
}

}  // namespace extractd::providers
