// Cohere's chat API, version 2.
// Wire facts, sources and dates: docs/providers/cohere.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow CohereRow() {
  return {
      .name = "cohere",
      .dialect = "cohere_chat",
      .base_url = "https://api.cohere.com",
      .base_url_variable = "CO_API_URL",
      .chat_path = "/v2/chat",
      .key_variable = "CO_API_KEY",
      .docs_url = "https://docs.cohere.com/reference/chat",
      .default_model = "command-a-03-2025",
      .modes = {"JSON_SCHEMA", "TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
      // There is no choice by name.
      .tool_choice = ToolChoiceForm::kRequired,
      .enforcement = "cohere",
      .media =
          {{{.kind = MediaKind::kImage,
             .types = {"image/png", "image/jpeg", "image/webp", "image/gif"},
             .urls = true,
             .max_bytes = size_t{20} << 20U,
             .max_count = 20},
            {.kind = MediaKind::kDocument, .types = {"text/*", "application/json"}}}},
      .models_path = "/v1/models",
      .other_key_variables = {"COHERE_API_KEY"},
  };
}

}  // namespace extractd::providers
