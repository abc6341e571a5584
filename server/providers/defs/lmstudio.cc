// LM Studio: the server of local models on a desk.
// Wire facts, sources and dates: docs/providers/lmstudio.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow LmstudioRow() {
  return {
      .name = "lmstudio",
      .base_url = "http://127.0.0.1:1234/v1",
      .base_url_variable = "LMSTUDIO_BASE_URL",
      .key_variable = "LMSTUDIO_API_KEY",
      .key_required = false,
      .docs_url = "https://lmstudio.ai/docs/developer",
      .modes = {"JSON_SCHEMA", "TOOLS", "MD_JSON", "RESPONSES_TOOLS"},
      .tool_choice = ToolChoiceForm::kRequired,
      .sends_parallel_tool_calls = false,
      .enforcement = "grammar",
      .object_root_only = false,
      .describe_schema = true,
      .instruct_last = true,
      // Their own defaults sample, which invents values.
      .body = R"({"temperature":0})",
      .responses_path = "/responses",
      .responses_body = R"({"temperature":0})",
      .documents = DocumentForm::kNone,
      .models_path = "/models",
  };
}

}  // namespace extractd::providers
