#include "server/providers/provider_table.h"

#include "server/providers/dialects/openai_chat.h"

namespace extractd::providers {

const Dialect* FindDialect(std::string_view name) {
  const Dialect& openai_chat = OpenAiChat();
  return name == openai_chat.name() ? &openai_chat : nullptr;
}

}  // namespace extractd::providers
