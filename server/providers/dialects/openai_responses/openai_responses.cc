#include "server/providers/dialects/openai_responses/openai_responses.h"

#include "server/providers/dialects/openai_chat/openai_chat.h"

namespace extractd::providers {
namespace {

class OpenAiResponsesDialect final : public Dialect {
 public:
  std::string_view name() const override { return "openai_responses"; }

  std::string Path(const ProviderRow& row, const ChatRequest&) const override {
    return row.responses_path;
  }

  absl::StatusOr<std::string> EncodeBody(
      const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
  ) const override {
    return openai_responses::Encode(row, model, request);
  }

  // Both protocols have the same errors.
  SendResult Decode(int http_status, std::string_view body, HeaderOf) const override {
    return http_status == 200 ? openai_responses::DecodeReply(body)
                              : openai_chat::DecodeError(http_status, body);
  }

  std::unique_ptr<StreamDecoder> NewStreamDecoder() const override {
    return openai_responses::NewStreamDecoder();
  }
};

}  // namespace

const Dialect& OpenAiResponses() {
  static constexpr OpenAiResponsesDialect dialect;
  return dialect;
}

}  // namespace extractd::providers
