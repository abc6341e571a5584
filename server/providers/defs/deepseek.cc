// DeepSeek: an OpenAI-compatible chat API without JSON Schema output.
// Wire facts, sources and dates: docs/providers/deepseek.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow DeepseekRow() {
  return {
      .name = "deepseek",
      .base_url = "https://api.deepseek.com",
      .key_variable = "DEEPSEEK_API_KEY",
      .docs_url = "https://api-docs.deepseek.com",
      .default_model = "deepseek-flash",
      .modes = {"TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
      .sends_parallel_tool_calls = false,
  };
}

}  // namespace extractd::providers
