#include "server/service/stream/model_pull.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/engine/planning/defaults.h"
#include "server/providers/model_pull.h"
#include "server/service/extraction/extract_request.h"
#include "server/service/rpc/rpc_endings.h"
#include "server/service/rpc/unary.h"

namespace extractd {
namespace {

using providers::PullProgress;

constexpr size_t kMaxModelBytes = 256;

v1::PullModelResponse ToMessage(const PullProgress& progress) {
  v1::PullModelResponse message;
  message.set_status(progress.status);
  message.set_completed_bytes(progress.completed_bytes);
  message.set_total_bytes(progress.total_bytes);
  return message;
}

// Writes the latest progress whenever the caller has taken what was before it.
class ProgressWriter {
 public:
  ProgressWriter(StreamRpc& rpc, const asio::any_io_executor& loop) : rpc_(rpc), idle_(loop) {}

  void Put(const PullProgress& progress) {
    latest_ = progress;
    WriteLatest();
  }

  // Waits until everything is taken, for so long. False: the caller is gone, or was given up.
  Task<bool> Drain(std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (writing_ && std::chrono::steady_clock::now() < end) {
      idle_.expires_at(end);
      co_await idle_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    slow_ = writing_;
    if (slow_) rpc_.Drop();
    co_return !gone_ && !slow_;
  }

  bool slow() const { return slow_; }

 private:
  void WriteLatest() {
    if (writing_ || gone_) return;
    const std::optional<PullProgress> progress = std::exchange(latest_, std::nullopt);
    if (!progress.has_value()) return;
    writing_ = true;
    const v1::PullModelResponse message = ToMessage(*progress);
    rpc_.Write(*Succeed(message).body, [this](bool taken) {
      writing_ = false;
      gone_ = gone_ || !taken;
      WriteLatest();
      if (!writing_) idle_.cancel();
    });
  }

  StreamRpc& rpc_;
  asio::steady_timer idle_;  // for Drain; ends when nothing is being written
  std::optional<PullProgress> latest_;
  bool writing_ = false;
  bool gone_ = false;
  bool slow_ = false;
};

absl::StatusOr<std::shared_ptr<const ProviderRow>> RowFor(
    const v1::PullModelRequest& request, const SharedState& shared
) {
  if (request.model().empty() || request.model().size() > kMaxModelBytes) {
    return InvalidRequest({{"model", fmt::format("must have 1…{} bytes", kMaxModelBytes)}});
  }
  if (request.provider().empty()) return InvalidRequest({{"provider", "must be set"}});
  std::shared_ptr<const ProviderRow> row = shared.catalog.Find(request.provider());
  if (row == nullptr) return shared.catalog.registry().Find(request.provider(), "").status();
  if (!row->pull_path.empty()) return row;
  return InvalidRequest(
      {{"provider", fmt::format("'{}' is no local provider that loads models", row->name)}}
  );
}

// Zero: no limit.
std::chrono::milliseconds TimeLeft(const StreamRpc& rpc, SteadyTime now) {
  using std::chrono::milliseconds;
  const auto deadline = rpc.deadline();
  if (!deadline.has_value()) return milliseconds(0);
  const auto left = AnswerTime(*deadline, now) - now;
  return std::max(milliseconds(1), std::chrono::duration_cast<milliseconds>(left));
}

}  // namespace

Task<absl::Status> StreamPull(
    const v1::PullModelRequest& request,
    SharedState& shared,
    net::HttpClient& client,
    StreamRpc& rpc
) {
  CO_ASSIGN_OR_RETURN(const auto row, RowFor(request, shared));
  CO_ASSIGN_OR_RETURN(const Secret key, shared.credentials.KeyOf(*row));
  const asio::any_io_executor loop = co_await asio::this_coro::executor;
  ProgressWriter writer(rpc, loop);
  const std::function<void(const PullProgress&)> on_progress =
      [&writer](const PullProgress& progress) { writer.Put(progress); };
  const std::chrono::milliseconds left = TimeLeft(rpc, shared.clock.Now());
  const absl::Status pulled =
      co_await providers::PullModel(client, *row, key, request.model(), left, on_progress);
  const std::chrono::milliseconds patience = shared.config()->slow_reader_timeout;
  const bool there = co_await writer.Drain(patience);
  if (!pulled.ok()) co_return ToldEnding(rpc, pulled);
  if (writer.slow()) co_return SlowReaderError(patience);
  if (!there) co_return pulled;
  v1::PullModelResponse last;
  last.set_status("success");
  last.set_done(true);
  co_await WriteMessage(rpc, *Succeed(last).body);
  co_return pulled;
}

}  // namespace extractd
