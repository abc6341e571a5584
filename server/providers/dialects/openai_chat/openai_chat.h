// openai_chat: the Chat Completions protocol that OpenAI published and most providers copied. Wire
// facts with their sources stand in docs/providers/.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_OPENAI_CHAT_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_OPENAI_CHAT_H_

#include <memory>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "server/chat/chat.h"
#include "server/json/value.h"
#include "server/registry/dialect.h"
#include "server/registry/provider_row.h"

namespace extractd::providers {

const Dialect& OpenAiChat();

// Its parts, one a file.
namespace openai_chat {

absl::StatusOr<std::string> Encode(
    const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
);
// A body of status 200.
SendResult DecodeReply(std::string_view body);
std::unique_ptr<StreamDecoder> NewStreamDecoder();
// A body of any other status.
SendResult DecodeError(int http_status, std::string_view body);
// The `error` object of a body, under whatever status it came; `status` 200 for one inside a reply.
SendResult ClassifyError(int http_status, const json::Value& body);

}  // namespace openai_chat
}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_CHAT_OPENAI_CHAT_H_
