// gemini: Google's generateContent protocol, as the Gemini API and Vertex AI speak it. Wire facts
// with their sources stand in docs/providers/google.md and docs/providers/vertexai.md.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_GEMINI_GEMINI_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_GEMINI_GEMINI_H_

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

const Dialect& Gemini();

// Its parts, one a file.
namespace gemini {

// The row's chat_path with the model in the place of its `{model}`; a model with slashes in its
// name is a resource and stands there alone. Then the method.
std::string Path(const ProviderRow& row, const ChatRequest& request);
// InvalidArgument: `request.extra_body` is no JSON object. kInvalidRequest: it names a cached
// content beside tools.
absl::StatusOr<std::string> Encode(
    const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
);
// A body of status 200.
SendResult DecodeReply(std::string_view body);
// A body of any other status.
SendResult DecodeError(int http_status, std::string_view body);
// A body with an `error`, under whatever status it came; `status` 200 for one inside a reply.
SendResult ClassifyError(int http_status, const json::Value& body);
// Each event is a response, which holds what it adds.
std::unique_ptr<StreamDecoder> NewStreamDecoder();

}  // namespace gemini
}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_GEMINI_GEMINI_H_
