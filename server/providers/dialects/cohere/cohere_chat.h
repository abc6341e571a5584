// cohere_chat: Cohere's chat protocol, version 2. Wire facts with their sources stand in
// docs/providers/cohere.md.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_COHERE_COHERE_CHAT_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_COHERE_COHERE_CHAT_H_

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "server/chat/chat.h"
#include "server/registry/dialect.h"
#include "server/registry/provider_row.h"

namespace extractd::providers {

const Dialect& CohereChat();

// Its parts, one a file.
namespace cohere {

// InvalidArgument: a medium that the protocol has no place for, or extra_body is no JSON object.
absl::StatusOr<std::string> Encode(
    const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
);
// A body of any status but 200.
SendResult DecodeError(int http_status, std::string_view body);
// What a provider that says `said` with this status means. `code` is its own word for it, if any.
SendResult FailureOf(int http_status, std::string_view said, std::string_view code);

}  // namespace cohere
}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_COHERE_COHERE_CHAT_H_
