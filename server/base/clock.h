// Time as the engine sees it, so that tests need none of it.
#ifndef EXTRACTD_SERVER_BASE_CLOCK_H_
#define EXTRACTD_SERVER_BASE_CLOCK_H_

#include <chrono>

#include <absl/status/status.h>

#include "server/base/task.h"

namespace extractd {

using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime Now() const = 0;
  // Cancelled: the RPC went away during the wait.
  virtual Task<absl::Status> Sleep(std::chrono::milliseconds wait) = 0;
};

// The machine's clock, waiting on the loop of the awaiter. Thread-safe: it has no state.
class SystemClock final : public Clock {
 public:
  SteadyTime Now() const override { return std::chrono::steady_clock::now(); }
  Task<absl::Status> Sleep(std::chrono::milliseconds wait) override;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_BASE_CLOCK_H_
