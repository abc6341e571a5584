#include "server/engine/attempt.h"

#include <algorithm>
#include <cstddef>

namespace extractd {

std::string_view AttemptKindName(AttemptKind kind) {
  switch (kind) {
    case AttemptKind::kFirst:
      return "first";
    case AttemptKind::kRetry:
      return "retry";
    case AttemptKind::kReask:
      return "reask";
    case AttemptKind::kFallback:
      return "fallback";
    case AttemptKind::kReaskPatch:
      return "reask_patch";
    case AttemptKind::kRaisedLimit:
      return "raised_limit";
    case AttemptKind::kContinuation:
      return "continuation";
  }
  return "first";
}

std::string_view AttemptOutcomeName(AttemptOutcome outcome) {
  switch (outcome) {
    case AttemptOutcome::kValid:
      return "valid";
    case AttemptOutcome::kInvalid:
      return "invalid";
    case AttemptOutcome::kTruncated:
      return "truncated";
    case AttemptOutcome::kRefused:
      return "refused";
    case AttemptOutcome::kRateLimited:
      return "rate_limited";
    case AttemptOutcome::kRejected:
      return "rejected";
    case AttemptOutcome::kAuthFailed:
      return "auth_failed";
    case AttemptOutcome::kUnavailable:
      return "unavailable";
    case AttemptOutcome::kTimedOut:
      return "timed_out";
    case AttemptOutcome::kCancelled:
      return "cancelled";
    case AttemptOutcome::kCircuitOpen:
      return "circuit_open";
  }
  return "unavailable";
}

void NoteReply(const SendResult& sent, Attempt& attempt) {
  attempt.failure = sent.failure;
  attempt.latency = sent.latency;
  attempt.http_status = sent.http_status;
  attempt.provider_request_id = sent.provider_request_id;
  attempt.body_hash = sent.body_hash;
  attempt.usage = sent.reply.usage;
  attempt.finish_reason = sent.reply.finish_reason;
}

void NoteIssues(const schema::IssueList& issues, Attempt& attempt) {
  constexpr size_t kMostListed = 32;
  const size_t listed = std::min(issues.listed.size(), kMostListed);
  attempt.issues.total = issues.total;
  attempt.issues.listed.assign(
      issues.listed.begin(), issues.listed.begin() + static_cast<std::ptrdiff_t>(listed)
  );
}

}  // namespace extractd
