// Ollama, over its OpenAI-compatible API.
// Wire facts, sources and dates: docs/providers/ollama.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow OllamaRow() {
  return {
      .name = "ollama",
      .base_url = "http://127.0.0.1:11434",
      .base_url_variable = "OLLAMA_HOST",
      .chat_path = "/v1/chat/completions",
      .key_variable = "OLLAMA_API_KEY",
      .key_required = false,
      .docs_url = "https://docs.ollama.com",
      .default_model = "qwen3:8b",
      .modes = {"JSON_SCHEMA", "TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
      .tool_choice = ToolChoiceForm::kNone,
      .sends_parallel_tool_calls = false,
      .enforcement = "grammar",
      .object_root_only = false,
      .describe_schema = true,
      .instruct_last = true,
      // Their own defaults sample, which invents values.
      .body = R"({"temperature":0})",
  };
}

}  // namespace extractd::providers
