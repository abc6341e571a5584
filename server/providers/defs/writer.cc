// Writer: a chat API of its own path, close to OpenAI's.
// Wire facts, sources and dates: docs/providers/writer.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow WriterRow() {
  return {
      .name = "writer",
      .base_url = "https://api.writer.com",
      .chat_path = "/v1/chat",
      .key_variable = "WRITER_API_KEY",
      .docs_url = "https://dev.writer.com",
      .default_model = "palmyra-x5",
      .modes = {"JSON_SCHEMA", "TOOLS", "MD_JSON", "PARALLEL_TOOLS"},
      .tool_choice = ToolChoiceForm::kAuto,
      .sends_parallel_tool_calls = false,
      .describe_schema = true,
      .schema_form = SchemaForm::kSchemaOnly,
      .documents = DocumentForm::kNone,
      .tool_results_from_user = true,
      .refuses = {"seed", "reasoning_effort", "thinking_budget_tokens"},
      .media =
          {{{.kind = MediaKind::kImage, .urls = true},
            {.kind = MediaKind::kDocument, .types = {"text/*", "application/json"}}}},
  };
}

}  // namespace extractd::providers
