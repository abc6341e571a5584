// Reads replies of status 200.
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "server/base/utf8.h"
#include "server/json/decimal.h"
#include "server/json/parse.h"
#include "server/json/read.h"
#include "server/json/write.h"
#include "server/providers/dialects/openai_chat.h"

namespace extractd::providers::openai_chat {
namespace {

SendResult Malformed(std::string_view problem) {
  return {.failure = SendFailure::kMalformed, .message = std::string(problem)};
}

// Content is a string, null, or a list of parts of which those of type "text" are the answer; the
// others are thoughts and references.
std::string ReadContent(const json::Value* content) {
  if (content == nullptr) return {};
  if (content->is_string()) return std::string(content->string());
  std::string text;
  for (const json::Value& part : *content) {
    if (json::StringMember(part, "type") == "text") text += json::StringMember(part, "text");
  }
  return text;
}

// Arguments are a string of JSON, or the object itself.
std::string ReadArguments(const json::Value& function) {
  const json::Value* arguments = function.Find("arguments");
  if (arguments == nullptr || arguments->is_null()) return {};
  return arguments->is_string() ? std::string(arguments->string()) : json::ToText(*arguments);
}

void ReadToolCalls(const json::Value& message, std::vector<ToolCall>& calls) {
  if (const json::Value* list = message.Find("tool_calls"); list != nullptr && list->is_array()) {
    for (const json::Value& call : *list) {
      const json::Value* function = call.Find("function");
      if (function == nullptr) continue;
      calls.push_back({
          .id = std::string(json::StringMember(call, "id")),
          .name = std::string(json::StringMember(*function, "name")),
          .arguments = ReadArguments(*function),
      });
    }
  }
  const json::Value* function = message.Find("function_call");
  if (calls.empty() && function != nullptr && function->is_object()) {
    calls.push_back({
        .name = std::string(json::StringMember(*function, "name")),
        .arguments = ReadArguments(*function),
    });
  }
}

struct FinishName {
  std::string_view name;
  FinishReason reason;
};
constexpr std::array kFinishNames = {
    FinishName{.name = "stop", .reason = FinishReason::kStop},
    FinishName{.name = "eos", .reason = FinishReason::kStop},
    FinishName{.name = "length", .reason = FinishReason::kLength},
    FinishName{.name = "model_length", .reason = FinishReason::kLength},
    FinishName{.name = "tool_calls", .reason = FinishReason::kToolCalls},
    FinishName{.name = "function_call", .reason = FinishReason::kToolCalls},
    FinishName{.name = "content_filter", .reason = FinishReason::kContentFilter},
};

FinishReason ReadFinishReason(const json::Value& choice, const ChatReply& reply) {
  if (!reply.refusal.empty()) return FinishReason::kRefusal;
  const std::string_view name = json::StringMember(choice, "finish_reason");
  for (const FinishName& known : kFinishNames) {
    if (name == known.name) return known.reason;
  }
  if (!name.empty()) return FinishReason::kOther;
  return reply.message.tool_calls.empty() ? FinishReason::kUnspecified : FinishReason::kToolCalls;
}

// The first of several spellings that is there.
std::int64_t ReadCount(
    const json::Value& usage,
    std::initializer_list<std::initializer_list<std::string_view>> spellings
) {
  for (const auto& path : spellings) {
    const json::Value* count = json::FindPath(usage, path);
    if (count == nullptr || !count->is_number()) continue;
    return std::max<std::int64_t>(0, json::ToInt64(count->number()).value_or(0));
  }
  return 0;
}

Usage ReadUsage(const json::Value& body) {
  const json::Value* usage = body.Find("usage");
  if (usage == nullptr || !usage->is_object()) usage = json::FindPath(body, {"x_groq", "usage"});
  if (usage == nullptr) return {};
  const std::int64_t input = ReadCount(*usage, {{"prompt_tokens"}});
  // Some do not count thoughts as completion, but all count them in the total.
  const std::int64_t rest = ReadCount(*usage, {{"total_tokens"}}) - input;
  return {
      .input_tokens = input,
      .output_tokens = std::max(rest, ReadCount(*usage, {{"completion_tokens"}})),
      .cached_input_tokens = ReadCount(
          *usage,
          {{"prompt_tokens_details", "cached_tokens"},
           {"prompt_token_details", "cached_tokens"},
           {"prompt_cache_hit_tokens"},
           {"num_cached_tokens"},
           {"cached_tokens"}}
      ),
      .cache_write_input_tokens =
          ReadCount(*usage, {{"prompt_tokens_details", "cache_write_tokens"}}),
      .reasoning_tokens = ReadCount(
          *usage,
          {{"completion_tokens_details", "reasoning_tokens"},
           {"completion_token_details", "reasoning_tokens"}}
      ),
  };
}

// Reasons to stop that are failures of the provider, not of the answer.
bool IsProviderFailure(std::string_view finish_reason) {
  return finish_reason == "error" || finish_reason == "insufficient_system_resource";
}

SendResult DecodeRoot(const json::Value& root) {
  if (!root.is_object()) return Malformed("the reply is not a JSON object");
  if (const json::Value* error = root.Find("error"); error != nullptr && !error->is_null()) {
    return ClassifyError(200, root);
  }
  const json::Value* choices = root.Find("choices");
  const json::Value* choice = choices == nullptr ? nullptr : choices->At(0);
  const json::Value* message = choice == nullptr ? nullptr : choice->Find("message");
  if (message == nullptr || !message->is_object()) return Malformed("the reply has no message");
  const std::string_view finish = json::StringMember(*choice, "finish_reason");

  SendResult result;
  result.reply.usage = ReadUsage(root);
  if (IsProviderFailure(finish)) {
    result.failure = SendFailure::kServerError;
    result.message = fmt::format("the provider stopped with '{}'", finish);
    return result;
  }
  result.reply.message.text = ReadContent(message->Find("content"));
  result.reply.refusal = std::string(json::StringMember(*message, "refusal"));
  ReadToolCalls(*message, result.reply.message.tool_calls);
  result.reply.finish_reason = ReadFinishReason(*choice, result.reply);
  return result;
}

}  // namespace

SendResult DecodeReply(std::string_view body) {
  const json::ParseResult parsed = json::ParseView(body);
  if (const auto* document = std::get_if<json::Document>(&parsed)) {
    return DecodeRoot(document->root());
  }
  if (body.empty()) return Malformed("the reply is empty");
  if (IsValidUtf8(body)) return Malformed("the reply is not JSON");
  const json::ParseResult again = json::Parse(ReplaceInvalidUtf8(body));
  const auto* document = std::get_if<json::Document>(&again);
  if (document == nullptr) return Malformed("the reply is neither UTF-8 nor JSON");
  SendResult result = DecodeRoot(document->root());
  result.reply.sanitized = true;
  return result;
}

}  // namespace extractd::providers::openai_chat
