// RollingCount: how many events there were in the last seconds. Constant memory, O(1).
#ifndef EXTRACTD_SERVER_ENGINE_HEALTH_ROLLING_COUNT_H_
#define EXTRACTD_SERVER_ENGINE_HEALTH_ROLLING_COUNT_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "server/base/clock.h"

namespace extractd {

// Exact to a tenth of its window. Not thread-safe.
class RollingCount {
 public:
  explicit RollingCount(std::chrono::milliseconds window) : slice_(window / kSlices) {}

  void Add(SteadyTime now) { ++SliceOf(now).count; }
  std::int64_t Sum(SteadyTime now) const {
    const std::int64_t last = NumberOf(now);
    std::int64_t sum = 0;
    for (const Slice& slice : slices_) {
      if (slice.number > last - static_cast<std::int64_t>(kSlices)) sum += slice.count;
    }
    return sum;
  }
  void Clear() { slices_ = {}; }

 private:
  static constexpr size_t kSlices = 10;
  struct Slice {
    std::int64_t number = -1;
    std::int64_t count = 0;
  };

  std::int64_t NumberOf(SteadyTime time) const { return time.time_since_epoch() / slice_; }
  Slice& SliceOf(SteadyTime now) {
    const std::int64_t number = NumberOf(now);
    Slice& slice = slices_[static_cast<size_t>(number) % kSlices];
    if (slice.number != number) slice = {.number = number};
    return slice;
  }

  std::chrono::steady_clock::duration slice_;
  std::array<Slice, kSlices> slices_{};
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_HEALTH_ROLLING_COUNT_H_
