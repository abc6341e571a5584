#include "server/plugins/reply_json.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include <absl/status/status.h>
#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/base/utf8.h"
#include "server/json/decimal.h"
#include "server/json/parse.h"

namespace extractd::plugins {
namespace {

using json::Value;

constexpr size_t kMaxMessageBytes = 500;
constexpr std::int64_t kMaxTokens = 1'000'000'000'000;
constexpr std::int64_t kMaxRetryAfterMs = 86'400'000;

// What a plug-in may say of a reply; the others are found by the host.
constexpr std::array kFailures = {
    SendFailure::kRateLimited,
    SendFailure::kQuotaExhausted,
    SendFailure::kServerError,
    SendFailure::kMalformed,
    SendFailure::kAuth,
    SendFailure::kUnknownModel,
    SendFailure::kSchemaRejected,
    SendFailure::kContextTooLong,
    SendFailure::kContentFiltered,
    SendFailure::kRejected,
};
constexpr std::array kFinishReasons = {
    FinishReason::kStop,
    FinishReason::kToolCalls,
    FinishReason::kLength,
    FinishReason::kRefusal,
    FinishReason::kContentFilter,
    FinishReason::kOther,
};

absl::Status Wrong(std::string_view member, std::string_view problem) {
  return absl::InternalError(fmt::format("{}: {}", member, problem));
}

absl::Status ReadText(const Value& object, std::string_view key, std::string& out) {
  const Value* member = object.Find(key);
  if (member == nullptr) return absl::OkStatus();
  if (!member->is_string()) return Wrong(key, "must be a string");
  out = ReplaceInvalidUtf8(member->string());
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> ReadCount(
    const Value& object, std::string_view key, std::int64_t most
) {
  const Value* member = object.Find(key);
  if (member == nullptr) return 0;
  const auto count = member->is_number() ? json::ToInt64(member->number()) : std::nullopt;
  if (count.has_value() && *count >= 0 && *count <= most) return *count;
  return Wrong(key, fmt::format("must be an integer 0…{}", most));
}

// Reads the elements of a list, each an object, by `read`.
template <class Read>
absl::Status ReadList(const Value& object, std::string_view key, Read read) {
  const Value* list = object.Find(key);
  if (list == nullptr) return absl::OkStatus();
  if (!list->is_array() || list->size() > kMaxReplyParts) {
    return Wrong(key, fmt::format("must be a list of at most {} objects", kMaxReplyParts));
  }
  for (const Value& element : *list) {
    if (!element.is_object()) return Wrong(key, "must be a list of objects");
    RETURN_IF_ERROR(read(element));
  }
  return absl::OkStatus();
}

absl::Status ReadUsage(const Value& reply, Usage& usage) {
  const Value* member = reply.Find("usage");
  if (member == nullptr) return absl::OkStatus();
  if (!member->is_object()) return Wrong("usage", "must be an object");
  for (auto [key, field] : {
           std::pair("input_tokens", &Usage::input_tokens),
           std::pair("output_tokens", &Usage::output_tokens),
           std::pair("cached_input_tokens", &Usage::cached_input_tokens),
           std::pair("cache_write_input_tokens", &Usage::cache_write_input_tokens),
           std::pair("reasoning_tokens", &Usage::reasoning_tokens),
       }) {
    ASSIGN_OR_RETURN(usage.*field, ReadCount(*member, key, kMaxTokens));
  }
  return absl::OkStatus();
}

template <class Choice, size_t N>
const Choice* FindNamed(
    const std::array<Choice, N>& choices, std::string_view (*name)(Choice), std::string_view text
) {
  for (const Choice& choice : choices) {
    if (name(choice) == text) return &choice;
  }
  return nullptr;
}

absl::Status ReadFinishReason(const Value& reply, FinishReason& out) {
  std::string name;
  RETURN_IF_ERROR(ReadText(reply, "finish_reason", name));
  if (name.empty()) return absl::OkStatus();
  const FinishReason* known = FindNamed(kFinishReasons, &FinishReasonName, name);
  if (known == nullptr) {
    return Wrong(
        "finish_reason", "must be stop, tool_calls, length, refusal, content_filter or other"
    );
  }
  out = *known;
  return absl::OkStatus();
}

absl::Status ReadVerbatim(const Value& reply, std::string& out) {
  std::string text;
  RETURN_IF_ERROR(ReadText(reply, "verbatim", text));
  if (text.empty()) return absl::OkStatus();
  const json::ParseResult parsed = json::ParseView(text);
  if (std::holds_alternative<json::ParseError>(parsed)) {
    return Wrong("verbatim", "must be a string that holds JSON");
  }
  out = std::move(text);
  return absl::OkStatus();
}

absl::Status ReadReply(const Value& reply, ChatReply& out) {
  RETURN_IF_ERROR(ReadText(reply, "text", out.message.text));
  RETURN_IF_ERROR(ReadText(reply, "refusal", out.refusal));
  RETURN_IF_ERROR(ReadVerbatim(reply, out.message.verbatim));
  RETURN_IF_ERROR(ReadFinishReason(reply, out.finish_reason));
  RETURN_IF_ERROR(ReadUsage(reply, out.usage));
  RETURN_IF_ERROR(ReadList(reply, "tool_calls", [&out](const Value& element) -> absl::Status {
    ToolCall& call = out.message.tool_calls.emplace_back();
    RETURN_IF_ERROR(ReadText(element, "id", call.id));
    RETURN_IF_ERROR(ReadText(element, "name", call.name));
    return ReadText(element, "arguments", call.arguments);
  }));
  RETURN_IF_ERROR(ReadList(reply, "thinking", [&out](const Value& element) -> absl::Status {
    Thinking& thinking = out.message.thinking.emplace_back();
    RETURN_IF_ERROR(ReadText(element, "text", thinking.text));
    return ReadText(element, "opaque", thinking.opaque);
  }));
  return ReadList(reply, "citations", [&out](const Value& element) -> absl::Status {
    Citation& citation = out.citations.emplace_back();
    RETURN_IF_ERROR(ReadText(element, "text", citation.text));
    RETURN_IF_ERROR(ReadText(element, "url", citation.url));
    return ReadText(element, "title", citation.title);
  });
}

absl::Status ReadFailure(const Value& root, const std::string& name, SendResult& out) {
  const SendFailure* known = FindNamed(kFailures, &SendFailureName, name);
  if (known == nullptr) {
    return Wrong("failure", "is none of the failures that a reply can have");
  }
  out.failure = *known;
  std::string message;
  RETURN_IF_ERROR(ReadText(root, "message", message));
  out.message = message.empty() ? fmt::format("the reply means {}", name)
                                : std::string(CutUtf8(message, kMaxMessageBytes));
  ASSIGN_OR_RETURN(
      const std::int64_t retry_after, ReadCount(root, "retry_after_ms", kMaxRetryAfterMs)
  );
  if (root.Find("retry_after_ms") != nullptr) {
    out.retry_after = std::chrono::milliseconds(retry_after);
  }
  return absl::OkStatus();
}

// What `root` says of a reply, or of a piece of one; `reply` is its member of that name.
absl::Status ReadMeaning(const Value& root, const Value* reply, SendResult& out) {
  std::string failure;
  RETURN_IF_ERROR(ReadText(root, "failure", failure));
  if (!failure.empty()) return ReadFailure(root, failure, out);
  if (reply == nullptr || !reply->is_object()) {
    return absl::InternalError("it has neither a failure nor a reply, which is an object");
  }
  return ReadReply(*reply, out.reply);
}

absl::Status ReadPlaces(const Value& reply, std::vector<size_t>& places) {
  return ReadList(reply, "tool_calls", [&places](const Value& element) -> absl::Status {
    ASSIGN_OR_RETURN(const std::int64_t index, ReadCount(element, "index", kMaxReplyParts));
    const bool said = element.Find("index") != nullptr;
    places.push_back(said ? static_cast<size_t>(index) : places.size());
    return absl::OkStatus();
  });
}

absl::StatusOr<json::Document> ParseObject(std::string_view text) {
  json::ParseResult parsed = json::ParseView(text);
  auto* document = std::get_if<json::Document>(&parsed);
  if (document == nullptr || !document->root().is_object()) {
    return absl::InternalError("what it wrote is no JSON object");
  }
  return std::move(*document);
}

}  // namespace

absl::StatusOr<SendResult> ReadReplyJson(std::string_view text) {
  ASSIGN_OR_RETURN(const json::Document document, ParseObject(text));
  const Value& root = document.root();
  SendResult result;
  RETURN_IF_ERROR(ReadMeaning(root, root.Find("reply"), result));
  return result;
}

absl::StatusOr<ReplyDelta> ReadDeltaJson(std::string_view text) {
  ASSIGN_OR_RETURN(const json::Document document, ParseObject(text));
  const Value& root = document.root();
  const Value* reply = root.Find("reply");
  ReplyDelta delta;
  if (const Value* last = root.Find("last"); last != nullptr) {
    if (!last->is_boolean()) return Wrong("last", "must be true or false");
    delta.last = last->boolean();
  }
  if (reply == nullptr && delta.last && root.Find("failure") == nullptr) return delta;
  RETURN_IF_ERROR(ReadMeaning(root, reply, delta.added));
  if (delta.added.ok()) RETURN_IF_ERROR(ReadPlaces(*reply, delta.calls));
  return delta;
}

}  // namespace extractd::plugins
