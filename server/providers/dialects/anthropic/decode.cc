#include "server/providers/dialects/anthropic/decode.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>

#include "server/json/decimal.h"
#include "server/json/read.h"
#include "server/json/text_writer.h"
#include "server/json/write.h"
#include "server/providers/dialects/anthropic/errors.h"
#include "server/providers/dialects/body_text.h"

namespace extractd::providers::anthropic {
namespace {

SendResult Malformed(std::string_view problem) {
  return {.failure = SendFailure::kMalformed, .message = std::string(problem)};
}

struct StopName {
  std::string_view name;
  FinishReason reason;
};
constexpr std::array kStopNames = {
    StopName{.name = "end_turn", .reason = FinishReason::kStop},
    StopName{.name = "stop_sequence", .reason = FinishReason::kStop},
    StopName{.name = "tool_use", .reason = FinishReason::kToolCalls},
    StopName{.name = "max_tokens", .reason = FinishReason::kLength},
    StopName{.name = "model_context_window_exceeded", .reason = FinishReason::kLength},
    StopName{.name = "refusal", .reason = FinishReason::kRefusal},
};

FinishReason FinishReasonOf(std::string_view stop_reason) {
  if (stop_reason.empty()) return FinishReason::kUnspecified;
  const auto* known = std::ranges::find(kStopNames, stop_reason, &StopName::name);
  return known == kStopNames.end() ? FinishReason::kOther : known->reason;
}

void ReadCount(
    const json::Value& usage, std::initializer_list<std::string_view> path, std::int64_t& count
) {
  const json::Value* found = json::FindPath(usage, path);
  if (found == nullptr || !found->is_number()) return;
  count = std::max<std::int64_t>(0, json::ToInt64(found->number()).value_or(0));
}

// Counts are what somebody else wrote: their sum may be more than a number holds.
std::int64_t Sum(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::int64_t>::max() : sum;
}

// The first of several names that has a text.
std::string_view FirstText(
    const json::Value& value, std::initializer_list<std::string_view> names
) {
  for (const std::string_view name : names) {
    const std::string_view text = json::StringMember(value, name);
    if (!text.empty()) return text;
  }
  return {};
}

void ReadText(const json::Value& block, ChatReply& reply) {
  reply.message.text += json::StringMember(block, "text");
  const json::Value* citations = block.Find("citations");
  if (citations == nullptr) return;
  for (const json::Value& citation : *citations) {
    reply.citations.push_back({
        .text = std::string(json::StringMember(citation, "cited_text")),
        .url = std::string(FirstText(citation, {"url", "source"})),
        .title = std::string(FirstText(citation, {"title", "document_title"})),
    });
  }
}

// Writes the block to `echo`, too, where the input is already written.
void ReadToolUse(const json::Value& block, ChatReply& reply, json::TextWriter& echo) {
  const json::Value* input = block.Find("input");
  reply.message.tool_calls.push_back({
      .id = std::string(json::StringMember(block, "id")),
      .name = std::string(json::StringMember(block, "name")),
      .arguments = input == nullptr ? "" : json::ToText(*input),
  });
  const std::string& arguments = reply.message.tool_calls.back().arguments;
  echo.BeginObject();
  for (const json::Value& member : block) {
    echo.Key(member.key());
    if (&member == input) {
      echo.Raw(arguments);
    } else {
      echo.Raw(json::ToText(member));
    }
  }
  echo.EndObject();
}

// Blocks of other types belong to tools that the provider runs itself. Each goes to `echo` as it
// is.
void ReadBlock(const json::Value& block, ChatReply& reply, json::TextWriter& echo) {
  const std::string_view type = json::StringMember(block, "type");
  if (type == "tool_use") return ReadToolUse(block, reply, echo);
  echo.Raw(json::ToText(block));
  if (type == "text") {
    ReadText(block, reply);
  } else if (type == "thinking") {
    reply.message.thinking.push_back({
        .text = std::string(json::StringMember(block, "thinking")),
        .opaque = std::string(json::StringMember(block, "signature")),
    });
  } else if (type == "redacted_thinking") {
    reply.message.thinking.push_back({.opaque = std::string(json::StringMember(block, "data"))});
  }
}

// Escapes can write halves of characters.
void Mend(std::string& text, ChatReply& reply) {
  if (MendHalves(text)) reply.sanitized = true;
}

SendResult DecodeRoot(const json::Value& root) {
  if (!root.is_object()) return Malformed("the reply is not a JSON object");
  if (const json::Value* error = root.Find("error"); error != nullptr && !error->is_null()) {
    return ClassifyError(200, root);
  }
  const json::Value* content = root.Find("content");
  if (content == nullptr || !content->is_array()) return Malformed("the reply has no content");
  SendResult result;
  ReadContent(*content, result.reply);
  ReadStop(root, result.reply);
  TokenCounts counts;
  ReadCounts(root.Find("usage"), counts);
  result.reply.usage = UsageOf(counts);
  return result;
}

}  // namespace

void ReadCounts(const json::Value* usage, TokenCounts& counts) {
  if (usage == nullptr) return;
  ReadCount(*usage, {"input_tokens"}, counts.input);
  ReadCount(*usage, {"output_tokens"}, counts.output);
  ReadCount(*usage, {"cache_read_input_tokens"}, counts.cache_read);
  ReadCount(*usage, {"cache_creation_input_tokens"}, counts.cache_write);
  ReadCount(*usage, {"output_tokens_details", "thinking_tokens"}, counts.thinking);
}

Usage UsageOf(const TokenCounts& counts) {
  return {
      .input_tokens = Sum(counts.input, Sum(counts.cache_read, counts.cache_write)),
      .output_tokens = counts.output,
      .cached_input_tokens = counts.cache_read,
      .cache_write_input_tokens = counts.cache_write,
      .reasoning_tokens = counts.thinking,
  };
}

void ReadContent(const json::Value& content, ChatReply& reply) {
  json::TextWriter echo;
  echo.BeginArray();
  for (const json::Value& block : content) ReadBlock(block, reply, echo);
  echo.EndArray();
  Mend(reply.message.text, reply);
  for (Thinking& thinking : reply.message.thinking) Mend(thinking.text, reply);
  for (Citation& citation : reply.citations) Mend(citation.text, reply);
  if (content.size() > 0) reply.message.verbatim = std::move(echo).Take();
}

void ReadStop(const json::Value& stopped, ChatReply& reply) {
  reply.finish_reason = FinishReasonOf(json::StringMember(stopped, "stop_reason"));
  if (reply.finish_reason != FinishReason::kRefusal) return;
  const json::Value* details = stopped.Find("stop_details");
  if (details != nullptr) reply.refusal = FirstText(*details, {"explanation", "category"});
  if (reply.refusal.empty()) reply.refusal = reply.message.text;
  Mend(reply.refusal, reply);
}

SendResult DecodeReply(std::string_view body) {
  const BodyText text = ReadBodyText(body, "the reply");
  if (!text.document.has_value()) return Malformed(text.problem);
  SendResult result = DecodeRoot(text.document->root());
  result.reply.sanitized = result.reply.sanitized || text.sanitized;
  return result;
}

}  // namespace extractd::providers::anthropic
