// LearnedQuotas: what providers said is left of their limits, in the headers of their replies, so
// that nobody has to run into a 429 to learn it. Of this process alone, thread-safe.
//
// A quota fills up evenly from what a reply said until the moment it named. Sends that are under
// way are taken off it, as the reply could not know of them. What was told is forgotten when the
// quota is full again, and after kLongestMemory at the latest.
#ifndef EXTRACTD_SERVER_ENGINE_LIMITS_LEARNED_QUOTAS_H_
#define EXTRACTD_SERVER_ENGINE_LIMITS_LEARNED_QUOTAS_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include "server/base/clock.h"
#include "server/base/strings.h"
#include "server/chat/upstream.h"

namespace extractd {

class LearnedQuotas {
 public:
  static constexpr std::chrono::milliseconds kLongestMemory{120'000};
  // Keys name models, which callers choose freely: beyond these nothing is learned.
  static constexpr size_t kMaxKeys = 4096;

  // One send: a request, and so many tokens.
  struct Send {
    std::string_view key;  // of the credential, and what else its limits are separate for
    std::int64_t tokens = 0;
  };
  struct Shortage {
    QuotaUnit unit = QuotaUnit::kRequests;
    std::chrono::milliseconds retry_after{0};
  };

  // Nothing: there is room, and the send has begun. Else when there will be, at the earliest.
  std::optional<Shortage> Begin(const Send& send, SteadyTime now);
  // The send begins whether there is room or not.
  void BeginAnyway(const Send& send);
  // It has ended, and this is what its reply told.
  void End(const Send& send, std::span<const Quota> told, SteadyTime now);

 private:
  struct Account {
    std::int64_t in_flight = 0;  // amounts of sends that are under way
    double left = 0;
    std::optional<double> full = {};
    double per_ms = 0;  // that come back
    SteadyTime since = {};
    SteadyTime until = {};  // what stands above is known until then
  };
  using Accounts = std::array<Account, 2>;  // by QuotaUnit

  static std::chrono::milliseconds WaitFor(Account& account, std::int64_t amount, SteadyTime now);
  static void Learn(Account& account, const Quota& quota, SteadyTime now);
  Accounts* Find(std::string_view key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  StringMap<Accounts> keys_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_LIMITS_LEARNED_QUOTAS_H_
