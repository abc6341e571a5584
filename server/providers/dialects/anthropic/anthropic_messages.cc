#include "server/providers/dialects/anthropic/anthropic_messages.h"

#include "server/providers/dialects/anthropic/decode.h"
#include "server/providers/dialects/anthropic/encode.h"
#include "server/providers/dialects/anthropic/errors.h"
#include "server/providers/dialects/anthropic/stream.h"
#include "server/providers/dialects/path.h"

namespace extractd::providers {
namespace {

class AnthropicMessagesDialect final : public Dialect {
 public:
  std::string_view name() const override { return "anthropic_messages"; }

  std::string Path(const ProviderRow& row, const ChatRequest& request) const override {
    return PathOf(row, request);
  }

  absl::StatusOr<std::string> EncodeBody(
      const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
  ) const override {
    return anthropic::Encode(row, model, request);
  }

  SendResult Decode(int http_status, std::string_view body, HeaderOf) const override {
    return http_status == 200 ? anthropic::DecodeReply(body)
                              : anthropic::DecodeError(http_status, body);
  }

  std::unique_ptr<StreamDecoder> NewStreamDecoder() const override {
    return anthropic::NewStreamDecoder();
  }
};

}  // namespace

const Dialect& AnthropicMessages() {
  static constexpr AnthropicMessagesDialect dialect;
  return dialect;
}

}  // namespace extractd::providers
