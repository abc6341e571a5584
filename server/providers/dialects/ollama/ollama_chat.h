// ollama_chat: the native chat protocol of Ollama. Wire facts with their sources stand in
// docs/providers/ollama.md.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_OLLAMA_OLLAMA_CHAT_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_OLLAMA_OLLAMA_CHAT_H_

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "server/chat/chat.h"
#include "server/json/value.h"
#include "server/registry/dialect.h"
#include "server/registry/provider_row.h"

namespace extractd::providers {

const Dialect& OllamaChat();

// Its parts, one a file.
namespace ollama {

// InvalidArgument: a medium that the protocol has no place for, or extra_body is no JSON object.
absl::StatusOr<std::string> Encode(
    const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
);
// A body of any status but 200.
SendResult DecodeError(int http_status, std::string_view body);
// The `error` of a body, or of a line of a stream, of whatever status.
SendResult FailureOf(int http_status, const json::Value& body);

}  // namespace ollama
}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_OLLAMA_OLLAMA_CHAT_H_
