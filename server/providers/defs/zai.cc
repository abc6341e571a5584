// Z.ai's GLM models: an OpenAI-compatible chat API that forces no tool.
// Wire facts, sources and dates: docs/providers/zai.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow ZaiRow() {
  return {
      .name = "zai",
      .base_url = "https://api.z.ai/api/paas/v4",
      .key_variable = "ZAI_API_KEY",
      .docs_url = "https://docs.z.ai",
      .default_model = "glm-5.3",
      .modes = {"TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
      .tool_choice = ToolChoiceForm::kAuto,
      .sends_parallel_tool_calls = false,
      .thinking_echo = ThinkingEcho::kText,
      .documents = DocumentForm::kNone,
      .refuses = {"seed"},
  };
}

}  // namespace extractd::providers
