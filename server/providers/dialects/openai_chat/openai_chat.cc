#include "server/providers/dialects/openai_chat/openai_chat.h"

namespace extractd::providers {
namespace {

class OpenAiChatDialect final : public Dialect {
 public:
  std::string_view name() const override { return "openai_chat"; }

  std::string Path(const ProviderRow& row, const ChatRequest&) const override {
    return row.chat_path;
  }

  absl::StatusOr<std::string> EncodeBody(
      const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
  ) const override {
    return openai_chat::Encode(row, model, request);
  }

  SendResult Decode(int http_status, std::string_view body, HeaderOf) const override {
    return http_status == 200 ? openai_chat::DecodeReply(body)
                              : openai_chat::DecodeError(http_status, body);
  }

  std::unique_ptr<StreamDecoder> NewStreamDecoder() const override {
    return openai_chat::NewStreamDecoder();
  }
};

}  // namespace

const Dialect& OpenAiChat() {
  static constexpr OpenAiChatDialect dialect;
  return dialect;
}

}  // namespace extractd::providers
