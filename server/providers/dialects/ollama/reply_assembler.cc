#include "server/providers/dialects/ollama/reply_assembler.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "server/json/read.h"
#include "server/json/write.h"
#include "server/providers/dialects/body_text.h"
#include "server/providers/dialects/ollama/ollama_chat.h"

namespace extractd::providers::ollama {
namespace {

// More calls are no answer to anything that is asked here.
constexpr size_t kMaxCalls = 1024;

std::int64_t CountOf(const json::Value& line, std::string_view name) {
  return std::max<std::int64_t>(0, json::IntegerMember(line, name).value_or(0));
}

// The prompt is not counted if the server had it in its cache.
Usage ReadUsage(const json::Value& line) {
  return {
      .input_tokens = CountOf(line, "prompt_eval_count"),
      .output_tokens = CountOf(line, "eval_count"),
  };
}

FinishReason ReasonOf(std::string_view word) {
  if (word == "stop") return FinishReason::kStop;
  if (word == "length") return FinishReason::kLength;
  return word.empty() ? FinishReason::kUnspecified : FinishReason::kOther;
}

}  // namespace

bool ReplyAssembler::Fail(SendFailure failure, std::string_view message) {
  if (!failure_.has_value()) failure_ = {.failure = failure, .message = std::string(message)};
  return false;
}

// Calls come whole, with arguments that are an object.
void ReplyAssembler::ReadCall(const json::Value& call, DeltaSink& sink) {
  const json::Value* function = call.Find("function");
  std::vector<ToolCall>& calls = reply_.message.tool_calls;
  if (function == nullptr || calls.size() == kMaxCalls) return;
  const json::Value* arguments = function->Find("arguments");
  ToolCall& read = calls.emplace_back();
  read.id = std::string(json::StringMember(call, "id"));
  read.name = std::string(json::StringMember(*function, "name"));
  if (arguments != nullptr && !arguments->is_null()) {
    read.arguments =
        arguments->is_string() ? std::string(arguments->string()) : json::ToText(*arguments);
  }
  sink.OnArguments(calls.size() - 1, read.name, read.arguments);
}

void ReplyAssembler::ReadMessage(const json::Value& message, DeltaSink& sink) {
  const std::string_view thought = json::StringMember(message, "thinking");
  if (!thought.empty()) {
    thinking_ += thought;
    sink.OnThinking(thought);
  }
  const std::string_view piece = json::StringMember(message, "content");
  if (!piece.empty()) {
    reply_.message.text += piece;
    sink.OnText(piece);
  }
  const json::Value* calls = message.Find("tool_calls");
  if (calls == nullptr || !calls->is_array()) return;
  for (const json::Value& call : *calls) ReadCall(call, sink);
}

bool ReplyAssembler::Read(const json::Value& line, DeltaSink& sink) {
  if (const json::Value* error = line.Find("error"); error != nullptr && !error->is_null()) {
    if (!failure_.has_value()) failure_ = FailureOf(200, line);
    return false;
  }
  const json::Value* message = line.Find("message");
  if (message == nullptr || !message->is_object()) {
    return Fail(SendFailure::kMalformed, "the reply has no message");
  }
  ReadMessage(*message, sink);
  const json::Value* done = line.Find("done");
  if (done == nullptr || !done->is_boolean() || !done->boolean()) return true;
  ended_ = true;
  reply_.finish_reason = ReasonOf(json::StringMember(line, "done_reason"));
  reply_.usage = ReadUsage(line);
  return false;
}

SendResult ReplyAssembler::Finish() {
  if (!failure_.has_value() && !ended_) {
    Fail(SendFailure::kMalformed, "the stream ended before the reply did");
  }
  if (failure_.has_value()) return *std::move(failure_);
  SendResult result = {.reply = std::move(reply_)};
  ChatReply& reply = result.reply;
  reply.sanitized |= MendHalves(reply.message.text);
  reply.sanitized |= MendHalves(thinking_);
  for (ToolCall& call : reply.message.tool_calls) {
    reply.sanitized |= MendHalves(call.id);
    reply.sanitized |= MendHalves(call.name);
    reply.sanitized |= MendHalves(call.arguments);
  }
  if (!thinking_.empty()) reply.message.thinking.push_back({.text = std::move(thinking_)});
  return result;
}

}  // namespace extractd::providers::ollama
