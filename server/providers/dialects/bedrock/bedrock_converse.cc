#include "server/providers/dialects/bedrock/bedrock_converse.h"

#include <fmt/format.h>

#include "server/net/uri.h"

namespace extractd::providers {
namespace {

class BedrockConverseDialect final : public Dialect {
 public:
  std::string_view name() const override { return "bedrock_converse"; }

  std::string Path(const ProviderRow&, const ChatRequest& request) const override {
    return bedrock_converse::PathOf(request.model, request.stream);
  }

  absl::StatusOr<std::string> EncodeBody(
      const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
  ) const override {
    return bedrock_converse::Encode(row, model, request);
  }

  SendResult Decode(int http_status, std::string_view body, HeaderOf header) const override {
    return http_status == 200 ? bedrock_converse::DecodeReply(body)
                              : bedrock_converse::DecodeError(http_status, body, header);
  }

  StreamFraming framing() const override { return StreamFraming::kAwsEventStream; }
  std::unique_ptr<StreamDecoder> NewStreamDecoder() const override {
    return bedrock_converse::NewStreamDecoder();
  }
};

}  // namespace

const Dialect& BedrockConverse() {
  static constexpr BedrockConverseDialect dialect;
  return dialect;
}

namespace bedrock_converse {

std::string PathOf(std::string_view model, bool stream) {
  return fmt::format(
      "/model/{}/{}", net::PercentEncode(model), stream ? "converse-stream" : "converse"
  );
}

}  // namespace bedrock_converse
}  // namespace extractd::providers
