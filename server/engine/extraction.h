// Extract: runs one plan. Start here.
//
// Two loops, kept apart on purpose. A *send* is one HTTP exchange; a send that was lost is repeated
// after a wait, with the same bytes. A *turn* is one answer of the model; a wrong answer is sent
// back with what is wrong, at once, as the next turn. The attempts of a call are its sends.
#ifndef EXTRACTD_SERVER_ENGINE_EXTRACTION_H_
#define EXTRACTD_SERVER_ENGINE_EXTRACTION_H_

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <absl/random/bit_gen_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "server/base/clock.h"
#include "server/base/task.h"
#include "server/engine/attempt.h"
#include "server/engine/health/provider_health.h"
#include "server/engine/judge/answer.h"
#include "server/engine/latencies.h"
#include "server/engine/learned.h"
#include "server/engine/observer.h"
#include "server/engine/plan.h"
#include "server/engine/review.h"
#include "server/engine/stream/extraction_stream.h"
#include "server/schema/issue.h"

namespace extractd {

// How a call ended. `attempts`, `usage` and `cost` are complete whatever the status.
struct Extraction {
  absl::Status status = absl::OkStatus();
  Answer answer = {};  // or with an error the best one so far
  bool valid = false;  // false with an OK status: best effort
  std::vector<Attempt> attempts = {};
  Usage usage = {};
  Cost cost = {};
  std::vector<Warning> warnings = {};
  schema::IssueList issues = {};  // of the last answer, or of `answer` if it is the best effort
  FinishReason finish_reason = FinishReason::kUnspecified;
  std::vector<Citation> citations = {};  // of the last answer
  std::vector<Thinking> thinking = {};   // of the last answer, if the plan includes it
  bool retries_exhausted = false;  // our own retries were used up; the caller's would multiply them
  std::chrono::microseconds upstream_time{0};  // sends and waits
  std::chrono::nanoseconds parse_time{0};
  std::chrono::nanoseconds validate_time{0};
  // What was asked after refusals that taught that the model takes less, in their order; attempts
  // point into them.
  std::vector<std::unique_ptr<Plan>> replans = {};
  bool shown = false;  // something of the last attempt was, to who looked on

  // What was asked last; `first`: the plan of the call.
  const Plan& LastPlan(const Plan& first) const {
    return replans.empty() ? first : *replans.back();
  }
};

// Makes the plan of the call again, with what was learned since.
using Replanner = std::function<Task<absl::StatusOr<std::unique_ptr<Plan>>>()>;

// All outlive the call.
struct ExtractionTools {
  Clock& clock;
  absl::BitGenRef random;
  Latencies& latencies;
  ProviderHealth& health;
  ExtractionObserver& observer;
  Lessons* lessons = nullptr;  // null: nothing is learned
  Replanner replan = {};       // empty: a lesson counts from the next call on
  // Answers are shown to it while they come. Null: nobody looks on.
  ExtractionStream* stream = nullptr;
  Reviewer* reviewer = nullptr;  // null: what obeys the schema is taken
  // Of other targets of the call: its own are numbered from there on.
  int attempts_before = 0;
  int turns_before = 0;
};

// Asks, judges and re-asks until an answer is valid, a limit of the plan is reached, or the failure
// is one that trying again cannot mend. `plan` stays alive until the Task ends.
//
// Statuses: kOutputInvalid, kOutputTruncated and kProviderRefused for answers; what failures.h says
// for sends; kDeadline when the plan's deadline has no room for the next step; kCancelled when the
// coroutine's slot fired.
//
// In streams, a send that is lost before its first piece is repeated without a word.
Task<Extraction> Extract(const Plan& plan, ExtractionTools tools);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_EXTRACTION_H_
