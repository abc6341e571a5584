// TokenCache: tokens that signers fetched, shared by all loops of the process. A token is fetched
// again before it expires, by one flight whoever asks: while it is still valid the others go on
// with it, and when there is none they wait for that flight.
#ifndef EXTRACTD_SERVER_PROVIDERS_AUTH_TOKEN_CACHE_H_
#define EXTRACTD_SERVER_PROVIDERS_AUTH_TOKEN_CACHE_H_

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include "server/base/secret.h"
#include "server/base/strings.h"
#include "server/base/task.h"
#include "server/chat/upstream.h"

namespace extractd::providers {

using SystemTime = std::chrono::system_clock::time_point;

struct Token {
  Secret value = {};
  SystemTime expires = {};
  std::vector<WireHeader> headers = {};  // further ones that requests with this token need
};

// Thread-safe. Outlives every Get.
class TokenCache {
 public:
  // A token is fetched again so long before its end, or when a tenth of its life is left if that is
  // later.
  static constexpr std::chrono::seconds kRefreshMargin{225};
  // A failed fetch is not repeated sooner.
  static constexpr std::chrono::milliseconds kFailureLife{250};
  // A token this young is not forgotten: who refuses it does not refuse it for its age.
  static constexpr std::chrono::seconds kYouth{30};

  using Fetch = std::function<Task<absl::StatusOr<Token>>()>;

  // `on_secret` is told every token, so that logs can leave it out.
  explicit TokenCache(
      std::function<void(const Secret& secret)> on_secret,
      std::function<SystemTime()> now = &std::chrono::system_clock::now
  );
  TokenCache(const TokenCache&) = delete;
  TokenCache& operator=(const TokenCache&) = delete;

  // The token under `key`, fetched by `fetch` if need be. What is fetched under one key must be the
  // same wherever it is asked for. Errors are those of `fetch`; Cancelled: the coroutine's slot
  // fired. A fetch that is cancelled is taken up by one of those who wait for it.
  Task<absl::StatusOr<Token>> Get(std::string key, const Fetch& fetch);

  // The provider refused the token under `key`.
  void Forget(std::string_view key);

  SystemTime Now() const { return now_(); }
  // Logs leave `secret` out from now on.
  void Protect(const Secret& secret) const { on_secret_(secret); }

 private:
  class Waiter;
  class Flight;
  struct Entry {
    std::optional<Token> token = {};
    SystemTime fetched = {};
    SystemTime refresh_at = {};
    absl::Status failure = absl::OkStatus();
    SystemTime failed_at = {};
    bool in_flight = false;
    std::vector<Waiter*> waiters = {};
  };
  // What a caller does next. Neither of the two: it waits for the flight.
  struct Next {
    std::optional<absl::StatusOr<Token>> answer = {};
    bool fetches = false;
  };

  Next Decide(const std::string& key, Waiter& waiter);
  Task<absl::StatusOr<Token>> FetchNow(const std::string& key, const Fetch& fetch);
  absl::StatusOr<Token> Land(const std::string& key, absl::StatusOr<Token> fetched);
  void EndFlight(const std::string& key);
  void Remove(const std::string& key, Waiter* waiter);

  const std::function<void(const Secret& secret)> on_secret_;
  const std::function<SystemTime()> now_;
  absl::Mutex mutex_;
  StringMap<Entry> entries_ ABSL_GUARDED_BY(mutex_);  // never shrinks: a few for each signer
};

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_AUTH_TOKEN_CACHE_H_
