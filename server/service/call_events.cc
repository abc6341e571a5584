#include "server/service/call_events.h"

#include <fmt/format.h>

#include "server/base/error.h"
#include "server/engine/callers/principal.h"

namespace extractd {
namespace {

using observe::Event;
using observe::EventKind;

std::string NameOf(const Principal* caller) {
  return caller == nullptr ? std::string() : caller->name;
}

Event EventOf(EventKind kind, const Plan& plan) {
  return {
      .kind = kind,
      .request_id = plan.request_id,
      .principal = NameOf(plan.caller.get()),
      .provider = plan.provider(),
      .model = plan.model(),
  };
}

EventKind KindOf(const Attempt& attempt) {
  if (attempt.failure != SendFailure::kNone) return EventKind::kError;
  const bool unusable =
      attempt.outcome == AttemptOutcome::kInvalid || attempt.outcome == AttemptOutcome::kTruncated;
  return unusable ? EventKind::kParseError : EventKind::kResponse;
}

std::string Sentence(const Attempt& attempt) {
  if (attempt.failure != SendFailure::kNone) {
    const std::string learned = attempt.learned.empty() ? "" : ", learned: " + attempt.learned;
    return fmt::format(
        "{}, HTTP status {}{}", SendFailureName(attempt.failure), attempt.http_status, learned
    );
  }
  return fmt::format(
      "{} issues, {} output tokens, {} ms",
      attempt.issues.total,
      attempt.usage.output_tokens,
      attempt.latency.count() / 1000
  );
}

}  // namespace

std::string_view ReasonOf(const absl::Status& status) {
  if (status.ok()) return "OK";
  const auto details = DetailsOf(status);
  return details.has_value() ? ReasonName(details->reason) : "INTERNAL";
}

Event PlannedEvent(const Plan& plan) {
  Event event = EventOf(EventKind::kRequest, plan);
  event.message = fmt::format("mode {}", plan.mode());
  return event;
}

Event RetryEvent(const Plan& plan, const Attempt& attempt) {
  Event event = EventOf(EventKind::kRetry, plan);
  event.attempt = attempt.number;
  event.reason = AttemptKindName(attempt.kind);
  event.message = fmt::format("turn {}, after {} ms", attempt.turn, attempt.backoff.count());
  return event;
}

Event AttemptEvent(const Plan& plan, const Attempt& attempt) {
  Event event = EventOf(KindOf(attempt), plan);
  event.attempt = attempt.number;
  event.reason = AttemptOutcomeName(attempt.outcome);
  event.message = Sentence(attempt);
  return event;
}

Event FailureEvent(const Plan& plan, const Extraction& extraction) {
  Event event = EventOf(EventKind::kFinalFailure, plan);
  event.reason = ReasonOf(extraction.status);
  event.message = fmt::format("after {} attempts", extraction.attempts.size());
  return event;
}

Event RefusedEvent(
    const std::string& request_id, const Principal* caller, const absl::Status& status
) {
  return {
      .kind = EventKind::kFinalFailure,
      .request_id = request_id,
      .principal = NameOf(caller),
      .reason = std::string(ReasonOf(status)),
      .message = "nothing was sent",
  };
}

}  // namespace extractd
