// Gemini on Vertex AI, in Google Cloud.
// Wire facts, sources and dates: docs/providers/vertexai.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {
namespace {

std::string Address(std::string host, std::string location) {
  return "https://" + host + "/v1/projects/${GOOGLE_CLOUD_PROJECT}/locations/" + location;
}

// A location whose host does not bear its name; empty: none is set.
BaseUrlCase In(std::string location, std::string host) {
  return {"GOOGLE_CLOUD_LOCATION", location, Address(host, location.empty() ? "global" : location)};
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
      .base_url_cases =
          {In("", "aiplatform.googleapis.com"),
           In("global", "aiplatform.googleapis.com"),
           In("us", "aiplatform.us.rep.googleapis.com"),
           In("eu", "aiplatform.eu.rep.googleapis.com")},
  };
}

}  // namespace extractd::providers
