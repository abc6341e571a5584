// LimitStore: what has been used of limits, by key, for everybody who counts against the same ones.
// What a send will use is reserved before it and settled after it, so that sends at the same time
// cannot overdraw together. In memory here (memory_limits.h); several daemons would share one
// elsewhere.
#ifndef EXTRACTD_SERVER_ENGINE_LIMITS_LIMIT_STORE_H_
#define EXTRACTD_SERVER_ENGINE_LIMITS_LIMIT_STORE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "server/base/task.h"

namespace extractd {

// How what was used comes back: a minute's evenly, all the time; a day's and a month's at once,
// when the day or the month ends, UTC.
enum class LimitPeriod : std::uint8_t { kMinute, kDay, kMonth };

// What one send takes of one limit, in the limit's own unit.
struct LimitClaim {
  std::string key = {};
  LimitPeriod period = LimitPeriod::kMinute;
  std::int64_t limit = 0;   // in a period
  std::int64_t amount = 0;  // reserved
};

// Which claim there was no room for, and when there will be.
struct LimitShortage {
  size_t claim = 0;
  std::chrono::milliseconds retry_after{0};
};

class LimitStore {
 public:
  virtual ~LimitStore() = default;

  // Takes the amounts of all claims, or of none. Shadow: takes them all the same, and says what
  // would have been short.
  enum class Mode : std::uint8_t { kEnforce, kShadow };
  virtual Task<std::optional<LimitShortage>> Reserve(
      std::span<const LimitClaim> claims, Mode mode
  ) = 0;

  // What was really used, in the order of the claims, in place of what was reserved.
  virtual Task<void> Settle(
      std::span<const LimitClaim> claims, std::span<const std::int64_t> used
  ) = 0;

  // Nothing more of this limit for so long: whoever sets it knows better what is left of it.
  virtual Task<void> Close(const LimitClaim& claim, std::chrono::milliseconds time) = 0;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_LIMITS_LIMIT_STORE_H_
