// Together: open models behind an OpenAI-compatible chat API.
// Wire facts, sources and dates: docs/providers/together.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow TogetherRow() {
  return {
      .name = "together",
      .base_url = "https://api.together.ai/v1",
      .key_variable = "TOGETHER_API_KEY",
      .docs_url = "https://docs.together.ai",
      .default_model = "zai-org/GLM-5.3-Flash",
      .modes = {"TOOLS", "JSON_SCHEMA", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
      .sends_parallel_tool_calls = false,
      .describe_schema = true,
      .documents = DocumentForm::kNone,
      .asks_for_stream_usage = false,
  };
}

}  // namespace extractd::providers
