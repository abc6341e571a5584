// CircuitBreaker: stops sending to a provider that only fails, so that calls fail at once instead
// of waiting for it, and lets a few probes through until one of them is answered.
#ifndef EXTRACTD_SERVER_ENGINE_HEALTH_CIRCUIT_BREAKER_H_
#define EXTRACTD_SERVER_ENGINE_HEALTH_CIRCUIT_BREAKER_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "server/base/clock.h"
#include "server/engine/health/rolling_count.h"

namespace extractd {

enum class CircuitState : std::uint8_t { kClosed, kOpen, kHalfOpen };
// "closed", "open", "half_open".
std::string_view CircuitStateName(CircuitState state);

// What a send says of the provider's health. kUnrelated: nothing, as a bad key or a caller's
// cancel.
enum class HealthSign : std::uint8_t { kAnswered, kFailed, kUnrelated };

// Not thread-safe.
class CircuitBreaker {
 public:
  struct Policy {
    std::int64_t min_sends = 20;  // in the window, before it may open
    double failure_share = 0.5;   // that opens it
    std::chrono::milliseconds window{10'000};
    std::chrono::milliseconds open{5'000};           // doubled by each probe that fails
    std::chrono::milliseconds longest_open{60'000};  // but no longer
  };
  explicit CircuitBreaker(const Policy& policy)
      : policy_(policy), sends_(policy.window), failures_(policy.window), open_for_(policy.open) {}

  // Nothing: send, and say with Record how it went. Else: do not; how long until a probe is due.
  std::optional<std::chrono::milliseconds> Admit(SteadyTime now);
  // REQUIRES: it was admitted.
  void Record(HealthSign sign, SteadyTime now);

  CircuitState state() const { return state_; }

 private:
  void Open(SteadyTime now);
  void RecordProbe(HealthSign sign, SteadyTime now);

  Policy policy_;
  RollingCount sends_;
  RollingCount failures_;
  CircuitState state_ = CircuitState::kClosed;
  SteadyTime opened_;
  std::chrono::milliseconds open_for_;
  bool probing_ = false;  // one at a time
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_HEALTH_CIRCUIT_BREAKER_H_
