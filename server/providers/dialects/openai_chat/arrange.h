// Puts the messages of a request into the order and number that a provider takes.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_ARRANGE_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_ARRANGE_H_

#include <string>
#include <string_view>
#include <vector>

#include "server/chat/chat.h"
#include "server/registry/provider_row.h"

namespace extractd::providers::openai_chat {

// The row takes messages in some order only.
bool NeedsArranging(const ProviderRow& row);

// `messages` as the row wants them; nothing that they say is lost.
std::vector<Message> Arrange(const ProviderRow& row, std::vector<Message> messages);

// `id`, or one of nine letters and digits that stands for it, the same each time.
std::string ShortCallId(std::string_view id);

}  // namespace extractd::providers::openai_chat

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_ARRANGE_H_
