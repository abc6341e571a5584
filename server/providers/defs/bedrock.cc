// Amazon Bedrock: models of many makers behind AWS's Converse API.
// Wire facts, sources and dates: docs/providers/bedrock.md.
#include "server/registry/provider_row.h"

namespace extractd::providers {

ProviderRow BedrockRow() {
  return {
      .name = "bedrock",
      .dialect = "bedrock_converse",
      .base_url = "https://bedrock-runtime.${AWS_REGION}.amazonaws.com",
      .base_url_variable = "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
      .key_variable = "AWS_BEARER_TOKEN_BEDROCK",
      .key_required = false,
      .signer = "aws_sigv4",
      .docs_url =
          "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html",
      .default_model = "us.anthropic.claude-haiku-4-5-20251001-v1:0",
      .models =
          {"us.amazon.nova-2-lite-v1:0",
           "us.anthropic.claude-sonnet-4-6",
           "us.anthropic.claude-sonnet-5",
           "us.anthropic.claude-opus-5-5"},
      .modes = {"TOOLS", "JSON_SCHEMA", "JSON", "MD_JSON", "PARALLEL_TOOLS", "REASONING_TOOLS"},
      .sends_strict_tools = true,
      .enforcement = "bedrock_strict",
      .refuses = {"seed"},
      .media =
          std::vector<MediaRule>{
              {.kind = MediaKind::kImage,
               .types = {"image/png", "image/jpeg", "image/gif", "image/webp"},
               .max_bytes = 3'932'160,
               .max_count = 20},
              {.kind = MediaKind::kDocument,
               .types =
                   {"application/pdf",
                    "application/msword",
                    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                    "application/vnd.ms-excel",
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                    "text/*"},
               .max_bytes = 4'718'592,
               .max_count = 5},
              {.kind = MediaKind::kAudio},
          },
      .base_url_cases =
          {{.variable = "AWS_REGION",
            .base_url = "https://bedrock-runtime.${AWS_DEFAULT_REGION}.amazonaws.com"},
           {.variable = "AWS_REGION",
            .value = "cn-north-1",
            .base_url = "https://bedrock-runtime.cn-north-1.amazonaws.com.cn"},
           {.variable = "AWS_REGION",
            .value = "cn-northwest-1",
            .base_url = "https://bedrock-runtime.cn-northwest-1.amazonaws.com.cn"}},
  };
}

}  // namespace extractd::providers
