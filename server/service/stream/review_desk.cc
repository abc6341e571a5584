#include "server/service/stream/review_desk.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/engine/endings.h"
#include "server/service/extraction/extract_request.h"
#include "server/service/rpc/wire_check.h"

namespace extractd {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

absl::Status LeftError() {
  return MakeError(Reason::kCancelled, "the caller closed its side without a review");
}

absl::Status OutOfTurn(int candidate, int open) {
  const std::string waiting =
      open == 0 ? std::string("none waits") : fmt::format("candidate {} waits", open);
  return MakeError(
      {.reason = Reason::kReviewOutOfTurn,
       .metadata = {{"candidate", std::to_string(candidate)}, {"open", std::to_string(open)}}},
      fmt::format("a review of candidate {} came while {}", candidate, waiting)
  );
}

absl::Status CheckText(const std::string& field, const std::string& text) {
  if (text.size() <= ReviewDesk::kMaxIssueBytes) return absl::OkStatus();
  return InvalidRequest(
      {{field, fmt::format("has {} bytes; at most {}", text.size(), ReviewDesk::kMaxIssueBytes)}}
  );
}

absl::StatusOr<schema::IssueList> ToIssues(const v1::Reject& reject) {
  const auto count = static_cast<size_t>(reject.issues_size());
  if (count == 0 || count > ReviewDesk::kMaxIssues) {
    return InvalidRequest(
        {{"review.reject.issues",
          fmt::format("needs 1 to {} issues, not {}", ReviewDesk::kMaxIssues, count)}}
    );
  }
  schema::IssueList issues;
  for (const v1::Issue& issue : reject.issues()) {
    const std::string field = fmt::format("review.reject.issues[{}]", issues.listed.size());
    RETURN_IF_ERROR(CheckText(field + ".path", issue.path()));
    RETURN_IF_ERROR(CheckText(field + ".message", issue.message()));
    if (issue.message().empty()) return InvalidRequest({{field + ".message", "is required"}});
    if (!issue.path().empty() && issue.path().front() != '/') {
      return InvalidRequest({{field + ".path", "must be a JSON Pointer: empty, or with a / first"}}
      );
    }
    issues.listed.push_back({.path = issue.path(), .keyword = "review", .message = issue.message()}
    );
  }
  issues.total = issues.listed.size();
  return issues;
}

}  // namespace

ReviewDesk::ReviewDesk(DialogRpc& rpc, const asio::any_io_executor& loop, size_t max_message_bytes)
    : rpc_(rpc), max_message_bytes_(max_message_bytes), timer_(loop) {}

Task<absl::StatusOr<v1::InteractiveStart>> ReviewDesk::ReadStart() {
  Listen();
  const SteadyTime latest = steady_clock::now() + patience_;
  while (!start_.has_value() && steady_clock::now() < latest) {
    if (!co_await WaitUntil(latest)) co_return CancelledError();
  }
  if (!start_.has_value()) {
    co_return DeadlineError("start", fmt::format("no `start` came for {} ms", patience_.count()));
  }
  co_return *std::move(start_);
}

void ReviewDesk::Open(Present present, milliseconds patience) {
  present_ = std::move(present);
  patience_ = patience;
}

Task<absl::StatusOr<schema::IssueList>> ReviewDesk::Review(const Candidate& candidate) {
  const SteadyTime deadline = candidate.plan.deadline;
  const SteadyTime latest = std::min(deadline, steady_clock::now() + patience_);
  present_(++number_, candidate);
  waits_ = true;
  verdict_.reset();
  while (!verdict_.has_value() && steady_clock::now() < latest) {
    if (!co_await WaitUntil(latest)) break;
  }
  waits_ = false;
  if (verdict_.has_value()) co_return *std::move(verdict_);
  if (steady_clock::now() < latest) co_return CancelledError();
  if (latest == deadline) {
    co_return DeadlineError("total", "the deadline passed while a candidate waited for its review");
  }
  co_return DeadlineError("review", fmt::format("no review came for {} ms", patience_.count()));
}

void ReviewDesk::Listen() {
  rpc_.Read([this, alive = alive_](grpc::ByteBuffer* message) {
    if (*alive) OnMessage(message);
  });
}

void ReviewDesk::OnMessage(grpc::ByteBuffer* message) {
  if (settled_) return;
  if (!start_.has_value()) {
    OnStart(message);
  } else {
    Answer(message == nullptr ? Verdict(LeftError()) : ReadReview(*message));
  }
  if (message != nullptr && fault_.ok()) Listen();
}

void ReviewDesk::OnStart(const grpc::ByteBuffer* message) {
  v1::ExtractInteractiveRequest request;
  const absl::Status parsed =
      message == nullptr ? absl::OkStatus() : ParseRequest(*message, max_message_bytes_, request);
  if (!parsed.ok()) {
    start_ = parsed;
  } else if (!request.has_start()) {
    start_ = InvalidRequest({{"start", "is required: the first message has it"}});
  } else {
    start_ = std::move(*request.mutable_start());
  }
  timer_.cancel();
}

ReviewDesk::Verdict ReviewDesk::ReadReview(const grpc::ByteBuffer& message) {
  v1::ExtractInteractiveRequest request;
  RETURN_IF_ERROR(ParseRequest(message, max_message_bytes_, request));
  if (!request.has_review()) {
    return InvalidRequest({{"review", "is required: the first message alone is a `start`"}});
  }
  const v1::Review& review = request.review();
  const int open = waits_ && !verdict_.has_value() ? number_ : 0;
  if (open == 0 || review.candidate() != open) return OutOfTurn(review.candidate(), open);
  if (review.has_accept()) return schema::IssueList();
  if (review.has_reject()) return ToIssues(review.reject());
  return InvalidRequest({{"review.verdict", "is required: accept or reject"}});
}

void ReviewDesk::Answer(Verdict verdict) {
  if (waits_ && !verdict_.has_value()) {
    settled_ = verdict.ok() && verdict->empty();
    verdict_ = std::move(verdict);
    timer_.cancel();
    return;
  }
  if (fault_.ok()) fault_ = verdict.status();
  timer_.cancel();
  rpc_.CancelHandler();
}

Task<bool> ReviewDesk::WaitUntil(SteadyTime latest) {
  if (co_await Cancelled()) co_return false;
  timer_.expires_at(latest);
  boost::system::error_code error;
  co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
  co_return !co_await Cancelled();
}

}  // namespace extractd
