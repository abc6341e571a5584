#include "server/engine/endings.h"

#include <string>

#include <fmt/format.h>

#include "server/base/error.h"
#include "server/engine/failures.h"

namespace extractd {

absl::Status DeadlineError(std::string_view phase, std::string_view message) {
  return MakeError(
      {.reason = Reason::kDeadline, .metadata = {{"phase", std::string(phase)}}}, message
  );
}

absl::Status CancelledError() {
  return MakeError(Reason::kCancelled, "the caller cancelled");
}

absl::Status SendError(const Plan& plan, const SendResult& sent, std::chrono::milliseconds left) {
  if (sent.failure == SendFailure::kCancelled) return CancelledError();
  if (sent.failure == SendFailure::kTimeout && left <= std::chrono::milliseconds(1)) {
    return DeadlineError("total", "the deadline passed while the provider was answering");
  }
  return StatusOf(sent, plan.provider(), plan.model());
}

absl::Status CircuitOpenError(const Plan& plan, std::chrono::milliseconds closed_for) {
  return MakeError(
      {.reason = Reason::kCircuitOpen,
       .metadata = {{"provider", plan.provider()}, {"model", plan.model()}},
       .retry_after = closed_for},
      fmt::format("provider '{}' failed too often lately: nothing was sent", plan.provider())
  );
}

absl::Status RefusedError(const Plan& plan, const ChatReply& reply) {
  return MakeError(
      {.reason = Reason::kProviderRefused,
       .metadata =
           {{"provider", plan.provider()},
            {"model", plan.model()},
            {"category", std::string(FinishReasonName(reply.finish_reason))}}},
      fmt::format("model '{}' of '{}' refused to answer", plan.model(), plan.provider())
  );
}

absl::Status TruncatedError(const Plan& plan, const ChatReply& reply) {
  return MakeError(
      {.reason = Reason::kOutputTruncated,
       .metadata =
           {{"provider", plan.provider()},
            {"model", plan.model()},
            {"finish_reason", std::string(FinishReasonName(reply.finish_reason))}}},
      "the answer was cut before its end; raise generation.max_output_tokens"
  );
}

absl::Status InvalidError(const Plan& plan, int turns, const schema::IssueList& issues) {
  return MakeError(
      {.reason = Reason::kOutputInvalid,
       .metadata =
           {{"provider", plan.provider()},
            {"model", plan.model()},
            {"turns", std::to_string(turns)},
            {"issues", std::to_string(issues.total)}}},
      fmt::format("the answer is still invalid after {} turn{}", turns, turns == 1 ? "" : "s")
  );
}

}  // namespace extractd
