// Google's Gemini API, for developers.
// Wire facts, sources and dates: docs/providers/google.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow GoogleRow() {
  return {
      .name = "google",
      .aliases = {"gemini", "genai"},
      .dialect = "gemini",
      .base_url = "${GOOGLE_GEMINI_BASE_URL:-https://generativelanguage.googleapis.com}/v1beta",
      .chat_path = "/models/{model}",
      .key_variable = "GOOGLE_API_KEY",
      .key_header = "x-goog-api-key",
      .docs_url = "https://ai.google.dev/gemini-api/docs",
      .default_model = "gemini-3.8-flash",
      .modes = {"JSON_SCHEMA", "TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
      .enforcement = "gemini_json",
      .object_root_only = false,
      .media = {{
          {.kind = MediaKind::kImage,
           .types = {"image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"},
           .urls = true,
           .file_ids = true,
           .max_bytes = 70'000'000},
          {.kind = MediaKind::kAudio, .urls = true, .file_ids = true, .max_bytes = 70'000'000},
          {.kind = MediaKind::kDocument,
           .types = {"application/pdf", "text/*"},
           .urls = true,
           .file_ids = true,
           .max_bytes = 50'000'000},
      }},
      .models_path = "/models?pageSize=1000",
      .other_key_variables = {"GEMINI_API_KEY"},
  };
}

}  // namespace extractd::providers
