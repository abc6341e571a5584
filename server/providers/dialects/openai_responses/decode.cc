// Reads whole replies of status 200.
#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "server/json/decimal.h"
#include "server/json/read.h"
#include "server/json/write.h"
#include "server/providers/dialects/body_text.h"
#include "server/providers/dialects/openai_chat/openai_chat.h"
#include "server/providers/dialects/openai_chat/reply_parts.h"
#include "server/providers/dialects/openai_responses/openai_responses.h"

namespace extractd::providers::openai_responses {
namespace {

SendResult Failure(SendFailure failure, std::string message) {
  return {.failure = failure, .message = std::move(message)};
}

std::int64_t CountAt(const json::Value& usage, std::initializer_list<std::string_view> path) {
  const json::Value* count = json::FindPath(usage, path);
  if (count == nullptr || !count->is_number()) return 0;
  return std::max<std::int64_t>(0, json::ToInt64(count->number()).value_or(0));
}

Usage ReadUsage(const json::Value& response) {
  const json::Value* usage = response.Find("usage");
  if (usage == nullptr || !usage->is_object()) return {};
  const std::int64_t input = CountAt(*usage, {"input_tokens"});
  return {
      .input_tokens = input,
      // As in the chat protocol: all is part of the total.
      .output_tokens =
          std::max(CountAt(*usage, {"total_tokens"}) - input, CountAt(*usage, {"output_tokens"})),
      .cached_input_tokens = CountAt(*usage, {"input_tokens_details", "cached_tokens"}),
      .cache_write_input_tokens = CountAt(*usage, {"input_tokens_details", "cache_write_tokens"}),
      .reasoning_tokens = CountAt(*usage, {"output_tokens_details", "reasoning_tokens"}),
  };
}

// Reads the items of an output.
class OutputReader {
 public:
  explicit OutputReader(ChatReply& reply) : reply_(reply) {}

  void Read(const json::Value& item) {
    const std::string_view type = json::StringMember(item, "type");
    if (type == "message") ReadMessage(item);
    if (type == "function_call") ReadCall(item);
    if (type == "reasoning") ReadReasoning(item);
  }

 private:
  // What a model says on its way to the answer is none of it.
  void ReadMessage(const json::Value& item) {
    const bool comments = json::StringMember(item, "phase") == "commentary";
    const json::Value* content = item.Find("content");
    if (content == nullptr) return;
    std::string text;
    if (content->is_string()) text = content->string();
    for (const json::Value& part : *content) {
      if (json::StringMember(part, "type") == "refusal") {
        reply_.refusal += json::StringMember(part, "refusal");
      } else {
        text += json::StringMember(part, "text");
        openai_chat::ReadAnnotations(part, reply_.citations);
      }
    }
    if (comments) {
      reply_.message.thinking.push_back({.text = std::move(text)});
    } else {
      reply_.message.text += text;
    }
  }

  void ReadCall(const json::Value& item) {
    const std::string_view call_id = json::StringMember(item, "call_id");
    reply_.message.tool_calls.push_back({
        .id = std::string(call_id.empty() ? json::StringMember(item, "id") : call_id),
        .name = std::string(json::StringMember(item, "name")),
        .arguments = openai_chat::ReadArguments(item),
    });
  }

  void ReadReasoning(const json::Value& item) {
    // The whole item, since it goes back as one.
    const bool sealed = !json::StringMember(item, "encrypted_content").empty();
    Thinking thinking = {.opaque = sealed ? json::ToText(item) : ""};
    for (const auto* list : {item.Find("summary"), item.Find("content")}) {
      if (list == nullptr || !thinking.text.empty()) continue;
      for (const json::Value& part : *list) {
        if (!thinking.text.empty()) thinking.text += "\n\n";
        thinking.text += json::StringMember(part, "text");
      }
    }
    if (thinking.text.empty() && thinking.opaque.empty()) return;
    reply_.message.thinking.push_back(std::move(thinking));
  }

  ChatReply& reply_;
};

FinishReason ReadFinishReason(const json::Value& response, const ChatReply& reply) {
  if (!reply.refusal.empty()) return FinishReason::kRefusal;
  if (json::StringMember(response, "status") == "incomplete") {
    const json::Value* details = response.Find("incomplete_details");
    const std::string_view reason =
        details == nullptr ? std::string_view() : json::StringMember(*details, "reason");
    if (reason == "content_filter") return FinishReason::kContentFilter;
    const bool cut = reason == "max_output_tokens" || reason == "max_tokens" || reason == "length";
    return cut ? FinishReason::kLength : FinishReason::kOther;
  }
  return reply.message.tool_calls.empty() ? FinishReason::kStop : FinishReason::kToolCalls;
}

void MendTexts(ChatReply& reply) {
  bool lost = MendHalves(reply.message.text);
  for (ToolCall& call : reply.message.tool_calls) {
    const bool lost_here = MendHalves(call.arguments);
    MendHalves(call.name);
    lost = lost || lost_here;
  }
  for (Thinking& thinking : reply.message.thinking) MendHalves(thinking.text);
  MendHalves(reply.refusal);
  reply.sanitized = lost;
}

}  // namespace

SendResult DecodeResponse(const json::Value& response) {
  if (!response.is_object()) {
    return Failure(SendFailure::kMalformed, "the reply is not a JSON object");
  }
  SendResult result;
  const Usage usage = ReadUsage(response);
  const std::string_view status = json::StringMember(response, "status");
  const json::Value* error = response.Find("error");
  if (error != nullptr && !error->is_null()) {
    result = openai_chat::ClassifyError(200, response);
  } else if (status == "failed" || status == "cancelled") {
    result = Failure(SendFailure::kServerError, fmt::format("the provider {} the request", status));
  } else if (status == "queued" || status == "in_progress") {
    result = Failure(SendFailure::kMalformed, "the reply is not finished");
  }
  result.reply.usage = usage;
  if (!result.ok()) return result;

  const json::Value* output = response.Find("output");
  if (output == nullptr || !output->is_array()) {
    return Failure(SendFailure::kMalformed, "the reply has no output");
  }
  OutputReader reader(result.reply);
  for (const json::Value& item : *output) reader.Read(item);
  result.reply.finish_reason = ReadFinishReason(response, result.reply);
  result.reply.message.verbatim = json::ToText(*output);
  MendTexts(result.reply);
  return result;
}

SendResult DecodeReply(std::string_view body) {
  const BodyText text = ReadBodyText(body, "the reply");
  if (!text.document.has_value()) return Failure(SendFailure::kMalformed, text.problem);
  SendResult result = DecodeResponse(text.document->root());
  result.reply.sanitized = result.reply.sanitized || text.sanitized;
  return result;
}

}  // namespace extractd::providers::openai_responses
