// EventWriter: what happens to an extraction, as messages to its caller: of ExtractStream, or of
// ExtractInteractive, whose messages are the same but for candidates.
//
// One message is on its way at a time. What comes meanwhile waits, and joins what waits already:
// deltas become one delta, snapshots the last one. Above kMaxWaitingBytes the provider is not read
// until the caller has caught up. A caller who takes no message for the slow reader's time is given
// up: the handler is cancelled, and slow() says why.
#ifndef EXTRACTD_SERVER_SERVICE_STREAM_EVENT_WRITER_H_
#define EXTRACTD_SERVER_SERVICE_STREAM_EVENT_WRITER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <absl/functional/any_invocable.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <google/protobuf/message.h>

#include "extractd/v1/extraction_service.pb.h"
#include "server/base/task.h"
#include "server/engine/stream/extraction_stream.h"
#include "server/service/protobuf/answer_types.h"
#include "server/service/rpc/rpc.h"
#include "server/service/stream/stream_options.h"

namespace extractd {

class EventWriter final : public ExtractionStream {
 public:
  static constexpr size_t kMaxWaitingBytes = size_t{256} << 10U;

  // `rpc` outlives this, and so does the loop.
  EventWriter(
      StreamRpc& rpc,
      const asio::any_io_executor& loop,
      const StreamOptions& options,
      std::chrono::milliseconds slow_after
  );
  // REQUIRES: Finish has ended.
  ~EventWriter() { *alive_ = false; }
  EventWriter(const EventWriter&) = delete;
  EventWriter& operator=(const EventWriter&) = delete;

  // What items come back as besides; outlives this. Null: nothing.
  void set_types(const AnswerTypes* types) { types_ = types; }

  void OnStarted(const Plan& plan, const Attempt& attempt) override;
  void OnOp(const PartialOp& op) override;
  void OnItem(const Item& item, size_t index) override;
  void OnThinking(std::string_view text) override;
  StreamSink::Wish OnPieceEnd(const ShownValue& shown) override;
  void OnRetrying(const Plan& plan, const Attempt& attempt, std::chrono::milliseconds backoff)
      override;
  void OnEnded() override;

  // Sends an answer that waits for its review, behind all that waits already. Only in dialogs.
  void SendCandidate(v1::Candidate candidate);
  // Sends the last event, behind what still waits, and ends when the caller took all of it, is gone
  // or was given up. A slow caller gets nothing but `last`.
  Task<void> Finish(v1::ExtractStreamResponse last);

  // The caller was given up for being slow.
  bool slow() const { return slow_; }

 private:
  using Event = v1::ExtractStreamResponse;

  Event& Add();
  v1::DeltaOp& AddOp(std::string_view path);
  // The last text op that waits, if it appends to `path`.
  std::string* OpenAppend(std::string_view path);
  void AddSnapshot();
  void CancelTimer();
  // Calls Due after that time, unless it waits for that already.
  void WaitFor(std::chrono::nanoseconds wait);
  void Due();
  void Flush();
  void Send(const google::protobuf::Message& message);
  void OnWritten(bool taken);
  void WatchReader();
  void CheckReader();
  void EndIfDone();

  StreamRpc& rpc_;
  const StreamOptions options_;
  const std::chrono::milliseconds slow_after_;
  const AnswerTypes* types_ = nullptr;
  std::deque<Event> waiting_;
  std::optional<v1::Candidate> candidate_;  // behind them
  size_t waiting_bytes_ = 0;                // about
  std::int64_t sequence_ = 0;
  std::optional<std::string> last_path_;  // of the ops of this attempt
  asio::steady_timer timer_;              // for what is collected, or the next snapshot
  bool timer_set_ = false;
  const ShownValue* shown_ = nullptr;  // not in the last snapshot
  SteadyTime last_snapshot_;
  asio::steady_timer reader_timer_;
  bool reader_watched_ = false;
  SteadyTime write_begin_;
  bool writing_ = false;
  bool paused_ = false;
  bool ended_ = false;
  bool gone_ = false;
  bool slow_ = false;
  absl::AnyInvocable<void()> done_;
  // A timer's handler that is queued already cannot be cancelled: it asks whether we are still
  // there.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_STREAM_EVENT_WRITER_H_
