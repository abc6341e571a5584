#include "server/service/callers/guess_throttle.h"

#include <string>

namespace extractd {

bool GuessThrottle::Allow(std::string_view address, SteadyTime now) {
  const absl::MutexLock lock(&mutex_);
  auto known = guesses_.find(address);
  if (known == guesses_.end()) {
    // So many addresses at once are guessing in concert: they begin anew together.
    if (guesses_.size() >= kMaxAddresses) guesses_.clear();
    known = guesses_.emplace(std::string(address), RollingCount(kWindow)).first;
  }
  if (known->second.Sum(now) >= kMaxGuesses) return false;
  known->second.Add(now);
  return true;
}

}  // namespace extractd
