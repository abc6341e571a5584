#include "server/providers/provider_table.h"

#include <algorithm>
#include <array>

#include "server/providers/dialects/cohere/cohere_chat.h"
#include "server/providers/dialects/gemini/gemini.h"
#include "server/providers/dialects/ollama/ollama_chat.h"
#include "server/providers/dialects/openai_chat/openai_chat.h"

namespace extractd::providers {

const Dialect* FindDialect(std::string_view name) {
  static const std::array dialects = {
      &CohereChat(),
      &Gemini(),
      &OllamaChat(),
      &OpenAiChat(),
  };
  const auto* found = std::ranges::find(dialects, name, &Dialect::name);
  return found == dialects.end() ? nullptr : *found;
}

}  // namespace extractd::providers
