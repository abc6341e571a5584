#include "server/engine/health/provider_health.h"

#include <algorithm>

namespace extractd {

HealthSign SignOf(SendFailure failure) {
  switch (failure) {
    case SendFailure::kConnection:
    case SendFailure::kTimeout:
    case SendFailure::kServerError:
    case SendFailure::kMalformed:
      return HealthSign::kFailed;
    // It answers; that it wants less of us is what its limits are for.
    case SendFailure::kNone:
    case SendFailure::kRateLimited:
    case SendFailure::kTooLarge:
    case SendFailure::kUnknownModel:
    case SendFailure::kSchemaRejected:
    case SendFailure::kContextTooLong:
    case SendFailure::kContentFiltered:
    case SendFailure::kRejected:
      return HealthSign::kAnswered;
    default:
      return HealthSign::kUnrelated;
  }
}

ProviderHealth::Entry& ProviderHealth::EntryOf(std::string_view provider) {
  const auto known = entries_.find(provider);
  if (known != entries_.end()) return known->second;
  return entries_
      .emplace(
          std::string(provider),
          Entry{CircuitBreaker(policy_.breaker), RetryBudget(policy_.retry_percent)}
      )
      .first->second;
}

std::optional<std::chrono::milliseconds> ProviderHealth::Admit(
    std::string_view provider, SteadyTime now
) {
  CircuitState before = CircuitState::kClosed;
  CircuitState after = CircuitState::kClosed;
  std::optional<std::chrono::milliseconds> closed_for;
  {
    const absl::MutexLock lock(&mutex_);
    CircuitBreaker& breaker = EntryOf(provider).breaker;
    before = breaker.state();
    closed_for = breaker.Admit(now);
    after = breaker.state();
  }
  Tell(provider, before, after);
  return closed_for;
}

void ProviderHealth::CountFirst(std::string_view provider, SteadyTime now) {
  const absl::MutexLock lock(&mutex_);
  EntryOf(provider).retries.CountFirst(now);
}

void ProviderHealth::Record(std::string_view provider, SendFailure failure, SteadyTime now) {
  const HealthSign sign = SignOf(failure);
  const bool counts = policy_.breaks || sign != HealthSign::kFailed;
  CircuitState before = CircuitState::kClosed;
  CircuitState after = CircuitState::kClosed;
  {
    const absl::MutexLock lock(&mutex_);
    CircuitBreaker& breaker = EntryOf(provider).breaker;
    before = breaker.state();
    breaker.Record(counts ? sign : HealthSign::kUnrelated, now);
    after = breaker.state();
  }
  Tell(provider, before, after);
}

void ProviderHealth::Tell(std::string_view provider, CircuitState before, CircuitState after)
    const {
  if (before != after && on_circuit_ != nullptr) on_circuit_(provider, after);
}

bool ProviderHealth::TakeRetry(std::string_view provider, SteadyTime now) {
  const absl::MutexLock lock(&mutex_);
  return EntryOf(provider).retries.Take(now);
}

CircuitState ProviderHealth::StateOf(std::string_view provider) const {
  const absl::MutexLock lock(&mutex_);
  const auto known = entries_.find(provider);
  return known == entries_.end() ? CircuitState::kClosed : known->second.breaker.state();
}

std::vector<std::pair<std::string, CircuitState>> ProviderHealth::States() const {
  std::vector<std::pair<std::string, CircuitState>> states;
  {
    const absl::MutexLock lock(&mutex_);
    for (const auto& [name, entry] : entries_) states.emplace_back(name, entry.breaker.state());
  }
  std::ranges::sort(states);
  return states;
}

}  // namespace extractd
