#include "server/providers/dialects/gemini/gemini.h"

namespace extractd::providers {
namespace {

class GeminiDialect final : public Dialect {
 public:
  std::string_view name() const override { return "gemini"; }

  std::string Path(const ProviderRow& row, const ChatRequest& request) const override {
    return gemini::Path(row, request);
  }

  absl::StatusOr<std::string> EncodeBody(
      const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
  ) const override {
    return gemini::Encode(row, model, request);
  }

  SendResult Decode(int http_status, std::string_view body, HeaderOf) const override {
    return http_status == 200 ? gemini::DecodeReply(body) : gemini::DecodeError(http_status, body);
  }

  std::unique_ptr<StreamDecoder> NewStreamDecoder() const override {
    return gemini::NewStreamDecoder();
  }
};

}  // namespace

const Dialect& Gemini() {
  static constexpr GeminiDialect dialect;
  return dialect;
}

}  // namespace extractd::providers
