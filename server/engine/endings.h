// How calls end that got no valid answer: the statuses that say so.
#ifndef EXTRACTD_SERVER_ENGINE_ENDINGS_H_
#define EXTRACTD_SERVER_ENGINE_ENDINGS_H_

#include <chrono>
#include <string_view>

#include <absl/status/status.h>

#include "server/chat/chat.h"
#include "server/chat/upstream.h"
#include "server/engine/plan.h"
#include "server/schema/issue.h"

namespace extractd {

// kDeadline, in the phase that it cut.
absl::Status DeadlineError(std::string_view phase, std::string_view message);
// kCancelled: by the caller.
absl::Status CancelledError();
// Of a send that was the last, with so much of the call's time left.
absl::Status SendError(const Plan& plan, const SendResult& sent, std::chrono::milliseconds left);
// kCircuitOpen: nothing was sent, and will not be for so long.
absl::Status CircuitOpenError(const Plan& plan, std::chrono::milliseconds closed_for);
// kProviderRefused: by the model or a content filter.
absl::Status RefusedError(const Plan& plan, const ChatReply& reply);
// kOutputTruncated.
absl::Status TruncatedError(const Plan& plan, const ChatReply& reply);
// kOutputInvalid, after so many turns.
absl::Status InvalidError(const Plan& plan, int turns, const schema::IssueList& issues);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_ENDINGS_H_
