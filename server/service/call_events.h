// What happens to a call, as events. They say what happened, never what was said: no text of
// prompts, answers or providers.
#ifndef EXTRACTD_SERVER_SERVICE_CALL_EVENTS_H_
#define EXTRACTD_SERVER_SERVICE_CALL_EVENTS_H_

#include <string>
#include <string_view>

#include <absl/status/status.h>

#include "server/engine/callers/principal.h"
#include "server/engine/extraction.h"
#include "server/observe/event_bus.h"

namespace extractd {

// "OUTPUT_INVALID" …; "OK" for none, "INTERNAL" for a status without details.
std::string_view ReasonOf(const absl::Status& status);

// kRequest.
observe::Event PlannedEvent(const Plan& plan);
// kRetry: another attempt is about to be sent.
observe::Event RetryEvent(const Plan& plan, const Attempt& attempt);
// kResponse, kParseError or kError: it has ended.
observe::Event AttemptEvent(const Plan& plan, const Attempt& attempt);
// kFinalFailure of a call that was planned, and of one that was not; `caller`: null for anybody.
observe::Event FailureEvent(const Plan& plan, const Extraction& extraction);
observe::Event RefusedEvent(
    const std::string& request_id, const Principal* caller, const absl::Status& status
);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CALL_EVENTS_H_
