// Streams of both OpenAI protocols, one event a line: they end in a reply or a failure, and what
// the sink was told of an answer is the answer.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/utf8.h"
#include "server/providers/dialects/openai_chat/openai_chat.h"
#include "server/providers/dialects/openai_responses/openai_responses.h"
#include "tests/fakes/kept_deltas.h"
#include "tests/fuzz/require.h"

namespace extractd::providers {
namespace {

using fuzz::Require;

std::vector<std::string> LinesOf(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

void CheckReply(const ChatReply& reply) {
  Require(IsValidUtf8(reply.message.text), "content is UTF-8");
  for (const ToolCall& call : reply.message.tool_calls) {
    Require(IsValidUtf8(call.arguments), "arguments are UTF-8");
  }
  Require(reply.usage.input_tokens >= 0 && reply.usage.output_tokens >= 0, "tokens are counts");
}

// The last event of the other protocol may contradict those before it.
void CheckDeltas(const fakes::KeptDeltas& deltas, const ChatReply& reply) {
  Require(deltas.calls.size() == reply.message.tool_calls.size(), "each call is told");
  if (reply.sanitized || !IsValidUtf8(deltas.text)) return;
  Require(reply.message.text.starts_with(deltas.text), "the pieces are the text");
}

void Check(bool chat, std::string_view stream) {
  const Dialect& dialect = chat ? OpenAiChat() : OpenAiResponses();
  const std::unique_ptr<StreamDecoder> decoder = dialect.NewStreamDecoder();
  fakes::KeptDeltas deltas;
  const SendResult result = fakes::ReadStream(*decoder, LinesOf(stream), deltas);
  Require(IsValidUtf8(result.message), "messages are UTF-8");
  if (!result.ok()) {
    Require(!result.message.empty(), "a failure says what it is");
    return;
  }
  CheckReply(result.reply);
  if (chat && result.reply.finish_reason != FinishReason::kOther) CheckDeltas(deltas, result.reply);
}

}  // namespace
}  // namespace extractd::providers

// The first byte chooses the protocol, the rest is the stream.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  extractd::providers::Check(data[0] % 2 == 0, {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
