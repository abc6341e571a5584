// bedrock_converse: the Converse API of Amazon Bedrock, one protocol for the models of many makers.
// Wire facts with their sources: docs/providers/bedrock.md.
#ifndef EXTRACTD_SERVER_PROVIDERS_DIALECTS_BEDROCK_BEDROCK_CONVERSE_H_
#define EXTRACTD_SERVER_PROVIDERS_DIALECTS_BEDROCK_BEDROCK_CONVERSE_H_

#include <memory>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "server/chat/chat.h"
#include "server/chat/stream.h"
#include "server/registry/dialect.h"
#include "server/registry/provider_row.h"

namespace extractd::providers {

const Dialect& BedrockConverse();

// Its parts, one a file.
namespace bedrock_converse {

// "/model/amazon.nova-lite-v1%3A0/converse"; the id may be an ARN.
std::string PathOf(std::string_view model, bool stream);
absl::StatusOr<std::string> Encode(
    const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
);
// A body of status 200.
SendResult DecodeReply(std::string_view body);
// A body of any other status.
SendResult DecodeError(int http_status, std::string_view body, HeaderOf header);
// An error by its code, "ThrottlingException", however it came; `date`: what the provider's clock
// said, as in the header of that name, or empty.
SendResult ClassifyError(
    int http_status, std::string_view code, std::string_view message, std::string_view date
);
std::unique_ptr<StreamDecoder> NewStreamDecoder();

}  // namespace bedrock_converse
}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_DIALECTS_BEDROCK_BEDROCK_CONVERSE_H_
