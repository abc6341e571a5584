// Fireworks: open models behind an OpenAI-compatible chat API.
// Wire facts, sources and dates: docs/providers/fireworks.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow FireworksRow() {
  return {
      .name = "fireworks",
      .base_url = "https://api.fireworks.ai/inference/v1",
      .key_variable = "FIREWORKS_API_KEY",
      .docs_url = "https://docs.fireworks.ai",
      .default_model = "accounts/fireworks/models/glm-5p3-flash",
      .modes = {"JSON_SCHEMA", "TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
      .tool_choice = ToolChoiceForm::kAny,
      .sends_parallel_tool_calls = false,
      .enforcement = "fireworks",
      .describe_schema = true,
      // Else a prompt that is too long is cut without a word.
      .body = R"({"context_length_exceeded_behavior":"error"})",
      .schema_form = SchemaForm::kPlain,
      .documents = DocumentForm::kNone,
      .budget = R"({"thinking":{"type":"enabled","budget_tokens":$}})",
  };
}

}  // namespace extractd::providers
