// Replies and streams of the Converse API: whatever they are, each gets one clean meaning.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "server/base/utf8.h"
#include "server/json/parse.h"
#include "server/providers/dialects/bedrock/bedrock_converse.h"
#include "tests/fuzz/require.h"

namespace extractd::providers {
namespace {

using fuzz::Require;

constexpr int kStatuses[] = {200, 400, 403, 404, 408, 424, 429, 500, 503, 299};
constexpr std::string_view kEvents[] = {
    "messageStart",
    "contentBlockStart",
    "contentBlockDelta",
    "contentBlockStop",
    "messageStop",
    "metadata",
    "throttlingException"
};

class Sink final : public DeltaSink {
 public:
  void OnText(std::string_view piece) override { bytes += piece.size(); }
  void OnArguments(size_t, std::string_view, std::string_view piece) override {
    bytes += piece.size();
  }
  void OnThinking(std::string_view piece) override { bytes += piece.size(); }
  size_t bytes = 0;
};

void CheckResult(const SendResult& result, size_t input_bytes) {
  Require(IsValidUtf8(result.message), "messages are UTF-8");
  Require(result.message.size() <= 300, "messages are bounded");
  if (!result.ok()) {
    Require(!result.message.empty(), "a failure says what it is");
    return;
  }
  const Message& message = result.reply.message;
  Require(message.text.size() <= input_bytes * 3, "text comes from the input");
  Require(IsValidUtf8(message.text), "text is UTF-8");
  for (const ToolCall& call : message.tool_calls) {
    Require(IsValidUtf8(call.arguments) && IsValidUtf8(call.name), "calls are UTF-8");
  }
  for (const Thinking& thought : message.thinking) {
    Require(IsValidUtf8(thought.text), "thoughts are UTF-8");
  }
  Require(result.reply.usage.input_tokens >= 0, "tokens are counts");
  if (message.verbatim.empty()) return;
  const json::ParseResult echo = json::ParseView(message.verbatim);
  const auto* document = std::get_if<json::Document>(&echo);
  Require(document != nullptr && document->root().is_array(), "the echo is a list of blocks");
}

// Each line is an event: its first byte chooses the name, the rest is the data.
void CheckStream(std::string_view input) {
  const std::unique_ptr<StreamDecoder> decoder = BedrockConverse().NewStreamDecoder();
  Sink sink;
  const size_t input_bytes = input.size();
  while (!input.empty()) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    if (line.empty()) continue;
    const auto choice = static_cast<unsigned char>(line[0]) % std::size(kEvents);
    if (!decoder->Read({.name = kEvents[choice], .data = line.substr(1)}, sink)) break;
  }
  Require(sink.bytes <= input_bytes * 2, "pieces come from the input");
  CheckResult(decoder->Finish(), input_bytes);
}

}  // namespace
}  // namespace extractd::providers

// The first byte chooses the status of a reply, or a stream; the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace extractd::providers;  // NOLINT(google-build-using-namespace)
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t choice = data[0] % (std::size(kStatuses) + 1);
  if (choice == std::size(kStatuses)) {
    CheckStream(body);
  } else {
    CheckResult(BedrockConverse().Decode(kStatuses[choice], body, extractd::NoHeader), size);
  }
  return 0;
}
