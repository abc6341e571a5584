// Databricks model serving: chat of many vendors' models behind the endpoints of a workspace.
// Wire facts, sources and dates: docs/providers/databricks.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow DatabricksRow() {
  return {
      .name = "databricks",
      .base_url = "${DATABRICKS_HOST}/serving-endpoints",
      .key_variable = "DATABRICKS_TOKEN",
      .signer = "databricks_m2m",
      .docs_url = "https://docs.databricks.com/machine-learning/model-serving/structured-outputs",
      .default_model = "databricks-gpt-oss-120b",
      .modes =
          {"TOOLS",
           "JSON_SCHEMA",
           "JSON",
           "MD_JSON",
           "PARALLEL_TOOLS",
           "REASONING_TOOLS",
           "RESPONSES_TOOLS"},
      .sends_parallel_tool_calls = false,
      .enforcement = "databricks",
      .responses_path = "/responses",
      .documents = DocumentForm::kNone,
      .one_system_message = true,
      .splits_parallel_calls = true,
      .refuses = {"seed"},
      .tool_enforcement = "databricks_tools",
  };
}

}  // namespace extractd::providers
