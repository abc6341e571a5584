// Perplexity's Sonar models: chat without tools, over the web unless told not to.
// Wire facts, sources and dates: docs/providers/perplexity.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow PerplexityRow() {
  return {
      .name = "perplexity",
      .base_url = "https://api.perplexity.ai",
      .key_variable = "PERPLEXITY_API_KEY",
      .docs_url = "https://docs.perplexity.ai",
      .default_model = "sonar",
      .modes = {"JSON_SCHEMA", "MD_JSON"},
      .tool_choice = ToolChoiceForm::kNone,
      .sends_parallel_tool_calls = false,
      .enforcement = "openai_strict",
      // What is extracted stands in the text, not in the web.
      .body = R"({"disable_search":true})",
      .schema_form = SchemaForm::kSchemaOnly,
      .documents = DocumentForm::kFileUrl,
      .merges_roles = true,
      .refuses = {"seed", "stop"},
      .media =
          {{{.kind = MediaKind::kImage, .urls = true}, {.kind = MediaKind::kDocument, .urls = true}}
          },
  };
}

}  // namespace extractd::providers
