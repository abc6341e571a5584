// Claude on Vertex AI, in Google Cloud.
// Wire facts, sources and dates: docs/providers/vertexai-anthropic.md.
#include "server/providers/google_cloud.h"
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow VertexaiAnthropicRow() {
  return {
      .name = "vertexai-anthropic",
      .aliases = {"vertex-anthropic"},
      .dialect = "anthropic_messages",
      .base_url = VertexBaseUrl(),
      .chat_path = "/publishers/anthropic/models/{model}:rawPredict",
      .key_required = false,
      .signer = "google",
      .docs_url = "https://platform.claude.com/docs/en/api/claude-on-vertex-ai",
      .default_model = "claude-haiku-5-5",
      .modes = {"JSON_SCHEMA", "TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
      .sends_strict_tools = true,
      .enforcement = "anthropic_strict",
      // The version stands in the body here.
      .body = R"({"anthropic_version":"2026-10-21"})",
      .stream_path = "/publishers/anthropic/models/{model}:streamRawPredict",
      .refuses = {"temperature", "top_p", "seed"},
      .media =
          {{{.kind = MediaKind::kImage,
             .types = {"image/jpeg", "image/png", "image/gif", "image/webp"},
             .urls = true,
             .file_ids = true},
            {.kind = MediaKind::kDocument,
             .types = {"application/pdf", "text/*", "application/json"},
             .urls = true,
             .file_ids = true}}},
      .base_url_cases = VertexBaseUrlCases(),
  };
}

}  // namespace extractd::providers
