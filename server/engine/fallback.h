// Fallbacks: other targets for a call whose own target failed. Each is planned anew, since another
// provider has other modes, another subset of schemas and another key; what was tried before is
// part of the call's attempts, usage and time.
#ifndef EXTRACTD_SERVER_ENGINE_FALLBACK_H_
#define EXTRACTD_SERVER_ENGINE_FALLBACK_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "server/base/task.h"
#include "server/engine/call.h"
#include "server/engine/extraction.h"
#include "server/engine/plan.h"

namespace extractd {

// Whether a call that ended with `status` shall go on elsewhere. An answer that is not valid but
// wanted all the same (best effort) counts as kInvalid: `valid` is false then.
bool CallsForFallback(const absl::Status& status, bool valid, FallbackConditions conditions);

// What came of a call. `extraction.attempts` point into `plans`.
struct Course {
  std::vector<std::unique_ptr<Plan>> plans = {};
  const Plan* plan = nullptr;  // whose answer, or failure, the call's is
  Extraction extraction = {};
};

// Plans `call` and runs it; goes on to its fallbacks, in order, as long as it calls for them and
// attempts and time are left. A target that cannot be planned is passed over, with a warning. A
// stream is told that what was shown of the target before is void; of items, only the rest is asked
// for.
// `on_planned` is told of each plan before it is run. The error of the first plan, if none was run.
Task<absl::StatusOr<Course>> ExtractWithFallbacks(
    Planner& planner,
    ExtractCall call,
    std::shared_ptr<const CallSettings> settings,
    ExtractionTools tools,
    std::function<void(Plan&)> on_planned
);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_FALLBACK_H_
