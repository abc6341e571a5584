// What each way a send can fail means: whether it may be repeated, how the attempt ended, and what
// the caller is told if it was the last. One table.
#ifndef EXTRACTD_SERVER_ENGINE_FAILURES_H_
#define EXTRACTD_SERVER_ENGINE_FAILURES_H_

#include <optional>
#include <string_view>

#include <absl/status/status.h>

#include "server/base/error.h"
#include "server/chat/upstream.h"
#include "server/engine/attempt.h"
#include "server/engine/call.h"

namespace extractd {

struct FailureMeaning {
  SendFailure failure;
  AttemptOutcome outcome;
  Reason reason;
  std::optional<RetryCondition> retry_on;  // absent: sending again cannot help
};
const FailureMeaning& MeaningOf(SendFailure failure);

// The status of a call that ends with this failed send: what the result says for itself, or else
// what the table says. `provider` and `model` go into its metadata.
absl::Status StatusOf(const SendResult& result, std::string_view provider, std::string_view model);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_FAILURES_H_
