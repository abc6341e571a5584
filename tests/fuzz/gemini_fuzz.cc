// Replies of the Gemini protocol, whole and streamed: whatever they are, each gets one clean
// meaning, and what is kept of it can be sent back.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "server/base/utf8.h"
#include "server/json/parse.h"
#include "server/providers/dialects/body_text.h"
#include "server/providers/dialects/gemini/gemini.h"
#include "tests/fuzz/require.h"

namespace extractd::providers {
namespace {

using fuzz::Require;

// 0: not a status, the body is the events of a stream, one a line.
constexpr std::array kStatuses = {0, 200, 400, 401, 403, 404, 429, 499, 500, 503, 302};

void CheckEcho(const Message& message) {
  const ChatRequest request = {
      .messages = {message, {.role = Role::kTool, .text = "no", .tool_failed = true}}
  };
  const auto body = Gemini().EncodeBody({}, {}, request);
  Require(body.ok(), "a reply can be sent back");
  const json::ParseResult parsed = json::ParseView(*body);
  const auto* error = std::get_if<json::ParseError>(&parsed);
  // It stands deeper than where it came from.
  const bool too_deep = error != nullptr && error->message.find("deeper") != std::string::npos;
  Require(error == nullptr || too_deep, "what is sent back is JSON");
}

void CheckResult(const SendResult& result, std::size_t input_size) {
  Require(IsValidUtf8(result.message), "messages are UTF-8");
  Require(result.message.size() <= input_size + 1000, "messages are bounded");
  if (!result.ok()) {
    Require(!result.message.empty(), "a failure says what it is");
    return;
  }
  const Message& message = result.reply.message;
  Require(IsValidUtf8(message.text) && IsValidUtf8(message.verbatim), "content is UTF-8");
  for (const Citation& citation : result.reply.citations) {
    Require(IsValidUtf8(citation.text + citation.url + citation.title), "sources are UTF-8");
  }
  Require(result.reply.usage.input_tokens >= 0, "tokens are counts");
  Require(result.reply.usage.output_tokens >= 0, "tokens are counts");
  CheckEcho(message);
}

// What the sink was told is what the reply holds.
class Collector final : public DeltaSink {
 public:
  void OnText(std::string_view piece) override { text += piece; }
  void OnArguments(size_t, std::string_view, std::string_view piece) override {
    arguments += piece;
  }
  void OnThinking(std::string_view piece) override { thinking += piece; }

  std::string text;
  std::string arguments;
  std::string thinking;
};

void CheckStream(std::string_view events) {
  const auto decoder = Gemini().NewStreamDecoder();
  Collector told;
  const std::size_t size = events.size();
  bool more = true;
  while (more && !events.empty()) {
    const std::size_t end = std::min(events.find('\n'), events.size());
    more = decoder->Read({.data = events.substr(0, end)}, told);
    events.remove_prefix(std::min(end + 1, events.size()));
  }
  const SendResult result = decoder->Finish();
  CheckResult(result, size);
  if (!result.ok()) return;
  std::string arguments;
  std::string thinking;
  for (const ToolCall& call : result.reply.message.tool_calls) arguments += call.arguments;
  for (const Thinking& thought : result.reply.message.thinking) thinking += thought.text;
  MendHalves(told.text);
  Require(told.text == result.reply.message.text, "all text was told");
  Require(told.arguments == arguments, "all arguments were told");
  Require(told.thinking.empty() == thinking.empty(), "thoughts were told");
}

void Check(int status, std::string_view body) {
  if (status == 0) return CheckStream(body);
  const SendResult result = Gemini().Decode(status, body, NoHeader);
  Require(!result.ok() || status == 200, "errors are no replies");
  CheckResult(result, body.size());
}

}  // namespace
}  // namespace extractd::providers

// The first byte chooses the status, the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  using extractd::providers::kStatuses;
  const int status = kStatuses[data[0] % kStatuses.size()];
  extractd::providers::Check(status, {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
