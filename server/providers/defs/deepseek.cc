// DeepSeek: an OpenAI-compatible chat API without JSON Schema output, and a Responses API.
// Wire facts, sources and dates: docs/providers/deepseek.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow DeepseekRow() {
  return {
      .name = "deepseek",
      .base_url = "https://api.deepseek.com",
      .key_variable = "DEEPSEEK_API_KEY",
      .docs_url = "https://api-docs.deepseek.com",
      .default_model = "deepseek-flash",
      .modes = {"TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS", "RESPONSES_TOOLS"},
      .sends_parallel_tool_calls = false,
      .responses_path = "/responses",
      .thinking_echo = ThinkingEcho::kText,
      .documents = DocumentForm::kNone,
      .refuses = {"seed"},
      .media =
          {{{.kind = MediaKind::kImage, .urls = true},
            {.kind = MediaKind::kDocument, .types = {"text/*", "application/json"}}}},
      .models_path = "/models",
  };
}

}  // namespace extractd::providers
