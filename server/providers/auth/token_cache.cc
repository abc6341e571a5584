#include "server/providers/auth/token_cache.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <absl/status/status.h>
#include <boost/asio/post.hpp>

namespace extractd::providers {

// One call that waits for the flight of another. Waits on its own loop; is woken from any thread.
class TokenCache::Waiter {
 public:
  Waiter(TokenCache& cache, const std::string& key, asio::any_io_executor loop)
      : cache_(cache), key_(key), timer_(std::make_shared<asio::steady_timer>(std::move(loop))) {
    timer_->expires_at(asio::steady_timer::time_point::max());
  }
  ~Waiter() { cache_.Remove(key_, this); }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  // Until Wake(), which may have come before, or until the slot fires.
  Task<void> Wait() {
    co_await timer_->async_wait(asio::as_tuple(asio::use_awaitable));
    timer_->expires_at(asio::steady_timer::time_point::max());
  }

  // REQUIRES: the waiter lives and cannot end meanwhile.
  void Wake() {
    // A time in the past, not cancel(): it counts for a wait that has not begun, too.
    asio::post(timer_->get_executor(), [timer = timer_] {
      timer->expires_at(asio::steady_timer::time_point::min());
    });
  }

 private:
  TokenCache& cache_;
  const std::string& key_;
  // Shared with what was posted to wake it.
  std::shared_ptr<asio::steady_timer> timer_;
};

// The one fetch of a key. However it ends, even if its loop does, those who wait are woken.
class TokenCache::Flight {
 public:
  Flight(TokenCache& cache, const std::string& key) : cache_(cache), key_(key) {}
  ~Flight() { cache_.EndFlight(key_); }
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;

 private:
  TokenCache& cache_;
  const std::string& key_;
};

TokenCache::TokenCache(
    std::function<void(const Secret& secret)> on_secret, std::function<SystemTime()> now
)
    : on_secret_(std::move(on_secret)), now_(std::move(now)) {}

Task<absl::StatusOr<Token>> TokenCache::Get(std::string key, const Fetch& fetch) {
  Waiter waiter(*this, key, co_await asio::this_coro::executor);
  while (!co_await Cancelled()) {
    Next next = Decide(key, waiter);
    if (next.answer.has_value()) co_return *std::move(next.answer);
    if (next.fetches) co_return co_await FetchNow(key, fetch);
    co_await waiter.Wait();
  }
  co_return absl::CancelledError("the caller cancelled");
}

TokenCache::Next TokenCache::Decide(const std::string& key, Waiter& waiter) {
  const SystemTime now = now_();
  const absl::MutexLock lock(&mutex_);
  Entry& entry = entries_[key];
  const bool usable = entry.token.has_value() && now < entry.token->expires;
  const bool fresh = usable && now < entry.refresh_at;
  const bool failed_lately = !entry.failure.ok() && now < entry.failed_at + kFailureLife;
  if (fresh || (usable && (entry.in_flight || failed_lately))) return {.answer = *entry.token};
  if (!entry.in_flight && failed_lately) return {.answer = entry.failure};
  if (!entry.in_flight) {
    entry.in_flight = true;
    return {.fetches = true};
  }
  entry.waiters.push_back(&waiter);
  return {};
}

Task<absl::StatusOr<Token>> TokenCache::FetchNow(const std::string& key, const Fetch& fetch) {
  const Flight flight(*this, key);
  absl::StatusOr<Token> fetched = co_await fetch();
  if (co_await Cancelled()) co_return absl::CancelledError("the caller cancelled");
  co_return Land(key, std::move(fetched));
}

absl::StatusOr<Token> TokenCache::Land(const std::string& key, absl::StatusOr<Token> fetched) {
  if (fetched.ok()) on_secret_(fetched->value);
  const SystemTime now = now_();
  const absl::MutexLock lock(&mutex_);
  Entry& entry = entries_[key];
  if (!fetched.ok()) {
    entry.failure = fetched.status();
    entry.failed_at = now;
    const bool usable = entry.token.has_value() && now < entry.token->expires;
    return usable ? absl::StatusOr<Token>(*entry.token) : fetched.status();
  }
  const auto life = fetched->expires - now;
  entry.failure = absl::OkStatus();
  entry.fetched = now;
  entry.refresh_at = std::max(fetched->expires - kRefreshMargin, now + life - life / 10);
  entry.token = *std::move(fetched);
  return *entry.token;
}

// Under the lock, so that no waiter ends while it is woken.
void TokenCache::EndFlight(const std::string& key) {
  const absl::MutexLock lock(&mutex_);
  Entry& entry = entries_[key];
  entry.in_flight = false;
  for (Waiter* waiter : std::exchange(entry.waiters, {})) waiter->Wake();
}

void TokenCache::Remove(const std::string& key, Waiter* waiter) {
  const absl::MutexLock lock(&mutex_);
  std::erase(entries_[key].waiters, waiter);
}

void TokenCache::Forget(std::string_view key) {
  const absl::MutexLock lock(&mutex_);
  const auto entry = entries_.find(key);
  if (entry == entries_.end() || now_() < entry->second.fetched + kYouth) return;
  entry->second.token.reset();
}

}  // namespace extractd::providers
