#include "server/engine/backoff.h"

#include <algorithm>
#include <cmath>

namespace extractd {

std::chrono::milliseconds BackoffBefore(
    int retry,
    const RetryPolicy& policy,
    std::optional<std::chrono::milliseconds> retry_after,
    double random
) {
  if (retry_after.has_value()) return *retry_after;
  const double initial = static_cast<double>(policy.initial_backoff.count());
  const double longest = static_cast<double>(policy.max_backoff.count());
  const double full = std::min(initial * std::pow(policy.backoff_multiplier, retry - 1), longest);
  const double wait = full * (1 - policy.backoff_jitter * random);
  return std::chrono::milliseconds(std::llround(wait));
}

}  // namespace extractd
