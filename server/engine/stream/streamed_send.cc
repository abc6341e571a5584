#include "server/engine/stream/streamed_send.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "server/base/tokens.h"
#include "server/base/utf8.h"
#include "server/engine/judge/judge.h"

namespace extractd {
namespace {

// Providers number the calls of a reply; more than any real reply has.
constexpr size_t kMaxToolCalls = 256;

// Other forms are shown when they are read as a whole.
bool ShowsPartials(const Plan& plan) {
  return plan.output_encoding == TextEncoding::kJson && plan.tools.empty();
}

const schema::CompiledSchema& SchemaOf(const Plan& plan) {
  return plan.tools.empty() ? *plan.schema->compiled : *plan.tools.front().schema->compiled;
}

// The bytes at the end of `text` that may be the beginning of a character.
size_t OpenCharacterBytes(std::string_view text) {
  constexpr size_t kMost = 3;
  for (size_t bytes = std::min(kMost, text.size()); bytes > 0; --bytes) {
    if (IsCutCodePoint(text.substr(text.size() - bytes))) return bytes;
  }
  return 0;
}

}  // namespace

StreamedSend::StreamedSend(const Plan& plan, ExtractionStream& stream, bool may_stop)
    : plan_(plan),
      stream_(stream),
      may_stop_(may_stop && stream.stops_hopeless),
      in_arguments_(!plan.request.tools.empty()),
      shows_partials_(ShowsPartials(plan)),
      partial_(SchemaOf(plan), plan.judge, plan.wrapping) {
  if (stream.wants_complete_paths) partial_.TrackCompletePaths();
  stream.items.BeginAnswer();
}

Task<SendResult> StreamedSend::Run(
    const WireRequest& wire, const SendTimers& timers, const Attempt& attempt
) {
  attempt_ = &attempt;
  stream_.set_sink(this);
  SendResult result = co_await plan_.upstream->Stream(wire, timers, *this);
  stream_.set_sink(nullptr);
  if (result.ok()) co_return result;
  stopped_ = gave_up_ && result.failure != SendFailure::kCancelled;
  if (stopped_) {
    const Usage reported = result.reply.usage;
    result.failure = SendFailure::kNone;
    result.message.clear();
    result.reply = ReplySoFar();
    result.reply.usage = reported;
  }
  if (started_) EstimateUsage(wire, result.reply.usage);
  co_return result;
}

void StreamedSend::Settle(std::string_view json, const Attempt& attempt) {
  if (json.empty() && partial_.shown().empty()) return;
  attempt_ = &attempt;
  Start();
  partial_.Settle(json.empty() ? "null" : json, [this](const PartialOp& op) { stream_.OnOp(op); });
  stream_.OnPieceEnd(partial_.shown());
}

bool StreamedSend::SettleItems(const std::vector<Item>& items, const Attempt& attempt) {
  attempt_ = &attempt;
  Start();
  const auto tell = [this](const Item& item, size_t index) { stream_.OnItem(item, index); };
  const bool settled = plan_.tools.empty() ? stream_.items.Settle(items, tell)
                                           : stream_.items.SettleCalls(items, tell);
  stream_.OnPieceEnd(partial_.shown());
  return settled;
}

void StreamedSend::OnText(std::string_view piece) {
  if (piece.empty()) return;
  Start();
  if (shows_partials_ && !in_arguments_) return Feed(piece);
  text_ += piece;
}

void StreamedSend::OnArguments(size_t index, std::string_view tool, std::string_view piece) {
  if (index >= kMaxToolCalls) return;
  if (calls_.size() <= index) {
    calls_.resize(index + 1);
    call_ends_.resize(index + 1);
  }
  ToolCall& call = calls_[index];
  if (call.name.empty()) call.name = tool;
  if (piece.empty()) return;
  Start();
  if (shows_partials_ && in_arguments_ && index == 0) return Feed(piece);
  call.arguments += piece;
  if (!tells_calls_) return;
  call_ends_[index].Feed(piece);
  TellEndedCalls();
}

void StreamedSend::TellEndedCalls() {
  while (tells_calls_ && next_call_ < calls_.size() && call_ends_[next_call_].reached()) {
    std::optional<Item> item = ItemOfCall(plan_, calls_[next_call_++]);
    tells_calls_ = item.has_value();
    if (!tells_calls_) return;
    stream_.items.TakeCall(*std::move(item), [this](const Item& told, size_t index) {
      stream_.OnItem(told, index);
    });
  }
}

void StreamedSend::OnThinking(std::string_view piece) {
  if (plan_.request.include_thinking) Start();
  thinking_ += piece;
  if (!plan_.request.include_thinking) return;
  const std::string_view waiting = std::string_view(thinking_).substr(thinking_told_);
  const std::string_view whole = waiting.substr(0, waiting.size() - OpenCharacterBytes(waiting));
  if (whole.empty()) return;
  thinking_told_ += whole.size();
  stream_.OnThinking(IsValidUtf8(whole) ? std::string(whole) : ReplaceInvalidUtf8(whole));
}

StreamSink::Wish StreamedSend::OnPieceEnd() {
  if (!started_) return Wish::kMore;
  const Wish wish = stream_.OnPieceEnd(partial_.shown());
  gave_up_ = may_stop_ && !partial_.hopeless().empty();
  return gave_up_ ? Wish::kStop : wish;
}

void StreamedSend::Start() {
  if (started_) return;
  started_ = true;
  stream_.OnStarted(plan_, *attempt_);
}

void StreamedSend::Tell(const PartialOp& op) {
  if (op.kind != PartialOp::Kind::kItem) return stream_.OnOp(op);
  if (!stream_.tells_items) return;
  Item item = {.json = std::string(op.text), .repairs = {op.repairs.begin(), op.repairs.end()}};
  stream_.items.Take(std::move(item), [this](const Item& told, size_t index) {
    stream_.OnItem(told, index);
  });
}

void StreamedSend::Feed(std::string_view piece) {
  partial_.Feed(piece, [this](const PartialOp& op) { Tell(op); });
}

ChatReply StreamedSend::ReplySoFar() const {
  ChatReply reply;
  reply.message.text = text_;
  reply.message.tool_calls = calls_;
  const std::string_view fed = partial_.text();
  if (!in_arguments_) {
    reply.message.text += fed;
  } else if (!calls_.empty()) {
    reply.message.tool_calls.front().arguments += fed;
  }
  for (size_t i = 0; i < reply.message.tool_calls.size(); ++i) {
    ToolCall& call = reply.message.tool_calls[i];
    if (call.id.empty()) call.id = fmt::format("call_{}", i + 1);
  }
  return reply;
}

void StreamedSend::EstimateUsage(const WireRequest& wire, Usage& usage) const {
  const Message said = ReplySoFar().message;
  std::int64_t output = EstimateTokens(said.text) + EstimateTokens(thinking_);
  for (const ToolCall& call : said.tool_calls) output += EstimateTokens(call.arguments);
  if (usage.input_tokens == 0) {
    usage.input_tokens = EstimateTokens(wire.body);
    usage.estimated = true;
  }
  if (usage.output_tokens < output) {
    usage.output_tokens = output;
    usage.estimated = true;
  }
}

bool StreamsAnswers(const Plan& plan) {
  if (plan.request.format == AnswerFormat::kText) return true;
  return plan.handler->row->streams_schemas &&
         (plan.family == nullptr || plan.family->streams_schemas);
}

}  // namespace extractd
