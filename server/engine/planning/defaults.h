// The values of a call where it names none: of its principal, else of its provider, else of the
// server. A principal's bounds hold whatever is named.
#ifndef EXTRACTD_SERVER_ENGINE_PLANNING_DEFAULTS_H_
#define EXTRACTD_SERVER_ENGINE_PLANNING_DEFAULTS_H_

#include <string>

#include <absl/status/status.h>

#include "server/base/clock.h"
#include "server/engine/call.h"
#include "server/engine/plan.h"

namespace extractd {

// "provider/model" as the call, its principal or the server names it; may be empty.
const std::string& ModelOf(const ExtractCall& call, const CallSettings& settings);

// Sends that the call may make, whatever its provider says.
int MaxAttemptsOf(const ExtractCall& call, const CallSettings& settings);

// When work must have ended for a caller that hangs up at `deadline`: part of its time is kept to
// bring the answer back.
SteadyTime AnswerTime(SteadyTime deadline, SteadyTime now);

// When the call must have ended, with the time to bring its answer back.
SteadyTime DeadlineOf(const ExtractCall& call, const CallSettings& settings, SteadyTime now);

// Retries, judgement, timers and deadline of `plan`, whose provider is known. kInvalidRequest: the
// call asks for more than its principal may have.
absl::Status FillSettings(
    const ExtractCall& call, const CallSettings& settings, SteadyTime now, Plan& plan
);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_PLANNING_DEFAULTS_H_
