// Replies of OpenAI-like providers: whatever they are, each gets one clean meaning.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/base/utf8.h"
#include "server/providers/dialects/openai_chat/openai_chat.h"
#include "tests/fuzz/require.h"

namespace extractd::providers {
namespace {

using fuzz::Require;

constexpr int kStatuses[] = {200, 400, 401, 403, 404, 413, 422, 429, 500, 503, 529, 299, 302};

void Check(int status, std::string_view body) {
  const SendResult result = OpenAiChat().Decode(status, body, NoHeader);
  Require(IsValidUtf8(result.message), "messages are UTF-8");
  Require(result.message.size() <= body.size() + 1000, "messages are bounded");
  if (!result.ok()) {
    Require(!result.message.empty(), "a failure says what it is");
    return;
  }
  // Some hosts send the answer that they refused with a 400.
  Require(status / 100 == 2 || status == 400, "errors are no replies");
  Require(IsValidUtf8(result.reply.message.text), "content is UTF-8");
  for (const ToolCall& call : result.reply.message.tool_calls) {
    Require(IsValidUtf8(call.arguments), "arguments are UTF-8");
  }
  Require(result.reply.usage.input_tokens >= 0, "tokens are counts");
  Require(result.reply.usage.output_tokens >= 0, "tokens are counts");
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
