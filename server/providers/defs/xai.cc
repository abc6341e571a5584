// xAI: an OpenAI-compatible chat API, and a Responses API.
// Wire facts, sources and dates: docs/providers/xai.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow XaiRow() {
  return {
      .name = "xai",
      .aliases = {"grok"},
      .base_url = "https://api.x.ai/v1",
      .key_variable = "XAI_API_KEY",
      .docs_url = "https://docs.x.ai",
      .default_model = "grok-4.3",
      .modes =
          {"JSON_SCHEMA",
           "TOOLS",
           "JSON",
           "MD_JSON",
           "PARALLEL_TOOLS",
           "REASONING_TOOLS",
           "RESPONSES_TOOLS"},
      .enforcement = "xai",
      .responses_path = "/responses",
      .stores_responses = true,
      .documents = DocumentForm::kNone,
      .models_path = "/models",
  };
}

}  // namespace extractd::providers
