#include "server/plugins/plugin_stream.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/base/strings.h"
#include "server/plugins/plugin_call.h"

namespace extractd::plugins {
namespace {

constexpr SendFailure kWrong = SendFailure::kMalformed;

void AddUsage(const Usage& said, Usage& usage) {
  for (const auto field :
       {&Usage::input_tokens,
        &Usage::output_tokens,
        &Usage::cached_input_tokens,
        &Usage::cache_write_input_tokens,
        &Usage::reasoning_tokens}) {
    if (said.*field > 0) usage.*field = said.*field;
  }
}

}  // namespace

std::optional<StreamFraming> FramingOf(std::int32_t framing) {
  switch (framing) {
    case EXTRACTD_FRAMING_EVENT_STREAM:
      return StreamFraming::kServerSentEvents;
    case EXTRACTD_FRAMING_JSON_LINES:
      return StreamFraming::kJsonLines;
    case EXTRACTD_FRAMING_JSON_ARRAY:
      return StreamFraming::kJsonArray;
    case EXTRACTD_FRAMING_AWS_EVENT_STREAM:
      return StreamFraming::kAwsEventStream;
    default:
      return std::nullopt;
  }
}

PluginStream::PluginStream(std::string who, const extractd_dialect& table)
    : who_(std::move(who)), table_(table) {}

PluginStream::~PluginStream() {
  if (table_.stream_begin == nullptr || stream_ == nullptr) return;
  try {
    table_.stream_end(stream_);
  } catch (...) {  // NOLINT(bugprone-empty-catch): nobody is left to hear of it
  }
}

bool PluginStream::Read(const StreamEvent& event, DeltaSink& sink) {
  const absl::Status read = ReadEvent(event, sink);
  if (!read.ok()) {
    result_.failure = kWrong;
    result_.message = std::string(read.message());
    result_.final = true;
  }
  return result_.ok() && !last_;
}

SendResult PluginStream::Finish() {
  SendResult result = result_;
  const bool whole = last_ || result.reply.finish_reason != FinishReason::kUnspecified;
  if (result.ok() && !whole) {
    result.failure = kWrong;
    result.message = "the stream ended before the reply did";
  }
  return result;
}

absl::Status PluginStream::Begin() {
  if (std::exchange(begun_, true)) return absl::OkStatus();
  if (table_.stream_begin == nullptr) {
    stream_ = table_.self;
    return absl::OkStatus();
  }
  try {
    stream_ = table_.stream_begin(table_.self);
  } catch (...) {
    stream_ = nullptr;
  }
  if (stream_ != nullptr) return absl::OkStatus();
  return absl::InternalError(fmt::format("{}: stream_begin gave no stream", who_));
}

absl::Status PluginStream::ReadEvent(const StreamEvent& event, DeltaSink& sink) {
  RETURN_IF_ERROR(Begin());
  const auto read = [this, &event](extractd_output* out) {
    return table_.stream_read(stream_, TextOf(event.name), TextOf(event.data), out);
  };
  ASSIGN_OR_RETURN(const std::string said, Written(who_, read));
  written_ += said.size();
  if (written_ > kMaxOutputBytes) {
    return absl::InternalError(
        fmt::format("{}: wrote more than {} bytes in one stream", who_, kMaxOutputBytes)
    );
  }
  if (said.empty()) return absl::OkStatus();
  absl::StatusOr<ReplyDelta> delta = ReadDeltaJson(said);
  const absl::Status added = delta.ok() ? Add(*std::move(delta), sink) : delta.status();
  if (added.ok()) return added;
  return absl::InternalError(fmt::format("{}: {}", who_, Std(added.message())));
}

absl::Status PluginStream::Add(ReplyDelta delta, DeltaSink& sink) {
  last_ = delta.last;
  if (!delta.added.ok()) {
    delta.added.reply = std::move(result_.reply);
    result_ = std::move(delta.added);
    return absl::OkStatus();
  }
  ChatReply& added = delta.added.reply;
  ChatReply& reply = result_.reply;
  AddThoughts(added, sink);
  reply.message.text += added.message.text;
  if (!added.message.text.empty()) sink.OnText(added.message.text);
  RETURN_IF_ERROR(AddCalls(delta, sink));
  reply.refusal += added.refusal;
  std::ranges::move(added.citations, std::back_inserter(reply.citations));
  if (!added.message.verbatim.empty()) reply.message.verbatim = std::move(added.message.verbatim);
  if (added.finish_reason != FinishReason::kUnspecified) reply.finish_reason = added.finish_reason;
  AddUsage(added.usage, reply.usage);
  const size_t parts = std::max(reply.citations.size(), reply.message.thinking.size());
  if (parts <= kMaxReplyParts) return absl::OkStatus();
  return absl::InternalError(
      fmt::format("the reply has more than {} thoughts or citations", kMaxReplyParts)
  );
}

absl::Status PluginStream::AddCalls(ReplyDelta& delta, DeltaSink& sink) {
  std::vector<ToolCall>& calls = result_.reply.message.tool_calls;
  for (size_t i = 0; i < delta.calls.size(); ++i) {
    ToolCall& piece = delta.added.reply.message.tool_calls[i];
    const size_t place = delta.calls[i];
    if (place > calls.size() || place >= kMaxReplyParts) {
      return absl::InternalError("tool_calls: index must be that of a call, or of the next one");
    }
    if (place == calls.size()) calls.emplace_back();
    ToolCall& call = calls[place];
    if (!piece.id.empty()) call.id = std::move(piece.id);
    if (!piece.name.empty()) call.name = std::move(piece.name);
    call.arguments += piece.arguments;
    sink.OnArguments(place, call.name, piece.arguments);
  }
  return absl::OkStatus();
}

// A thought grows until its signature is there.
void PluginStream::AddThoughts(ChatReply& added, DeltaSink& sink) {
  std::vector<Thinking>& thoughts = result_.reply.message.thinking;
  for (Thinking& piece : added.message.thinking) {
    if (thoughts.empty() || !thoughts.back().opaque.empty()) thoughts.emplace_back();
    thoughts.back().text += piece.text;
    thoughts.back().opaque = std::move(piece.opaque);
    if (!piece.text.empty()) sink.OnThinking(piece.text);
  }
}

}  // namespace extractd::plugins
