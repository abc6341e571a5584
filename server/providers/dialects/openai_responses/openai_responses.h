// openai_responses: the Responses protocol, OpenAI's second one, in which a turn is a list of
// items. Wire facts with their sources: docs/providers/openai.md.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_RESPONSES_OPENAI_RESPONSES_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_RESPONSES_OPENAI_RESPONSES_H_

#include <memory>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "server/chat/chat.h"
#include "server/chat/stream.h"
#include "server/json/value.h"
#include "server/registry/dialect.h"
#include "server/registry/provider_row.h"

namespace extractd::providers {

const Dialect& OpenAiResponses();

// Its parts, one a file.
namespace openai_responses {

absl::StatusOr<std::string> Encode(
    const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
);
// A body of status 200.
SendResult DecodeReply(std::string_view body);
// The object that is such a body, and that stands in the last event of a stream.
SendResult DecodeResponse(const json::Value& response);
std::unique_ptr<StreamDecoder> NewStreamDecoder();

}  // namespace openai_responses
}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_RESPONSES_OPENAI_RESPONSES_H_
