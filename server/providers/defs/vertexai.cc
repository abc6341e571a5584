// Gemini on Vertex AI, in Google Cloud.
// Wire facts, sources and dates: docs/providers/vertexai.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {
namespace {

// The host of most places bears their name, that of a few does not.
std::string Address(std::string_view host, std::string_view location) {
  return std::string("https://")
      .append(host)
      .append("/v1/projects/${GOOGLE_CLOUD_PROJECT}/locations/")
      .append(location);
}

BaseUrlCase In(std::string_view location, std::string_view host) {
  return {
      .variable = "GOOGLE_CLOUD_LOCATION",
      .value = std::string(location),
      .base_url = Address(host, location.empty() ? "global" : location),
  };
}

}  // namespace

ProviderRow VertexaiRow() {
  return {
      .name = "vertexai",
      .aliases = {"vertex"},
      .dialect = "gemini",
      .base_url =
          Address("${GOOGLE_CLOUD_LOCATION}-aiplatform.googleapis.com", "${GOOGLE_CLOUD_LOCATION}"),
      .chat_path = "/publishers/google/models/{model}",
      .key_required = false,
      .signer = "google",
      .docs_url = "https://cloud.google.com/vertex-ai/generative-ai/docs",
      .default_model = "gemini-3.8-flash",
      .modes = {"JSON_SCHEMA", "TOOLS", "JSON", "MD_JSON"},
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
      .base_url_cases =
          {In("", "aiplatform.googleapis.com"),
           In("global", "aiplatform.googleapis.com"),
           In("us", "aiplatform.us.rep.googleapis.com"),
           In("eu", "aiplatform.eu.rep.googleapis.com")},
  };
}

}  // namespace extractd::providers
