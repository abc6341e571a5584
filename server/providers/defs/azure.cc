// Azure OpenAI, over its v1 API: models are named by their deployments.
// Wire facts, sources and dates: docs/providers/azure.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow AzureRow() {
  return {
      .name = "azure",
      .aliases = {"azure_openai"},
      .base_url = "${AZURE_OPENAI_ENDPOINT}/openai/v1",
      .key_variable = "AZURE_OPENAI_API_KEY",
      .key_header = "api-key",
      .signer = "azure_entra",
      .docs_url = "https://learn.microsoft.com/azure/ai-foundry/openai/",
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
      .documents = DocumentForm::kNone,
      .media =
          {{{.kind = MediaKind::kImage, .urls = true, .file_ids = true},
            {.kind = MediaKind::kAudio,
             .types = {"audio/wav", "audio/x-wav", "audio/mpeg", "audio/mp3"}},
            {.kind = MediaKind::kDocument, .urls = true, .file_ids = true}}},
  };
}

}  // namespace extractd::providers
