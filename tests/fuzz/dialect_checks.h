// What holds for every dialect, whatever comes in.
#ifndef EXTRACTD_TESTS_FUZZ_DIALECT_CHECKS_H_
#define EXTRACTD_TESTS_FUZZ_DIALECT_CHECKS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "server/base/utf8.h"
#include "server/registry/dialect.h"
#include "tests/fuzz/require.h"

namespace extractd::fuzz {

inline void CheckReply(const ChatReply& reply) {
  Require(IsValidUtf8(reply.message.text), "content is UTF-8");
  Require(IsValidUtf8(reply.message.verbatim), "what goes back is UTF-8");
  for (const ToolCall& call : reply.message.tool_calls) {
    Require(IsValidUtf8(call.arguments), "arguments are UTF-8");
    Require(IsValidUtf8(call.name), "names are UTF-8");
  }
  for (const Thinking& thought : reply.message.thinking) {
    Require(IsValidUtf8(thought.text), "thoughts are UTF-8");
  }
  for (const Citation& citation : reply.citations) {
    Require(IsValidUtf8(citation.text), "citations are UTF-8");
  }
}

inline void CheckResult(const SendResult& result, size_t bytes) {
  Require(IsValidUtf8(result.message), "messages are UTF-8");
  Require(result.message.size() <= bytes + 1000, "messages are bounded");
  const Usage& usage = result.reply.usage;
  Require(usage.input_tokens >= 0 && usage.output_tokens >= 0, "tokens are counts");
  Require(usage.cached_input_tokens >= 0 && usage.reasoning_tokens >= 0, "tokens are counts");
  if (result.ok()) {
    CheckReply(result.reply);
  } else {
    Require(!result.message.empty(), "a failure says what it is");
  }
}

// Keeps what it is told, to be compared with the reply.
class Pieces final : public DeltaSink {
 public:
  void OnText(std::string_view piece) override { text_ += piece; }
  void OnArguments(size_t, std::string_view, std::string_view piece) override {
    argument_bytes_ += piece.size();
  }
  void OnThinking(std::string_view) override {}

  void Compare(const ChatReply& reply) const {
    if (reply.sanitized) return;
    Require(text_ == reply.message.text, "pieces of text add up to the reply");
    size_t bytes = 0;
    for (const ToolCall& call : reply.message.tool_calls) bytes += call.arguments.size();
    Require(argument_bytes_ == bytes, "pieces of arguments add up to the reply");
  }

 private:
  std::string text_;
  size_t argument_bytes_ = 0;
};

// One event a line.
inline void CheckStream(const Dialect& dialect, std::string_view text) {
  const auto decoder = dialect.NewStreamDecoder();
  Pieces pieces;
  const size_t bytes = text.size();
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (!decoder->Read({.data = text.substr(0, end)}, pieces)) break;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const SendResult result = decoder->Finish();
  CheckResult(result, bytes);
  if (result.ok()) pieces.Compare(result.reply);
}

// The first byte chooses a status, or that the rest is a stream; the rest is the body.
inline int CheckDialect(const Dialect& dialect, const std::uint8_t* data, size_t size) {
  constexpr int kStream = 0;
  constexpr int kStatuses[] = {200, kStream, 400, 401, 403, 404, 413, 422, 429, 498, 500, 501, 503};
  if (size == 0) return 0;
  const int status = kStatuses[data[0] % std::size(kStatuses)];
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (status == kStream) {
    CheckStream(dialect, body);
    return 0;
  }
  const SendResult result = dialect.Decode(status, body, NoHeader);
  CheckResult(result, body.size());
  Require(status == 200 || !result.ok(), "errors are no replies");
  return 0;
}

}  // namespace extractd::fuzz

#endif  // EXTRACTD_TESTS_FUZZ_DIALECT_CHECKS_H_
