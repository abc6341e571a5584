// Reads streamed replies: chunks, then a chunk of usage, then "[DONE]"; any of the last two may be
// missing.
#include <memory>
#include <utility>

#include "server/providers/dialects/body_text.h"
#include "server/providers/dialects/null_sink.h"
#include "server/providers/dialects/openai_chat/openai_chat.h"
#include "server/providers/dialects/openai_chat/reply_assembler.h"

namespace extractd::providers::openai_chat {
namespace {

class ChatStreamDecoder final : public StreamDecoder {
 public:
  bool Read(const StreamEvent& event, DeltaSink& sink) override {
    if (event.data.find_first_not_of(" \t\r\n") == std::string_view::npos) return true;
    if (event.data.starts_with("[DONE]")) {
      done_ = true;
      return false;
    }
    const BodyText text = ReadBodyText(event.data, "an event of the stream");
    if (!text.document.has_value()) {
      problem_ = text.problem;
      return false;
    }
    sanitized_ = sanitized_ || text.sanitized;
    failed_ = !assembler_.ReadChunk(text.document->root(), sink);
    return !failed_;
  }

  SendResult Finish() override {
    if (!failed_ && problem_.empty() && !done_ && !assembler_.finished()) {
      problem_ = "the stream ended before the reply did";
    }
    if (!problem_.empty()) return {.failure = SendFailure::kMalformed, .message = problem_};
    NullSink sink;
    SendResult result = assembler_.Finish(sink);
    result.reply.sanitized = result.reply.sanitized || sanitized_;
    return result;
  }

 private:
  ReplyAssembler assembler_;
  std::string problem_;
  bool done_ = false;
  bool failed_ = false;
  bool sanitized_ = false;
};

}  // namespace

std::unique_ptr<StreamDecoder> NewStreamDecoder() {
  return std::make_unique<ChatStreamDecoder>();
}

}  // namespace extractd::providers::openai_chat
