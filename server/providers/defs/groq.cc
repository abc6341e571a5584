// Groq: an OpenAI-compatible chat API.
// Wire facts, sources and dates: docs/providers/groq.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow GroqRow() {
  return {
      .name = "groq",
      .base_url = "https://api.groq.com/openai/v1",
      .key_variable = "GROQ_API_KEY",
      .docs_url = "https://console.groq.com/docs",
      .default_model = "openai/gpt-oss-20b",
      .modes = {"TOOLS", "JSON_SCHEMA", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
      .max_tokens_field = "max_completion_tokens",
      .enforcement = "openai_strict",
      .documents = DocumentForm::kNone,
      .media =
          {{{.kind = MediaKind::kImage, .urls = true, .max_bytes = size_t{3} << 20U},
            {.kind = MediaKind::kDocument, .types = {"text/*", "application/json"}}}},
      .models_path = "/models",
      .streams_schemas = false,
  };
}

}  // namespace extractd::providers
