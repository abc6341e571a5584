// llama.cpp: the server of a local model.
// Wire facts, sources and dates: docs/providers/llamacpp.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow LlamacppRow() {
  return {
      .name = "llamacpp",
      .base_url = "http://127.0.0.1:8080",
      .base_url_variable = "LLAMACPP_BASE_URL",
      .chat_path = "/v1/chat/completions",
      .key_variable = "LLAMA_API_KEY",
      .key_required = false,
      .docs_url = "https://github.com/ggml-org/llama.cpp/tree/master/tools/server",
      .default_model = "default",
      .modes =
          {"JSON_SCHEMA",
           "TOOLS",
           "JSON",
           "MD_JSON",
           "PARALLEL_TOOLS",
           "REASONING_TOOLS",
           "RESPONSES_TOOLS"},
      // A choice by name is silently read as "auto".
      .tool_choice = ToolChoiceForm::kRequired,
      .enforcement = "grammar",
      .object_root_only = false,
      .describe_schema = true,
      .instruct_last = true,
      // Their own defaults sample, which invents values.
      .body = R"({"temperature":0})",
      .responses_path = "/v1/responses",
      .responses_body = R"({"temperature":0})",
      .documents = DocumentForm::kNone,
      .media =
          {{{.kind = MediaKind::kImage, .urls = true},
            {.kind = MediaKind::kAudio, .types = {"audio/wav", "audio/mpeg"}},
            {.kind = MediaKind::kDocument, .types = {"text/*", "application/json"}}}},
      .models_path = "/v1/models",
  };
}

}  // namespace extractd::providers
