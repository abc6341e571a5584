// Reads whole replies of status 200.
#include <string>

#include "server/providers/dialects/body_text.h"
#include "server/providers/dialects/null_sink.h"
#include "server/providers/dialects/openai_chat/openai_chat.h"
#include "server/providers/dialects/openai_chat/reply_assembler.h"

namespace extractd::providers::openai_chat {

SendResult DecodeReply(std::string_view body) {
  const BodyText text = ReadBodyText(body, "the reply");
  if (!text.document.has_value()) {
    return {.failure = SendFailure::kMalformed, .message = text.problem};
  }
  ReplyAssembler assembler;
  NullSink sink;
  assembler.ReadWhole(text.document->root(), sink);
  SendResult result = assembler.Finish(sink);
  result.reply.sanitized = result.reply.sanitized || text.sanitized;
  return result;
}

}  // namespace extractd::providers::openai_chat
