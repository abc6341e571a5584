// RetryBudget: how many of the sends to a provider may be repetitions. A provider in trouble gets
// more requests than usual just when it can stand them least; the budget keeps that to a share.
#ifndef EXTRACTD_SERVER_ENGINE_HEALTH_RETRY_BUDGET_H_
#define EXTRACTD_SERVER_ENGINE_HEALTH_RETRY_BUDGET_H_

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "server/base/clock.h"
#include "server/engine/health/rolling_count.h"

namespace extractd {

// Not thread-safe.
class RetryBudget {
 public:
  static constexpr std::chrono::milliseconds kWindow{10'000};
  static constexpr std::int64_t kAlways = 20;  // in the window, however few sends there were

  // `percent`: retries for each hundred first sends; 100 or more: no limit.
  explicit RetryBudget(int percent) : percent_(percent) {}

  void CountFirst(SteadyTime now) { first_.Add(now); }

  // Whether a send may be repeated now; counts it if so.
  bool Take(SteadyTime now) {
    if (percent_ >= 100) return true;
    if (retries_.Sum(now) >= std::max(kAlways, first_.Sum(now) * percent_ / 100)) return false;
    retries_.Add(now);
    return true;
  }

 private:
  int percent_;
  RollingCount first_{kWindow};
  RollingCount retries_{kWindow};
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_HEALTH_RETRY_BUDGET_H_
