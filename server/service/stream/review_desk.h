// ReviewDesk: the caller's side of a dialog. It reads what the caller says from the first message
// on, and waits for its reviews.
#ifndef EXTRACTD_SERVER_SERVICE_STREAM_REVIEW_DESK_H_
#define EXTRACTD_SERVER_SERVICE_STREAM_REVIEW_DESK_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "extractd/v1/extraction_service.pb.h"
#include "server/base/task.h"
#include "server/engine/review.h"
#include "server/service/rpc/rpc.h"

namespace extractd {

class ReviewDesk final : public Reviewer {
 public:
  static constexpr std::chrono::milliseconds kDefaultPatience{60'000};
  static constexpr size_t kMaxIssues = 32;
  static constexpr size_t kMaxIssueBytes = 2048;  // of a path, and of a message

  // `rpc` outlives this, and so does the loop.
  ReviewDesk(DialogRpc& rpc, const asio::any_io_executor& loop, size_t max_message_bytes);
  ~ReviewDesk() { *alive_ = false; }
  ReviewDesk(const ReviewDesk&) = delete;
  ReviewDesk& operator=(const ReviewDesk&) = delete;

  // The first message. Once, before anything else. From then on the caller is listened to.
  Task<absl::StatusOr<v1::InteractiveStart>> ReadStart();

  // How the caller gets to see a candidate, and how long it may take to answer.
  using Present = std::function<void(int number, const Candidate& candidate)>;
  void Open(Present present, std::chrono::milliseconds patience);

  // kDeadline: in the phase "review", or "total" where the call's own time ends before.
  Task<absl::StatusOr<schema::IssueList>> Review(const Candidate& candidate) override;

  // What the caller did that ended the call while nobody waited for it; OK: nothing.
  const absl::Status& fault() const { return fault_; }

 private:
  using Verdict = absl::StatusOr<schema::IssueList>;

  void Listen();
  // Null: the caller has said all.
  void OnMessage(grpc::ByteBuffer* message);
  void OnStart(const grpc::ByteBuffer* message);
  Verdict ReadReview(const grpc::ByteBuffer& message);
  // Wakes who waits. An error for which nobody waits ends the call.
  void Answer(Verdict verdict);
  // Until the caller has said something, or so long. False: cancelled.
  Task<bool> WaitUntil(SteadyTime latest);

  DialogRpc& rpc_;
  const size_t max_message_bytes_;
  asio::steady_timer timer_;
  Present present_;
  std::chrono::milliseconds patience_{kDefaultPatience};
  std::optional<absl::StatusOr<v1::InteractiveStart>> start_;
  int number_ = 0;        // of the last candidate
  bool waits_ = false;    // it is open
  bool settled_ = false;  // one was accepted: what comes now comes too late to matter
  std::optional<Verdict> verdict_;
  absl::Status fault_;
  // What gRPC hands over when the call has ended finds nobody.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_STREAM_REVIEW_DESK_H_
