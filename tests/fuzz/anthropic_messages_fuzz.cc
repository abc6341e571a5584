// Replies of the Messages protocol, whole and streamed: whatever they are, each gets one clean
// meaning, and a stream has told of nothing but what its reply says in the end.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/utf8.h"
#include "server/providers/dialects/anthropic/anthropic_messages.h"
#include "tests/fuzz/require.h"

namespace extractd::providers {
namespace {

using fuzz::Require;

// The last means: a stream of status 200, one event a line.
constexpr int kStatuses[] = {200, 400, 401, 403, 404, 413, 422, 429, 500, 503, 529, 302, 0};

class Heard final : public DeltaSink {
 public:
  void OnText(std::string_view piece) override { text += piece; }
  void OnArguments(size_t index, std::string_view, std::string_view piece) override {
    Require(index <= arguments.size(), "calls are told of in their order");
    if (index == arguments.size()) arguments.emplace_back();
    arguments[index] += piece;
  }
  void OnThinking(std::string_view) override {}

  std::string text;
  std::vector<std::string> arguments;
};

void CheckResult(const SendResult& result, size_t size) {
  Require(IsValidUtf8(result.message), "messages are UTF-8");
  Require(result.message.size() <= size + 1000, "messages are bounded");
  Require(result.reply.usage.input_tokens >= 0, "tokens are counts");
  Require(result.reply.usage.output_tokens >= 0, "tokens are counts");
  if (!result.ok()) {
    Require(!result.message.empty(), "a failure says what it is");
    return;
  }
  Require(IsValidUtf8(result.reply.message.text), "content is UTF-8");
  Require(IsValidUtf8(result.reply.message.verbatim), "what is sent back is UTF-8");
}

void CheckStream(std::string_view lines) {
  const std::unique_ptr<StreamDecoder> decoder = AnthropicMessages().NewStreamDecoder();
  Heard heard;
  for (std::string_view rest = lines; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    if (!decoder->Read({.data = line}, heard)) break;
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  const SendResult result = decoder->Finish();
  CheckResult(result, lines.size());
  if (!result.ok()) return;
  const Message& message = result.reply.message;
  Require(message.tool_calls.size() == heard.arguments.size(), "every call was told of");
  if (!result.reply.sanitized) Require(message.text == heard.text, "the text was told of");
}

void Check(int status, std::string_view body) {
  if (status == 0) return CheckStream(body);
  const SendResult result = AnthropicMessages().Decode(status, body, NoHeader);
  CheckResult(result, body.size());
  Require(!result.ok() || status == 200, "errors are no replies");
}

}  // namespace
}  // namespace extractd::providers

// The first byte chooses the status, the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  using extractd::providers::kStatuses;
  const int status = kStatuses[data[0] % std::size(kStatuses)];
  extractd::providers::Check(status, {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
