// AI21's Jamba models: chat with tools that cannot be forced.
// Wire facts, sources and dates: docs/providers/ai21.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow Ai21Row() {
  return {
      .name = "ai21",
      .base_url = "https://api.ai21.com/studio/v1",
      .key_variable = "AI21_API_KEY",
      .docs_url = "https://docs.ai21.com",
      .default_model = "jamba-large",
      .modes = {"TOOLS", "JSON", "MD_JSON"},
      .tool_choice = ToolChoiceForm::kNone,
      .sends_parallel_tool_calls = false,
      .documents = DocumentForm::kNone,
      .asks_for_stream_usage = false,
      .one_system_message = true,
      .refuses = {"seed", "reasoning_effort", "thinking_budget_tokens"},
  };
}

}  // namespace extractd::providers
