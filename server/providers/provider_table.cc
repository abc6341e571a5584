#include "server/providers/provider_table.h"

#include <algorithm>
#include <vector>

#include "server/providers/dialects/anthropic/anthropic_messages.h"
#include "server/providers/dialects/bedrock/bedrock_converse.h"
#include "server/providers/dialects/cohere/cohere_chat.h"
#include "server/providers/dialects/gemini/gemini.h"
#include "server/providers/dialects/ollama/ollama_chat.h"
#include "server/providers/dialects/openai_chat/openai_chat.h"
#include "server/providers/dialects/openai_responses/openai_responses.h"

namespace extractd::providers {

namespace {

// Changes only before anything is served.
std::vector<const Dialect*>& Dialects() {
  static std::vector<const Dialect*> dialects = {
      &AnthropicMessages(),
      &BedrockConverse(),
      &CohereChat(),
      &Gemini(),
      &OllamaChat(),
      &OpenAiChat(),
      &OpenAiResponses(),
  };
  return dialects;
}

}  // namespace

void AddDialect(const Dialect& dialect) {
  Dialects().push_back(&dialect);
}

const Dialect* FindDialect(std::string_view name) {
  const std::vector<const Dialect*>& dialects = Dialects();
  const auto found = std::ranges::find(dialects, name, &Dialect::name);
  return found == dialects.end() ? nullptr : *found;
}

}  // namespace extractd::providers
