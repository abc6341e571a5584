// Replies of the Responses protocol: whatever they are, each gets one clean meaning, and what is
// kept to be sent back is JSON.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "server/base/utf8.h"
#include "server/json/parse.h"
#include "server/providers/dialects/openai_responses/openai_responses.h"
#include "tests/fuzz/require.h"

namespace extractd::providers {
namespace {

using fuzz::Require;

bool IsJsonArray(std::string_view text) {
  const json::ParseResult parsed = json::ParseView(text);
  const auto* document = std::get_if<json::Document>(&parsed);
  return document != nullptr && document->root().is_array();
}

void Check(int status, std::string_view body) {
  const SendResult result = OpenAiResponses().Decode(status, body, NoHeader);
  Require(IsValidUtf8(result.message), "messages are UTF-8");
  if (!result.ok()) {
    Require(!result.message.empty(), "a failure says what it is");
    return;
  }
  Require(status == 200 || status == 400, "errors are no replies");
  const Message& message = result.reply.message;
  Require(IsValidUtf8(message.text), "content is UTF-8");
  Require(IsValidUtf8(result.reply.refusal), "refusals are UTF-8");
  for (const ToolCall& call : message.tool_calls) {
    Require(IsValidUtf8(call.arguments), "arguments are UTF-8");
  }
  Require(message.verbatim.empty() || IsJsonArray(message.verbatim), "what is kept is a list");
  ChatRequest request = {.model = "m", .messages = {message}};
  Require(OpenAiResponses().EncodeBody({}, {}, request).ok(), "and can be sent back");
}

}  // namespace
}  // namespace extractd::providers

// The first byte chooses the status, the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const int status = data[0] % 4 == 3 ? 400 : 200;
  extractd::providers::Check(status, {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
