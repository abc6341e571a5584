// Mistral: a chat API close to OpenAI's.
// Wire facts, sources and dates: docs/providers/mistral.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow MistralRow() {
  return {
      .name = "mistral",
      .base_url = "https://api.mistral.ai/v1",
      .key_variable = "MISTRAL_API_KEY",
      .docs_url = "https://docs.mistral.ai",
      .default_model = "mistral-small-2603",
      .modes = {"JSON_SCHEMA", "TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
      .tool_choice = ToolChoiceForm::kAny,
      .enforcement = "mistral",
      .documents = DocumentForm::kDocumentUrl,
      .seed_field = "random_seed",
      .asks_for_stream_usage = false,
      .short_call_ids = true,
      .media =
          {{{.kind = MediaKind::kImage, .urls = true, .file_ids = true},
            {.kind = MediaKind::kAudio, .file_ids = true},
            {.kind = MediaKind::kDocument, .urls = true, .file_ids = true}}},
      .models_path = "/models",
  };
}

}  // namespace extractd::providers
