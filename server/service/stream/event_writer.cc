#include "server/service/stream/event_writer.h"

#include <algorithm>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

#include "server/base/utf8.h"
#include "server/service/extraction/extract_response.h"
#include "server/service/extraction/messages.h"
#include "server/service/rpc/unary.h"

namespace extractd {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// What an op takes besides its texts.
constexpr size_t kOpBytes = 64;

// Names and texts of the answer may hold unpaired surrogates, which protobuf does not take.
std::string Clean(std::string_view text) {
  return IsValidUtf8(text) ? std::string(text) : ReplaceInvalidUtf8(text);
}

}  // namespace

EventWriter::EventWriter(
    StreamRpc& rpc,
    const asio::any_io_executor& loop,
    const StreamOptions& options,
    milliseconds slow_after
)
    : rpc_(rpc), options_(options), slow_after_(slow_after), timer_(loop), reader_timer_(loop) {
  stops_hopeless = !options.finish_invalid;
  wants_complete_paths = options.snapshot_interval.has_value();
}

void EventWriter::OnStarted(const Plan& plan, const Attempt& attempt) {
  v1::Started& started = *Add().mutable_started();
  started.set_attempt(attempt.number);
  started.set_provider(plan.provider());
  started.set_model(plan.model());
  started.set_mode(ModeNumber(plan.mode()));
  started.set_mode_name(std::string(plan.mode()));
  started.set_request_id(plan.request_id);
  last_path_.reset();
}

void EventWriter::OnOp(const PartialOp& op) {
  if (options_.snapshot_interval.has_value()) return;
  waiting_bytes_ += op.text.size();
  if (op.kind == PartialOp::Kind::kAppendText) {
    if (std::string* text = OpenAppend(op.path)) {
      text->append(op.text);
      return;
    }
  }
  v1::DeltaOp& out = AddOp(op.path);
  switch (op.kind) {
    case PartialOp::Kind::kSet:
      out.set_set_json(std::string(op.text));
      break;
    case PartialOp::Kind::kAppendText:
      out.set_append_text(std::string(op.text));
      break;
    case PartialOp::Kind::kAppendElement:
      out.set_append_json(std::string(op.text));
      break;
    case PartialOp::Kind::kComplete:
      out.set_complete(true);
      break;
    case PartialOp::Kind::kItem:
      break;
  }
}

void EventWriter::OnItem(const Item& item, size_t index) {
  v1::Item& out = *Add().mutable_item();
  ToMessage(item, static_cast<int>(index), out);
  if (types_ != nullptr) SetProtobuf(*types_, out);
  waiting_bytes_ += item.json.size();
}

void EventWriter::OnThinking(std::string_view text) {
  const bool joins = !waiting_.empty() && waiting_.back().has_thinking();
  v1::ThinkingDelta& thinking = *(joins ? waiting_.back() : Add()).mutable_thinking();
  thinking.mutable_text()->append(text);
  waiting_bytes_ += text.size();
}

StreamSink::Wish EventWriter::OnPieceEnd(const ShownValue& shown) {
  if (options_.snapshot_interval.has_value()) {
    shown_ = &shown;
    WaitFor(last_snapshot_ + *options_.snapshot_interval - steady_clock::now());
    Flush();
  } else if (options_.coalesce > milliseconds::zero() && waiting_bytes_ <= kMaxWaitingBytes) {
    WaitFor(options_.coalesce);
  } else {
    Flush();
  }
  paused_ = waiting_bytes_ > kMaxWaitingBytes;
  return paused_ ? StreamSink::Wish::kPause : StreamSink::Wish::kMore;
}

void EventWriter::OnRetrying(const Plan&, const Attempt& attempt, milliseconds backoff) {
  CancelTimer();
  v1::Retrying& retrying = *Add().mutable_retrying();
  ToMessage(attempt, *retrying.mutable_attempt());
  retrying.set_backoff_ms(static_cast<std::int32_t>(backoff.count()));
  Flush();
}

void EventWriter::OnEnded() {
  CancelTimer();
}

void EventWriter::SendCandidate(v1::Candidate candidate) {
  CancelTimer();
  candidate_ = std::move(candidate);
  Flush();
}

Task<void> EventWriter::Finish(Event last) {
  CancelTimer();
  candidate_.reset();
  ended_ = true;
  if (slow_) waiting_.clear();
  waiting_.push_back(std::move(last));
  Flush();
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [this](auto handler) {
        const auto executor = asio::get_associated_executor(handler);
        done_ = [handler = std::move(handler), executor]() mutable {
          asio::post(executor, std::move(handler));
        };
        EndIfDone();
      },
      asio::use_awaitable
  );
}

