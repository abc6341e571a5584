#include "server/providers/dialects/openai_chat/reply_assembler.h"

#include <utility>

#include <fmt/format.h>

#include "server/json/read.h"
#include "server/providers/dialects/body_text.h"
#include "server/providers/dialects/openai_chat/openai_chat.h"
#include "server/providers/dialects/openai_chat/reply_parts.h"

namespace extractd::providers::openai_chat {
namespace {

// No model calls so many tools at once.
constexpr size_t kMaxCalls = 1024;

// Some servers write the word where there is no id.
std::string_view IdOf(const json::Value& call) {
  const std::string_view id = json::StringMember(call, "id");
  return id == "null" ? std::string_view() : id;
}

const json::Value* ObjectMember(const json::Value& value, std::string_view key) {
  const json::Value* member = value.Find(key);
  return member != nullptr && member->is_object() ? member : nullptr;
}

}  // namespace

bool ReplyAssembler::Fail(SendFailure failure, std::string message) {
  outcome_ = SendResult{.failure = failure, .message = std::move(message)};
  return false;
}

// What stands beside the choices.
bool ReplyAssembler::ReadHead(const json::Value& body, DeltaSink& sink) {
  if (!body.is_object()) return Fail(SendFailure::kMalformed, "the reply is not a JSON object");
  const json::Value* error = body.Find("error");
  const json::Value* inner = json::FindPath(body, {"x_groq", "error"});
  if (error == nullptr || error->is_null()) error = inner;
  if (error != nullptr && !error->is_null()) {
    const auto status = json::IntegerMember(body, "status_code").value_or(200);
    const bool is_status = status >= 400 && status < 600;
    const json::Value& said = error == inner ? *body.Find("x_groq") : body;
    outcome_ = ClassifyError(is_status ? static_cast<int>(status) : 200, said);
    // An answer that the host refused and gave back.
    if (outcome_->ok()) sink.OnText(outcome_->reply.message.text);
    return false;
  }
  if (const auto usage = ReadUsage(body)) reply_.usage = *usage;
  if (reply_.citations.empty()) ReadSources(body, reply_.citations);
  return true;
}

bool ReplyAssembler::ReadWhole(const json::Value& body, DeltaSink& sink) {
  whole_ = true;
  if (!ReadHead(body, sink)) return false;
  const json::Value* choices = body.Find("choices");
  const json::Value* choice = choices == nullptr ? nullptr : choices->At(0);
  const json::Value* message = choice == nullptr ? nullptr : ObjectMember(*choice, "message");
  if (message == nullptr) return Fail(SendFailure::kMalformed, "the reply has no message");
  ReadMessage(*message, sink);
  finish_word_ = json::StringMember(*choice, "finish_reason");
  return true;
}

// A chunk without choices has usage, or the verdict of a content filter on the prompt. Some send
// the message so far beside its delta.
bool ReplyAssembler::ReadChunk(const json::Value& chunk, DeltaSink& sink) {
  if (!ReadHead(chunk, sink)) return false;
  const json::Value* choices = chunk.Find("choices");
  const json::Value* choice = choices == nullptr ? nullptr : choices->At(0);
  if (choice == nullptr) return true;
  if (const json::Value* delta = ObjectMember(*choice, "delta")) ReadMessage(*delta, sink);
  const std::string_view finish = json::StringMember(*choice, "finish_reason");
  if (!finish.empty() && !IsProviderFailure(finish_word_)) finish_word_ = finish;
  if (calls_.size() > kMaxCalls) {
    return Fail(SendFailure::kMalformed, fmt::format("more than {} calls of tools", kMaxCalls));
  }
  return true;
}

void ReplyAssembler::ReadMessage(const json::Value& message, DeltaSink& sink) {
  AddThinking(ReadThinking(message), sink);
  if (const json::Value* list = message.Find("reasoning_details")) details_.Add(*list);
  ReadContentOf(message, sink);
  reply_.refusal += json::StringMember(message, "refusal");
  ReadAnnotations(message, reply_.citations);
  ReadCalls(message, sink);
}

void ReplyAssembler::ReadContentOf(const json::Value& message, DeltaSink& sink) {
  const json::Value* member = message.Find("content");
  if (member != nullptr && member->is_string()) return AddText(member->string(), sink);
  const Content content = ReadContent(member);
  AddThinking(content.thinking, sink);
  AddText(content.text, sink);
}

void ReplyAssembler::ReadCalls(const json::Value& message, DeltaSink& sink) {
  std::int64_t position = 0;
  const json::Value* list = message.Find("tool_calls");
  if (list != nullptr && list->is_array()) {
    for (const json::Value& call : *list) {
      const auto named = whole_ ? std::nullopt : json::IntegerMember(call, "index");
      ReadCall(named.value_or(position), call, sink);
      ++position;
    }
  }
  // The form from before tools.
  const json::Value* function = ObjectMember(message, "function_call");
  if (position == 0 && function != nullptr) {
    const size_t place = PlaceOf(0, "");
    const bool is_new = place == calls_.size();
    if (is_new) calls_.emplace_back();
    ReadFunction(place, is_new, *function, sink);
  }
}

void ReplyAssembler::ReadCall(std::int64_t wire_index, const json::Value& call, DeltaSink& sink) {
  const json::Value* function = ObjectMember(call, "function");
  if (function == nullptr || calls_.size() > kMaxCalls) return;
  const size_t place = PlaceOf(wire_index, IdOf(call));
  const bool is_new = place == calls_.size();
  if (is_new) calls_.push_back({.wire_index = wire_index});
  if (!IdOf(call).empty()) calls_[place].call.id = IdOf(call);
  ReadFunction(place, is_new, *function, sink);
}

// Another id under the same index is another call: some send each call whole, all as number 0. The
// one that grows is nearly always the last.
size_t ReplyAssembler::PlaceOf(std::int64_t wire_index, std::string_view id) const {
  for (size_t i = calls_.size(); i > 0; --i) {
    const Call& known = calls_[i - 1];
    if (known.wire_index != wire_index) continue;
    const bool other = !id.empty() && !known.call.id.empty() && known.call.id != id;
    return other ? calls_.size() : i - 1;
  }
  return calls_.size();
}

// A name may come in pieces, all before the arguments; or be repeated with each of theirs.
void ReplyAssembler::ReadFunction(
    size_t index, bool is_new, const json::Value& function, DeltaSink& sink
) {
  ToolCall& call = calls_[index].call;
  const std::string_view name = json::StringMember(function, "name");
  if (call.arguments.empty() && name != call.name) call.name += name;
  const std::string piece = ReadArguments(function);
  call.arguments += piece;
  if (is_new || !piece.empty()) sink.OnArguments(index, call.name, piece);
}

void ReplyAssembler::AddText(std::string_view piece, DeltaSink& sink) {
  if (!piece.empty()) AddSplit(think_tag_.Read(piece), sink);
}

void ReplyAssembler::AddSplit(const ThinkTag::Split& split, DeltaSink& sink) {
  AddThinking(split.thinking, sink);
  if (split.text.empty()) return;
  reply_.message.text += split.text;
  sink.OnText(split.text);
}

void ReplyAssembler::AddThinking(std::string_view piece, DeltaSink& sink) {
  if (piece.empty()) return;
  thinking_ += piece;
  sink.OnThinking(piece);
}

SendResult ReplyAssembler::Finish(DeltaSink& sink) {
  if (outcome_.has_value()) return *std::move(outcome_);
  AddSplit(think_tag_.Finish(), sink);
  SendResult result;
  if (IsProviderFailure(finish_word_)) {
    result.failure = SendFailure::kServerError;
    result.message = fmt::format("the provider stopped with '{}'", finish_word_);
    result.reply.usage = reply_.usage;
    return result;
  }
  Message& message = reply_.message;
  reply_.sanitized = MendHalves(message.text);
  if (!thinking_.empty() || !details_.empty()) {
    MendHalves(thinking_);
    message.thinking.push_back({.text = std::move(thinking_), .opaque = details_.Text()});
  }
  for (Call& call : calls_) {
    // A result has to name its call.
    if (call.call.id.empty()) call.call.id = fmt::format("call_{}", message.tool_calls.size() + 1);
    const bool mended = MendHalves(call.call.arguments);
    MendHalves(call.call.name);
    reply_.sanitized = reply_.sanitized || mended;
    message.tool_calls.push_back(std::move(call.call));
  }
  MendHalves(reply_.refusal);
  reply_.finish_reason = ReadFinishReason(finish_word_);
  const bool called = !message.tool_calls.empty();
  if (finish_word_.empty() && called) reply_.finish_reason = FinishReason::kToolCalls;
  if (!reply_.refusal.empty()) reply_.finish_reason = FinishReason::kRefusal;
  result.reply = std::move(reply_);
  return result;
}

}  // namespace extractd::providers::openai_chat
