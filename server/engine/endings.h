// How calls end that got no valid answer: the statuses that say so.
#ifndef EXTRACTD_SERVER_ENGINE_ENDINGS_H_
#define EXTRACTD_SERVER_ENGINE_ENDINGS_H_

#include <string_view>

#include <absl/status/status.h>

#include "server/chat/chat.h"
#include "server/engine/plan.h"
#include "server/schema/issue.h"

namespace extractd {

// kDeadline, in the phase that it cut.
absl::Status DeadlineError(std::string_view phase, std::string_view message);
// kCancelled: by the caller.
absl::Status CancelledError();
// kProviderRefused: by the model or a content filter.
absl::Status RefusedError(const Plan& plan, const ChatReply& reply);
// kOutputTruncated.
absl::Status TruncatedError(const Plan& plan, const ChatReply& reply);
// kOutputInvalid, after so many turns.
absl::Status InvalidError(const Plan& plan, int turns, const schema::IssueList& issues);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_ENDINGS_H_
