#include "server/providers/dialects/cohere/cohere_chat.h"

#include <memory>

#include "server/providers/dialects/body_text.h"
#include "server/providers/dialects/cohere/reply_assembler.h"
#include "server/providers/dialects/null_sink.h"

namespace extractd::providers {
namespace {

using cohere::ReplyAssembler;

// What some proxies send behind the last event.
constexpr std::string_view kTerminator = "[DONE]";

SendResult DecodeReply(std::string_view body) {
  const BodyText read = ReadBodyText(body, "the reply");
  if (!read.document.has_value()) {
    return {.failure = SendFailure::kMalformed, .message = read.problem};
  }
  ReplyAssembler assembler;
  NullSink nobody;
  assembler.ReadWhole(read.document->root(), nobody);
  SendResult result = assembler.Finish();
  result.reply.sanitized |= read.sanitized;
  return result;
}

class CohereStream final : public StreamDecoder {
 public:
  bool Read(const StreamEvent& event, DeltaSink& sink) override {
    if (event.data == kTerminator) return false;
    const BodyText read = ReadBodyText(event.data, "an event");
    sanitized_ |= read.sanitized;
    if (!read.document.has_value()) return assembler_.Fail(SendFailure::kMalformed, read.problem);
    return assembler_.ReadEvent(read.document->root(), sink);
  }

  SendResult Finish() override {
    SendResult result = assembler_.Finish();
    result.reply.sanitized |= sanitized_;
    return result;
  }

 private:
  ReplyAssembler assembler_;
  bool sanitized_ = false;
};

class CohereChatDialect final : public Dialect {
 public:
  std::string_view name() const override { return "cohere_chat"; }

  std::string Path(const ProviderRow& row, const ChatRequest&) const override {
    return row.chat_path;
  }

  absl::StatusOr<std::string> EncodeBody(
      const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
  ) const override {
    return cohere::Encode(row, model, request);
  }

  SendResult Decode(int http_status, std::string_view body, HeaderOf) const override {
    return http_status == 200 ? DecodeReply(body) : cohere::DecodeError(http_status, body);
  }

  std::unique_ptr<StreamDecoder> NewStreamDecoder() const override {
    return std::make_unique<CohereStream>();
  }
};

}  // namespace

const Dialect& CohereChat() {
  static constexpr CohereChatDialect dialect;
  return dialect;
}

}  // namespace extractd::providers