EventWriter::Event& EventWriter::Add() {
  waiting_bytes_ += kOpBytes;
  return waiting_.emplace_back();
}

v1::DeltaOp& EventWriter::AddOp(std::string_view path) {
  const bool joins = !waiting_.empty() && waiting_.back().has_delta();
  v1::DeltaOp& op = *(joins ? waiting_.back() : Add()).mutable_delta()->add_ops();
  waiting_bytes_ += kOpBytes;
  if (last_path_ == path) return op;
  last_path_ = path;
  op.set_path(Clean(path));
  waiting_bytes_ += path.size();
  return op;
}

std::string* EventWriter::OpenAppend(std::string_view path) {
  if (waiting_.empty() || !waiting_.back().has_delta() || last_path_ != path) return nullptr;
  v1::Delta& delta = *waiting_.back().mutable_delta();
  v1::DeltaOp& last = *delta.mutable_ops(delta.ops_size() - 1);
  return last.has_append_text() ? last.mutable_append_text() : nullptr;
}

void EventWriter::AddSnapshot() {
  const bool replaces = !waiting_.empty() && waiting_.back().has_snapshot();
  v1::Snapshot& snapshot = *(replaces ? waiting_.back() : Add()).mutable_snapshot();
  std::string json = shown_->Text();
  snapshot.set_json(json.empty() ? "null" : std::move(json));
  snapshot.clear_complete_paths();
  for (const std::string& path : shown_->complete_paths()) snapshot.add_complete_paths(Clean(path));
  last_snapshot_ = steady_clock::now();
  shown_ = nullptr;
}

void EventWriter::CancelTimer() {
  timer_.cancel();
  timer_set_ = false;
  shown_ = nullptr;
}

void EventWriter::WaitFor(std::chrono::nanoseconds wait) {
  if (timer_set_) return;
  if (wait <= std::chrono::nanoseconds::zero()) return Due();
  timer_set_ = true;
  timer_.expires_after(wait);
  timer_.async_wait([this, alive = alive_](const boost::system::error_code& error) {
    if (error || !*alive || !timer_set_) return;
    timer_set_ = false;
    Due();
  });
}

void EventWriter::Due() {
  if (shown_ != nullptr) AddSnapshot();
  Flush();
}

void EventWriter::Flush() {
  if (writing_ || gone_) return;
  if (!waiting_.empty()) {
    Event event = std::move(waiting_.front());
    waiting_.pop_front();
    if (waiting_.empty()) waiting_bytes_ = 0;
    event.set_sequence(++sequence_);
    Send(event);
  } else if (candidate_.has_value()) {
    v1::ExtractInteractiveResponse event;
    event.set_sequence(++sequence_);
    *event.mutable_candidate() = *std::exchange(candidate_, std::nullopt);
    Send(event);
  }
}

void EventWriter::Send(const google::protobuf::Message& message) {
  writing_ = true;
  write_begin_ = steady_clock::now();
  WatchReader();
  rpc_.Write(*Succeed(message).body, [this](bool taken) { OnWritten(taken); });
}

void EventWriter::OnWritten(bool taken) {
  writing_ = false;
  gone_ = gone_ || !taken;
  if (!timer_set_ || ended_ || waiting_.size() > 1) Flush();
  if (std::exchange(paused_, waiting_bytes_ > kMaxWaitingBytes) && !paused_) Resume();
  EndIfDone();
}

void EventWriter::WatchReader() {
  if (reader_watched_) return;
  reader_watched_ = true;
  reader_timer_.expires_at(write_begin_ + slow_after_);
  reader_timer_.async_wait([this, alive = alive_](const boost::system::error_code& error) {
    if (error || !*alive) return;
    reader_watched_ = false;
    CheckReader();
  });
}

void EventWriter::CheckReader() {
  if (!writing_) return;
  if (steady_clock::now() - write_begin_ < slow_after_) return WatchReader();
  if (slow_ || ended_) return rpc_.Drop();
  slow_ = true;
  rpc_.CancelHandler();
  // The failure gets as much time again.
  write_begin_ = steady_clock::now();
  WatchReader();
}

void EventWriter::EndIfDone() {
  if (!done_ || writing_ || (!waiting_.empty() && !gone_)) return;
  reader_timer_.cancel();
  std::exchange(done_, nullptr)();
}

}  // namespace extractd
