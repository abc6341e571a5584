// Writes request bodies of the Messages protocol. The schema's bytes are spliced in as they are.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_ENCODE_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_ENCODE_H_

#include <string>

#include <absl/status/statusor.h>

#include "server/chat/chat.h"
#include "server/registry/provider_row.h"

namespace extractd::providers::anthropic {

// InvalidArgument: `extra_body` is no JSON object. kInvalidRequest: there is media that the
// protocol can't carry.
absl::StatusOr<std::string> Encode(
    const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
);

}  // namespace extractd::providers::anthropic

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_ANTHROPIC_ENCODE_H_
