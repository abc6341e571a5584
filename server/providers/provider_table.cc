#include "server/providers/provider_table.h"

#include <algorithm>
#include <array>

#include "server/providers/dialects/anthropic/anthropic_messages.h"
#include "server/providers/dialects/bedrock/bedrock_converse.h"
#include "server/providers/dialects/cohere/cohere_chat.h"
#include "server/providers/dialects/gemini/gemini.h"
#include "server/providers/dialects/ollama/ollama_chat.h"
#include "server/providers/dialects/openai_chat/openai_chat.h"
#include "server/providers/dialects/openai_responses/openai_responses.h"

namespace extractd::providers {

const Dialect* FindDialect(std::string_view name) {
  static const auto dialects = std::to_array<const Dialect*>({
      &AnthropicMessages(),
      &BedrockConverse(),
      &CohereChat(),
      &Gemini(),
      &OllamaChat(),
      &OpenAiChat(),
      &OpenAiResponses(),
  });
  const auto* found = std::ranges::find(dialects, name, &Dialect::name);
  return found == dialects.end() ? nullptr : *found;
}

}  // namespace extractd::providers
