#include "server/providers/dialects/ollama/ollama_chat.h"

#include <memory>

#include "server/providers/dialects/body_text.h"
#include "server/providers/dialects/null_sink.h"
#include "server/providers/dialects/ollama/reply_assembler.h"

namespace extractd::providers {
namespace {

using ollama::ReplyAssembler;

// Reads lines; a whole reply is a stream of one.
class OllamaStream final : public StreamDecoder {
 public:
  bool Read(const StreamEvent& event, DeltaSink& sink) override {
    const BodyText read = ReadBodyText(event.data, "the reply");
    sanitized_ |= read.sanitized;
    if (!read.document.has_value()) return assembler_.Fail(SendFailure::kMalformed, read.problem);
    return assembler_.Read(read.document->root(), sink);
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

class OllamaChatDialect final : public Dialect {
 public:
  std::string_view name() const override { return "ollama_chat"; }

  std::string Path(const ProviderRow& row, const ChatRequest&) const override {
    return row.chat_path;
  }

  absl::StatusOr<std::string> EncodeBody(
      const ProviderRow& row, const ModelFamily& model, const ChatRequest& request
  ) const override {
    return ollama::Encode(row, model, request);
  }

  SendResult Decode(int http_status, std::string_view body, HeaderOf) const override {
    if (http_status != 200) return ollama::DecodeError(http_status, body);
    OllamaStream stream;
    NullSink nobody;
    stream.Read({.data = body}, nobody);
    return stream.Finish();
  }

  StreamFraming framing() const override { return StreamFraming::kJsonLines; }
  std::unique_ptr<StreamDecoder> NewStreamDecoder() const override {
    return std::make_unique<OllamaStream>();
  }
};

}  // namespace

const Dialect& OllamaChat() {
  static constexpr OllamaChatDialect dialect;
  return dialect;
}

}  // namespace extractd::providers
