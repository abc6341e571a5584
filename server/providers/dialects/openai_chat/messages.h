// Writes the messages of chat bodies.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_MESSAGES_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_MESSAGES_H_

#include <absl/status/status.h>

#include "server/chat/chat.h"
#include "server/json/text_writer.h"
#include "server/registry/provider_row.h"

namespace extractd::providers::openai_chat {

// The member `messages`. kInvalidRequest: the API has no place for one of the media.
absl::Status WriteMessages(
    const ProviderRow& row,
    const ModelFamily& model,
    const ChatRequest& request,
    json::TextWriter& out
);

}  // namespace extractd::providers::openai_chat

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_MESSAGES_H_
