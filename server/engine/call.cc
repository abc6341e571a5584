#include "server/engine/call.h"

namespace extractd {

RetryPolicy Apply(const RetryOverrides& overrides, RetryPolicy policy) {
  policy.max_attempts = overrides.max_attempts.value_or(policy.max_attempts);
  policy.max_reasks = overrides.max_reasks.value_or(policy.max_reasks);
  policy.max_transport_retries =
      overrides.max_transport_retries.value_or(policy.max_transport_retries);
  policy.retry_on = overrides.retry_on.value_or(policy.retry_on);
  policy.initial_backoff = overrides.initial_backoff.value_or(policy.initial_backoff);
  policy.max_backoff = overrides.max_backoff.value_or(policy.max_backoff);
  policy.backoff_multiplier = overrides.backoff_multiplier.value_or(policy.backoff_multiplier);
  policy.backoff_jitter = overrides.backoff_jitter.value_or(policy.backoff_jitter);
  policy.reask_strategy = overrides.reask_strategy.value_or(policy.reask_strategy);
  policy.on_truncated = overrides.on_truncated.value_or(policy.on_truncated);
  return policy;
}

}  // namespace extractd
