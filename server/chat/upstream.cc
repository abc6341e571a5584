#include "server/chat/upstream.h"

#include "server/chat/stream.h"

namespace extractd {

std::string_view SendFailureName(SendFailure failure) {
  switch (failure) {
    case SendFailure::kNone:
      return "none";
    case SendFailure::kConnection:
      return "connection";
    case SendFailure::kTimeout:
      return "timeout";
    case SendFailure::kRateLimited:
      return "rate_limited";
    case SendFailure::kQuotaExhausted:
      return "quota_exhausted";
    case SendFailure::kServerError:
      return "server_error";
    case SendFailure::kMalformed:
      return "malformed";
    case SendFailure::kTooLarge:
      return "too_large";
    case SendFailure::kAuth:
      return "auth";
    case SendFailure::kUnknownModel:
      return "unknown_model";
    case SendFailure::kSchemaRejected:
      return "schema_rejected";
    case SendFailure::kContextTooLong:
      return "context_too_long";
    case SendFailure::kContentFiltered:
      return "content_filtered";
    case SendFailure::kRejected:
      return "rejected";
    case SendFailure::kCancelled:
      return "cancelled";
  }
  return "none";
}

void TellWhole(const ChatReply& reply, DeltaSink& sink) {
  for (const Thinking& thinking : reply.message.thinking) {
    if (!thinking.text.empty()) sink.OnThinking(thinking.text);
  }
  if (!reply.message.text.empty()) sink.OnText(reply.message.text);
  for (size_t i = 0; i < reply.message.tool_calls.size(); ++i) {
    const ToolCall& call = reply.message.tool_calls[i];
    sink.OnArguments(i, call.name, call.arguments);
  }
}

Task<SendResult> Upstream::Stream(
    const WireRequest& request, const SendTimers& timers, StreamSink& sink
) {
  SendResult result = co_await Send(request, timers);
  if (result.ok()) {
    TellWhole(result.reply, sink);
    sink.OnPieceEnd();
  }
  co_return result;
}

}  // namespace extractd
