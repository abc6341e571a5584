// ProviderHealth: the circuit breaker and the retry budget of each provider, for all calls of the
// process. Thread-safe.
#ifndef EXTRACTD_SERVER_ENGINE_HEALTH_PROVIDER_HEALTH_H_
#define EXTRACTD_SERVER_ENGINE_HEALTH_PROVIDER_HEALTH_H_

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include "server/base/clock.h"
#include "server/base/strings.h"
#include "server/chat/upstream.h"
#include "server/engine/health/circuit_breaker.h"
#include "server/engine/health/retry_budget.h"

namespace extractd {

// What the failure of a send, or its success, says of the provider.
HealthSign SignOf(SendFailure failure);

class ProviderHealth {
 public:
  struct Policy {
    bool breaks = true;  // false: circuits never open
    CircuitBreaker::Policy breaker = {};
    int retry_percent = 20;  // see RetryBudget
  };
  // Told, by the thread that found it out, that the circuit of a provider has another state.
  using OnCircuit = std::function<void(std::string_view provider, CircuitState state)>;
  ProviderHealth() : ProviderHealth(Policy{}) {}
  explicit ProviderHealth(const Policy& policy, OnCircuit on_circuit = {})
      : policy_(policy), on_circuit_(std::move(on_circuit)) {}

  // Before a send, as CircuitBreaker::Admit; a send that is admitted ends with Record.
  std::optional<std::chrono::milliseconds> Admit(std::string_view provider, SteadyTime now);
  // A send that repeats none; repetitions are a share of these.
  void CountFirst(std::string_view provider, SteadyTime now);
  void Record(std::string_view provider, SendFailure failure, SteadyTime now);

  // Before a send is repeated; `provider` has room for it in its budget.
  bool TakeRetry(std::string_view provider, SteadyTime now);

  // kClosed for a provider that nothing was sent to.
  CircuitState StateOf(std::string_view provider) const;
  // Every provider that something was sent to, by name.
  std::vector<std::pair<std::string, CircuitState>> States() const;

 private:
  struct Entry {
    CircuitBreaker breaker;
    RetryBudget retries;
  };
  Entry& EntryOf(std::string_view provider) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void Tell(std::string_view provider, CircuitState before, CircuitState after) const;

  const Policy policy_;
  const OnCircuit on_circuit_;
  mutable absl::Mutex mutex_;
  // Providers come from the configuration: few.
  StringMap<Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_HEALTH_PROVIDER_HEALTH_H_
