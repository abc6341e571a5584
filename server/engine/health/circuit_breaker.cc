#include "server/engine/health/circuit_breaker.h"

#include <algorithm>

namespace extractd {

using std::chrono::milliseconds;

std::string_view CircuitStateName(CircuitState state) {
  switch (state) {
    case CircuitState::kClosed:
      return "closed";
    case CircuitState::kOpen:
      return "open";
    case CircuitState::kHalfOpen:
      return "half_open";
  }
  return "closed";
}

std::optional<milliseconds> CircuitBreaker::Admit(SteadyTime now) {
  if (state_ == CircuitState::kClosed) return std::nullopt;
  const auto left = std::chrono::ceil<milliseconds>(opened_ + open_for_ - now);
  if (left.count() > 0) return left;
  state_ = CircuitState::kHalfOpen;
  // The others are told to come back when the probe will have ended, which nobody knows.
  if (probing_) return policy_.open;
  probing_ = true;
  return std::nullopt;
}

void CircuitBreaker::Record(HealthSign sign, SteadyTime now) {
  if (state_ != CircuitState::kClosed) return RecordProbe(sign, now);
  if (sign == HealthSign::kUnrelated) return;
  sends_.Add(now);
  if (sign == HealthSign::kAnswered) return;
  failures_.Add(now);
  const std::int64_t sends = sends_.Sum(now);
  const double failures = static_cast<double>(failures_.Sum(now));
  const bool mostly_fails = failures >= policy_.failure_share * static_cast<double>(sends);
  if (sends >= policy_.min_sends && mostly_fails) Open(now);
}

// Also what was sent before it opened and ends only now.
void CircuitBreaker::RecordProbe(HealthSign sign, SteadyTime now) {
  const bool probe = state_ == CircuitState::kHalfOpen;
  if (probe) probing_ = false;
  if (sign == HealthSign::kAnswered) {
    state_ = CircuitState::kClosed;
    probing_ = false;
    open_for_ = policy_.open;
    sends_.Clear();
    failures_.Clear();
  } else if (sign == HealthSign::kFailed && probe) {
    open_for_ = std::min(open_for_ * 2, policy_.longest_open);
    Open(now);
  }
}

void CircuitBreaker::Open(SteadyTime now) {
  state_ = CircuitState::kOpen;
  opened_ = now;
}

}  // namespace extractd
