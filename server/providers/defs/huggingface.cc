// Hugging Face: a router to many hosts of open models, OpenAI-compatible.
// Wire facts, sources and dates: docs/providers/huggingface.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow HuggingfaceRow() {
  return {
      .name = "huggingface",
      .base_url = "https://router.huggingface.co/v1",
      .key_variable = "HF_TOKEN",
      .docs_url = "https://huggingface.co/docs/inference-providers",
      .default_model = "openai/gpt-oss-120b",
      .modes = {"TOOLS", "JSON_SCHEMA", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
      .sends_parallel_tool_calls = false,
      .describe_schema = true,
      .documents = DocumentForm::kNone,
      .models_path = "/models",
  };
}

}  // namespace extractd::providers
