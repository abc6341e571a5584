// Writes the messages of a request as the items of a Responses body.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_RESPONSES_INPUT_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_RESPONSES_INPUT_H_

#include <absl/status/status.h>

#include "server/chat/chat.h"
#include "server/json/text_writer.h"
#include "server/registry/provider_row.h"

namespace extractd::providers::openai_responses {

// The members `instructions`, which the system messages in front are, and `input`.
// kInvalidRequest: the API has no place for one of the media.
absl::Status WriteInput(const ProviderRow& row, const ChatRequest& request, json::TextWriter& out);

}  // namespace extractd::providers::openai_responses

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_OPENAI_RESPONSES_INPUT_H_
