// GuessThrottle: how often an address may show wrong credentials. Who guesses gets an answer that
// says nothing and stays out of the log; who shows the right ones is never held up. Thread-safe.
#ifndef EXTRACTD_SERVER_SERVICE_CALLERS_GUESS_THROTTLE_H_
#define EXTRACTD_SERVER_SERVICE_CALLERS_GUESS_THROTTLE_H_

#include <chrono>
#include <cstdint>
#include <string_view>

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include "server/base/clock.h"
#include "server/base/strings.h"
#include "server/engine/health/rolling_count.h"

namespace extractd {

class GuessThrottle {
 public:
  static constexpr std::chrono::milliseconds kWindow{10'000};
  static constexpr std::int64_t kMaxGuesses = 20;  // of an address in the window
  static constexpr size_t kMaxAddresses = 1024;

  // Counts a wrong one. False: there were too many from there lately.
  bool Allow(std::string_view address, SteadyTime now);

 private:
  absl::Mutex mutex_;
  StringMap<RollingCount> guesses_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CALLERS_GUESS_THROTTLE_H_
