// Ollama, over its native API.
// Wire facts, sources and dates: docs/providers/ollama.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow OllamaRow() {
  return {
      .name = "ollama",
      .dialect = "ollama_chat",
      .base_url = "http://127.0.0.1:11434",
      .base_url_variable = "OLLAMA_HOST",
      .chat_path = "/api/chat",
      .key_variable = "OLLAMA_API_KEY",
      .key_required = false,
      .docs_url = "https://docs.ollama.com",
      .default_model = "qwen3:8b",
      .modes = {"JSON_SCHEMA", "TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
      .max_tokens_field = "num_predict",
      .tool_choice = ToolChoiceForm::kNone,
      .enforcement = "grammar",
      .object_root_only = false,
      .describe_schema = true,
      .instruct_last = true,
      // Their own defaults sample, which invents values; think first, outside the schema; and cut
      // the prompt silently where it is too long.
      .body = R"({"truncate":false,"think":false,"options":{"temperature":0}})",
      .media =
          {{{.kind = MediaKind::kImage, .types = {"image/png", "image/jpeg", "image/webp"}},
            {.kind = MediaKind::kDocument, .types = {"text/*", "application/json"}}}},
      .models_path = "/api/tags",
      .pull_path = "/api/pull",
  };
}

}  // namespace extractd::providers
