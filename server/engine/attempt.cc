#include "server/engine/attempt.h"

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

}  // namespace extractd
