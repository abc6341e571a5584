// OpenAI's Chat Completions and Responses APIs.
// Wire facts, sources and dates: docs/providers/openai.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow OpenaiRow() {
  return {
      .name = "openai",
      .base_url = "https://api.openai.com/v1",
      .base_url_variable = "OPENAI_BASE_URL",
      .key_variable = "OPENAI_API_KEY",
      .docs_url = "https://developers.openai.com/api/docs",
      .default_model = "gpt-6-luna",
      .modes =
          {"JSON_SCHEMA",
           "TOOLS",
           "JSON",
           "MD_JSON",
           "PARALLEL_TOOLS",
           "REASONING_TOOLS",
           "RESPONSES_TOOLS"},
      .max_tokens_field = "max_completion_tokens",
      .sends_strict_tools = true,
      .enforcement = "openai_strict",
      .responses_path = "/responses",
      .stores_responses = true,
      .media =
          {{{.kind = MediaKind::kImage, .urls = true, .file_ids = true},
            {.kind = MediaKind::kAudio,
             .types = {"audio/wav", "audio/x-wav", "audio/mpeg", "audio/mp3"}},
            {.kind = MediaKind::kDocument, .urls = true, .file_ids = true}}},
      .models_path = "/models",
  };
}

}  // namespace extractd::providers
