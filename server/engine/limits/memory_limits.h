// MemoryLimits: the limits of one process. Thread-safe; its keys come from the configuration, so
// they are few. What was used is forgotten when the process ends.
#ifndef EXTRACTD_SERVER_ENGINE_LIMITS_MEMORY_LIMITS_H_
#define EXTRACTD_SERVER_ENGINE_LIMITS_MEMORY_LIMITS_H_

#include <chrono>
#include <cstdint>
#include <functional>

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include "server/base/strings.h"
#include "server/engine/limits/limit_store.h"

namespace extractd {

class MemoryLimits final : public LimitStore {
 public:
  using Time = std::chrono::system_clock::time_point;
  using Now = std::function<Time()>;
  // Days and months end by the wall clock.
  explicit MemoryLimits(Now now = &std::chrono::system_clock::now) : now_(std::move(now)) {}

  Task<std::optional<LimitShortage>> Reserve(std::span<const LimitClaim> claims, Mode mode)
      override;
  Task<void> Settle(std::span<const LimitClaim> claims, std::span<const std::int64_t> used)
      override;
  Task<void> Close(const LimitClaim& claim, std::chrono::milliseconds time) override;

 private:
  struct Account {
    double used = 0;  // below 0 never; above the limit after more was used than reserved
    Time since = {};  // of a minute: when `used` was brought up to date; else the period's begin
    Time closed_until = {};
  };
  Account& AccountOf(const LimitClaim& claim, Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Now now_;
  absl::Mutex mutex_;
  StringMap<Account> accounts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_LIMITS_MEMORY_LIMITS_H_
