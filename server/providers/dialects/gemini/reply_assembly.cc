#include "server/providers/dialects/gemini/reply_assembly.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "server/json/decimal.h"
#include "server/json/read.h"
#include "server/json/text_writer.h"
#include "server/json/write.h"
#include "server/providers/dialects/body_text.h"
#include "server/providers/dialects/gemini/gemini.h"

namespace extractd::providers::gemini {
namespace {

SendResult Malformed(std::string_view problem) {
  return {.failure = SendFailure::kMalformed, .message = std::string(problem)};
}

struct FinishName {
  std::string_view name;
  FinishReason reason;
};
// The first in the order of the API's numbers, which some clients and gateways send instead.
constexpr std::array kFinishNames = {
    FinishName{.name = "FINISH_REASON_UNSPECIFIED", .reason = FinishReason::kUnspecified},
    FinishName{.name = "STOP", .reason = FinishReason::kStop},
    FinishName{.name = "MAX_TOKENS", .reason = FinishReason::kLength},
    FinishName{.name = "SAFETY", .reason = FinishReason::kContentFilter},
    FinishName{.name = "RECITATION", .reason = FinishReason::kContentFilter},
    FinishName{.name = "OTHER", .reason = FinishReason::kOther},
    FinishName{.name = "CONTINUATION", .reason = FinishReason::kLength},
    FinishName{.name = "BLOCKLIST", .reason = FinishReason::kContentFilter},
    FinishName{.name = "PROHIBITED_CONTENT", .reason = FinishReason::kContentFilter},
    FinishName{.name = "SPII", .reason = FinishReason::kContentFilter},
    FinishName{.name = "IMAGE_SAFETY", .reason = FinishReason::kContentFilter},
    FinishName{.name = "IMAGE_PROHIBITED_CONTENT", .reason = FinishReason::kContentFilter},
    FinishName{.name = "IMAGE_RECITATION", .reason = FinishReason::kContentFilter},
    FinishName{.name = "MODEL_ARMOR", .reason = FinishReason::kContentFilter},
    FinishName{.name = "ESCALATION", .reason = FinishReason::kContentFilter},
    FinishName{.name = "PUP_LIMITED_DISABLED", .reason = FinishReason::kContentFilter},
};
constexpr std::int64_t kNumberedFinishNames = 6;

// Absent while a stream goes on. Names that are not listed say that the model wrote something that
// it may write better: MALFORMED_FUNCTION_CALL, UNEXPECTED_TOOL_CALL and their like.
std::optional<FinishReason> ReadFinishReason(const json::Value& candidate) {
  if (const auto number = json::IntegerMember(candidate, "finishReason")) {
    const bool known = *number >= 0 && *number < kNumberedFinishNames;
    if (*number == 0) return std::nullopt;
    return known ? kFinishNames.at(static_cast<size_t>(*number)).reason : FinishReason::kOther;
  }
  const std::string_view name = json::StringMember(candidate, "finishReason");
  if (name.empty() || name == kFinishNames.front().name) return std::nullopt;
  const auto* known = std::ranges::find(kFinishNames, name, &FinishName::name);
  return known == kFinishNames.end() ? FinishReason::kOther : known->reason;
}

void ReadCount(const json::Value& usage, std::string_view name, std::int64_t& count) {
  const json::Value* value = usage.Find(name);
  if (value == nullptr || !value->is_number()) return;
  // Far from overflow in every sum.
  constexpr std::int64_t kMost = std::int64_t{1} << 53U;
  count = std::clamp<std::int64_t>(json::ToInt64(value->number()).value_or(0), 0, kMost);
}

bool IsTrue(const json::Value& object, std::string_view name) {
  const json::Value* value = object.Find(name);
  return value != nullptr && value->is_boolean() && value->boolean();
}

// {"text": ""}, which ends many streams; the API refuses it in what it is sent.
bool IsEmptyText(const json::Value& part) {
  return part.size() == 1 && part.Find("text") != nullptr &&
         json::StringMember(part, "text").empty();
}

}  // namespace

bool ReplyAssembly::Fail(SendResult failure) {
  failure.reply.usage = UsageOfTokens();
  failure_ = std::move(failure);
  return false;
}

bool ReplyAssembly::Add(const json::Value& response, DeltaSink* sink) {
  if (!response.is_object()) return Fail(Malformed("the reply is not a JSON object"));
  ReadTokens(response);
  if (const json::Value* error = response.Find("error"); error != nullptr && !error->is_null()) {
    return Fail(ClassifyError(200, response));
  }
  const json::Value* blocked = json::FindPath(response, {"promptFeedback", "blockReason"});
  if (blocked != nullptr && !blocked->is_null()) {
    reply_.finish_reason = FinishReason::kContentFilter;
    answered_ = stopped_ = true;
  }
  const json::Value* candidates = response.Find("candidates");
  const json::Value* candidate = candidates == nullptr ? nullptr : candidates->At(0);
  return candidate == nullptr || ReadCandidate(*candidate, sink);
}

void ReplyAssembly::ReadTokens(const json::Value& response) {
  const json::Value* usage = response.Find("usageMetadata");
  if (usage == nullptr || !usage->is_object()) return;
  ReadCount(*usage, "promptTokenCount", tokens_.prompt);
  ReadCount(*usage, "toolUsePromptTokenCount", tokens_.tool_results);
  ReadCount(*usage, "candidatesTokenCount", tokens_.answer);
  ReadCount(*usage, "thoughtsTokenCount", tokens_.thoughts);
  ReadCount(*usage, "cachedContentTokenCount", tokens_.cached);
}

Usage ReplyAssembly::UsageOfTokens() const {
  return {
      .input_tokens = tokens_.prompt + tokens_.tool_results,
      .output_tokens = tokens_.answer + tokens_.thoughts,
      .cached_input_tokens = tokens_.cached,
      .reasoning_tokens = tokens_.thoughts,
  };
}

bool ReplyAssembly::ReadCandidate(const json::Value& candidate, DeltaSink* sink) {
  answered_ = true;
  if (const json::Value* parts = json::FindPath(candidate, {"content", "parts"})) {
    for (const json::Value& part : *parts) {
      if (!ReadPart(part, sink)) return false;
    }
  }
  citations_.Read(candidate, reply_.citations);
  if (const auto reason = ReadFinishReason(candidate)) {
    reply_.finish_reason = *reason;
    stopped_ = true;
  }
  return true;
}

// Parts of other kinds, such as code that the provider ran, are no part of the answer; but they are
// echoed.
bool ReplyAssembly::ReadPart(const json::Value& part, DeltaSink* sink) {
  if (!part.is_object()) return true;
  if (const json::Value* call = part.Find("functionCall"); call != nullptr && call->is_object()) {
    return ReadCall(part, *call, sink);
  }
  if (const json::Value* text = part.Find("text"); text != nullptr && text->is_string()) {
    ReadText(part, text->string(), sink);
  }
  if (!IsEmptyText(part)) KeepPart(json::ToText(part));
  return true;
}

void ReplyAssembly::ReadText(const json::Value& part, std::string_view text, DeltaSink* sink) {
  if (!IsTrue(part, "thought")) {
    reply_.message.text += text;
    if (sink != nullptr && !text.empty()) sink->OnText(text);
    return;
  }
  const std::string_view signature = json::StringMember(part, "thoughtSignature");
  std::vector<Thinking>& thinking = reply_.message.thinking;
  // A stream cuts thoughts anywhere.
  if (sink == nullptr || thinking.empty() || !thinking.back().opaque.empty())
    thinking.emplace_back();
  thinking.back().text += text;
  thinking.back().opaque = signature;
  if (sink != nullptr && !text.empty()) sink->OnThinking(text);
}

bool ReplyAssembly::ReadCall(const json::Value& part, const json::Value& call, DeltaSink* sink) {
  if (open_call_.has_value() || IsTrue(call, "willContinue")) return ReadPieces(part, call, sink);
  ReadWholeCall(call, sink);
  KeepCall(part, call);
  return true;
}

// The part as it is; the arguments are written already.
void ReplyAssembly::KeepCall(const json::Value& part, const json::Value& call) {
  const json::Value* const arguments = call.Find("args");
  json::TextWriter out;
  out.BeginObject();
  for (const json::Value& member : part) {
    out.Key(member.key());
    if (&member != &call) {
      out.Raw(json::ToText(member));
      continue;
    }
    out.BeginObject();
    for (const json::Value& fact : call) {
      const bool known = &fact == arguments && !fact.is_null();
      out.Key(fact.key());
      out.Raw(known ? reply_.message.tool_calls.back().arguments : json::ToText(fact));
    }
    out.EndObject();
  }
  KeepPart(out.EndObject().text());
}

void ReplyAssembly::ReadWholeCall(const json::Value& call, DeltaSink* sink) {
  const json::Value* arguments = call.Find("args");
  const bool none = arguments == nullptr || arguments->is_null();
  std::vector<ToolCall>& calls = reply_.message.tool_calls;
  calls.push_back({
      .id = std::string(json::StringMember(call, "id")),
      .name = std::string(json::StringMember(call, "name")),
      .arguments = none ? "{}" : json::ToText(*arguments),
  });
  if (sink == nullptr) return;
  sink->OnArguments(calls.size() - 1, calls.back().name, calls.back().arguments);
}

// The first of them names the function, those after it add to it, the last does not continue.
bool ReplyAssembly::ReadPieces(const json::Value& part, const json::Value& call, DeltaSink* sink) {
  if (!open_call_.has_value()) {
    reply_.message.tool_calls.push_back({
        .id = std::string(json::StringMember(call, "id")),
        .name = std::string(json::StringMember(call, "name")),
    });
    open_call_.emplace().signature = json::StringMember(part, "thoughtSignature");
  }
  if (const json::Value* pieces = call.Find("partialArgs")) {
    for (const json::Value& piece : *pieces) {
      const std::optional<std::string> text = open_call_->arguments.Add(piece);
      if (!text.has_value()) return Fail(Malformed("a piece of a call's arguments does not fit"));
      Extend(*text, sink);
    }
  }
  if (!IsTrue(call, "willContinue")) CloseCall(sink);
  return true;
}

void ReplyAssembly::CloseCall(DeltaSink* sink) {
  if (!open_call_.has_value()) return;
  Extend(open_call_->arguments.Close(), sink);
  const ToolCall& call = reply_.message.tool_calls.back();
  json::TextWriter part;
  part.BeginObject().Key("functionCall").BeginObject();
  if (!call.id.empty()) part.Member("id", call.id);
  part.Member("name", call.name).RawMember("args", call.arguments).EndObject();
  if (!open_call_->signature.empty()) part.Member("thoughtSignature", open_call_->signature);
  KeepPart(part.EndObject().text());
  open_call_.reset();
}

void ReplyAssembly::Extend(std::string_view piece, DeltaSink* sink) {
  if (piece.empty()) return;
  ToolCall& call = reply_.message.tool_calls.back();
  call.arguments += piece;
  if (sink != nullptr) {
    sink->OnArguments(reply_.message.tool_calls.size() - 1, call.name, piece);
  }
}

void ReplyAssembly::KeepPart(std::string_view json) {
  if (!parts_.empty()) parts_ += ',';
  parts_ += json;
}

// Escapes may spell halves of characters.
void ReplyAssembly::MendTexts() {
  bool replaced = MendHalves(reply_.message.text);
  for (Thinking& thought : reply_.message.thinking) replaced |= MendHalves(thought.text);
  for (ToolCall& call : reply_.message.tool_calls) {
    replaced |= MendHalves(call.id);
    replaced |= MendHalves(call.name);
  }
  for (Citation& citation : reply_.citations) {
    for (std::string* text : {&citation.text, &citation.url, &citation.title}) MendHalves(*text);
  }
  reply_.sanitized |= replaced;
}

SendResult ReplyAssembly::Finish(bool partial) {
  if (failure_.has_value()) return *std::move(failure_);
  if (!answered_) return Malformed("the reply has no candidate");
  if (partial && !stopped_) return Malformed("the stream ended before the model did");
  MendTexts();
  SendResult result;
  result.reply = std::move(reply_);
  result.reply.usage = UsageOfTokens();
  // A call that was cut is in no part.
  const bool whole = !parts_.empty() && !open_call_.has_value();
  if (whole) result.reply.message.verbatim = "[" + parts_ + "]";
  return result;
}

}  // namespace extractd::providers::gemini
