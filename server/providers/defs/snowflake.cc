// Snowflake Cortex: many vendors' models behind an account, OpenAI-compatible.
// Wire facts, sources and dates: docs/providers/snowflake.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow SnowflakeRow() {
  return {
      .name = "snowflake",
      .base_url = "https://${SNOWFLAKE_ACCOUNT}.snowflakecomputing.com/api/v2/cortex/v1",
      .key_variable = "SNOWFLAKE_TOKEN",
      .docs_url = "https://docs.snowflake.com/user-guide/snowflake-cortex/cortex-rest-api",
      .default_model = "claude-sonnet-4-5",
      .modes = {"TOOLS", "JSON_SCHEMA", "MD_JSON", "PARALLEL_TOOLS"},
      .max_tokens_field = "max_completion_tokens",
      .sends_parallel_tool_calls = false,
      .describe_schema = true,
      .documents = DocumentForm::kNone,
      .refuses = {"seed"},
  };
}

}  // namespace extractd::providers
