// Anthropic's Messages API.
// Wire facts, sources and dates: docs/providers/anthropic.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow AnthropicRow() {
  return {
      .name = "anthropic",
      .dialect = "anthropic_messages",
      .base_url = "https://api.anthropic.com",
      .base_url_variable = "ANTHROPIC_BASE_URL",
      .chat_path = "/v1/messages",
      .key_variable = "ANTHROPIC_API_KEY",
      .key_header = "x-api-key",
      .headers = {{"anthropic-version", "2026-10-21"}},
      .docs_url = "https://platform.claude.com/docs/en/api/messages",
      .default_model = "claude-haiku-5-5",
      .models =
          {"claude-sonnet-5-5",
           "claude-opus-5-5",
           "claude-sonnet-5",
           "claude-opus-5",
           "claude-fable-5-2",
           "claude-opus-4-8",
           "claude-sonnet-4-6",
           "claude-haiku-4-5"},
      .modes = {"JSON_SCHEMA", "TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
      .sends_strict_tools = true,
      .enforcement = "anthropic_strict",
      // The version of the header refuses sampling, whatever the model.
      .refuses = {"temperature", "top_p", "seed"},
      .media =
          {{{.kind = MediaKind::kImage,
             .types = {"image/jpeg", "image/png", "image/gif", "image/webp"},
             .urls = true,
             .file_ids = true,
             .max_bytes = size_t{5} << 20U},
            {.kind = MediaKind::kDocument,
             .types = {"application/pdf", "text/*", "application/json"},
             .urls = true,
             .file_ids = true,
             .max_bytes = size_t{24} << 20U}}},
  };
}

}  // namespace extractd::providers
