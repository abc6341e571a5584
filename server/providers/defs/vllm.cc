// vLLM: the server of self-hosted models.
// Wire facts, sources and dates: docs/providers/vllm.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow VllmRow() {
  return {
      .name = "vllm",
      .base_url = "http://127.0.0.1:8000/v1",
      .base_url_variable = "VLLM_BASE_URL",
      .key_variable = "VLLM_API_KEY",
      .key_required = false,
      .docs_url = "https://docs.vllm.ai",
      .modes =
          {"JSON_SCHEMA",
           "TOOLS",
           "JSON",
           "MD_JSON",
           "PARALLEL_TOOLS",
           "REASONING_TOOLS",
           "RESPONSES_TOOLS"},
      .sends_strict_tools = true,
      .enforcement = "xgrammar",
      .object_root_only = false,
      .describe_schema = true,
      .instruct_last = true,
      // Their own defaults sample, which invents values.
      .body = R"({"temperature":0})",
      .responses_path = "/responses",
      .responses_body = R"({"temperature":0})",
      .documents = DocumentForm::kNone,
      .budget = R"({"thinking_token_budget":$})",
      .one_system_message = true,
      .models_path = "/models",
  };
}

}  // namespace extractd::providers
