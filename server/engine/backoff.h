// Backoff: how long to wait before a send is repeated.
#ifndef EXTRACTD_SERVER_ENGINE_BACKOFF_H_
#define EXTRACTD_SERVER_ENGINE_BACKOFF_H_

#include <chrono>
#include <optional>

#include "server/engine/call.h"

namespace extractd {

// A longer wait that a provider asks for is not served: the call fails and says how long it is.
inline constexpr std::chrono::milliseconds kMaxRetryAfter{120'000};

// The wait before the `retry`th repetition of a turn's send (from 1). What the provider asked for
// counts as it is; else the exponential wait, of which the jittered part is scaled by `random`.
// `random` is in [0, 1).
std::chrono::milliseconds BackoffBefore(
    int retry,
    const RetryPolicy& policy,
    std::optional<std::chrono::milliseconds> retry_after,
    double random
);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_BACKOFF_H_
