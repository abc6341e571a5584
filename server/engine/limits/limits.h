// Limits: which limits a call's sends count against: those of its provider's key, which are waited
// for, and those of its principal, beyond which it is refused.
#ifndef EXTRACTD_SERVER_ENGINE_LIMITS_LIMITS_H_
#define EXTRACTD_SERVER_ENGINE_LIMITS_LIMITS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "server/base/clock.h"
#include "server/chat/upstream.h"
#include "server/engine/limits/learned_quotas.h"
#include "server/engine/limits/limit_store.h"
#include "server/engine/plan.h"

namespace extractd {

enum class LimitKind : std::uint8_t {
  kProviderRequests,
  kProviderTokens,
  kRequests,  // of the principal, these
  kTokens,
  kMoneyOfDay,
  kMoneyOfMonth,
};
inline constexpr size_t kLimitKinds = 6;
// "provider_requests" …; values of a metric label and of error metadata.
std::string_view LimitKindName(LimitKind kind);

// What came of a shortage.
enum class LimitAction : std::uint8_t { kWaited, kRefused, kShadowed };
inline constexpr size_t kLimitActions = 3;
std::string_view LimitActionName(LimitAction action);

// One limit that a plan's sends count against.
struct HeldLimit {
  LimitKind kind = LimitKind::kRequests;
  LimitClaim claim = {};  // without its amount
};

// Of a call that names no limit of its own: what answers usually have, settled once it is known.
inline constexpr std::int64_t kUsualOutputTokens = 1000;

// Thread-safe.
class Limits {
 public:
  // Both outlive this.
  Limits(LimitStore& store, Clock& clock) : store_(store), clock_(clock) {}

  // `upstream`, within the limits that hold for `plan`, and those that the provider tells of. The
  // plan outlives it. kCostUnknown: the principal has a money budget and the model no price.
  absl::StatusOr<std::unique_ptr<Upstream>> Hold(
      std::unique_ptr<Upstream> upstream, const Plan& plan, const CallSettings& settings
  );

  // Shadow: nothing is held back, only counted.
  void set_shadow(bool shadow) { shadow_ = shadow; }
  bool shadow() const { return shadow_; }

  LimitStore& store() { return store_; }
  LearnedQuotas& quotas() { return quotas_; }
  Clock& clock() { return clock_; }
  void Count(LimitKind kind, LimitAction action);
  std::int64_t CountOf(LimitKind kind, LimitAction action) const;

 private:
  LimitStore& store_;
  Clock& clock_;
  LearnedQuotas quotas_;
  std::atomic<bool> shadow_ = false;
  std::array<std::atomic<std::int64_t>, kLimitKinds * kLimitActions> counts_ = {};
};

// The limits that hold for the sends of `plan`.
std::vector<HeldLimit> LimitsOf(const Plan& plan, const CallSettings& settings);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_LIMITS_LIMITS_H_
