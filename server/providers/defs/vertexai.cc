// Gemini on Vertex AI, in Google Cloud.
// Wire facts, sources and dates: docs/providers/vertexai.md.
#include "server/providers/google_cloud.h"
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow VertexaiRow() {
  return {
      .name = "vertexai",
      .aliases = {"vertex"},
      .dialect = "gemini",
      .base_url = VertexBaseUrl(),
      .chat_path = "/publishers/google/models/{model}",
      .key_required = false,
      .signer = "google",
      .docs_url = "https://cloud.google.com/vertex-ai/generative-ai/docs",
      .default_model = "gemini-3.8-flash",
      .modes = {"JSON_SCHEMA", "TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
      .enforcement = "gemini_json",
      .object_root_only = false,
      .media = {{
          {.types = {"image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"},
           .urls = true,
           .file_ids = true},
          {.kind = MediaKind::kAudio, .urls = true, .file_ids = true},
          {.kind = MediaKind::kDocument,
           .types = {"application/pdf", "text/*"},
           .urls = true,
           .file_ids = true},
      }},
      .base_url_cases = VertexBaseUrlCases(),
  };
}

}  // namespace extractd::providers
