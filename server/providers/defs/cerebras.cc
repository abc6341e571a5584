// Cerebras: an OpenAI-compatible chat API.
// Wire facts, sources and dates: docs/providers/cerebras.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow CerebrasRow() {
  return {
      .name = "cerebras",
      .base_url = "https://api.cerebras.ai/v1",
      .key_variable = "CEREBRAS_API_KEY",
      .docs_url = "https://inference-docs.cerebras.ai",
      .default_model = "gpt-oss-120b",
      .modes = {"JSON_SCHEMA", "TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
      .max_tokens_field = "max_completion_tokens",
      .sends_strict_tools = true,
      .enforcement = "cerebras_strict",
      .documents = DocumentForm::kNone,
      .models_path = "/models",
  };
}

}  // namespace extractd::providers
