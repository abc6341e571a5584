#include "server/engine/limits/memory_limits.h"

#include <algorithm>
#include <cmath>

namespace extractd {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::months;
using Time = MemoryLimits::Time;

constexpr double kMinuteMs = 60'000;
constexpr double kNothing = 1e-6;  // what is less is an error of rounding

// The day or month that `now` is in.
Time BeginOf(LimitPeriod period, Time now) {
  const auto day = std::chrono::floor<days>(now);
  if (period == LimitPeriod::kDay) return day;
  const std::chrono::year_month_day date(day);
  return std::chrono::sys_days(date.year() / date.month() / 1);
}

Time EndOf(LimitPeriod period, Time begin) {
  if (period == LimitPeriod::kDay) return begin + days(1);
  const std::chrono::year_month_day date(std::chrono::floor<days>(begin));
  return std::chrono::sys_days(date.year() / date.month() / 1 + months(1));
}

milliseconds Ms(double count) {
  return milliseconds(static_cast<std::int64_t>(std::ceil(count - kNothing)));
}

// How long until `claim` fits, where `used` is of it now; zero: it does. A claim above the whole
// limit of a minute fits when nothing else is used: else it never would.
milliseconds WaitFor(const LimitClaim& claim, double used, Time now) {
  const auto limit = static_cast<double>(claim.limit);
  const auto amount = static_cast<double>(claim.amount);
  if (claim.period == LimitPeriod::kMinute) {
    const double over = used + std::min(amount, limit) - limit;
    return over <= kNothing ? milliseconds(0)
                            : std::max(Ms(over / limit * kMinuteMs), milliseconds(1));
  }
  if (used + amount <= limit) return milliseconds(0);
  const Time end = EndOf(claim.period, BeginOf(claim.period, now));
  return std::max(std::chrono::ceil<milliseconds>(end - now), milliseconds(1));
}

}  // namespace

MemoryLimits::Account& MemoryLimits::AccountOf(const LimitClaim& claim, Time now) {
  Account& account = accounts_.try_emplace(claim.key).first->second;
  if (claim.period == LimitPeriod::kMinute) {
    const double passed =
        std::chrono::duration<double, std::milli>(now - account.since).count() / kMinuteMs;
    const double back = std::max(0.0, passed) * static_cast<double>(claim.limit);
    account.used = std::max(0.0, account.used - back);
    account.since = now;
  } else if (const Time begin = BeginOf(claim.period, now); account.since != begin) {
    account.used = 0;
    account.since = begin;
  }
  return account;
}

Task<std::optional<LimitShortage>> MemoryLimits::Reserve(
    std::span<const LimitClaim> claims, Mode mode
) {
  const Time now = now_();
  const absl::MutexLock lock(&mutex_);
  std::optional<LimitShortage> shortage;
  for (size_t i = 0; i < claims.size(); ++i) {
    const Account& account = AccountOf(claims[i], now);
    const auto closed = std::chrono::ceil<milliseconds>(account.closed_until - now);
    const milliseconds wait = std::max(WaitFor(claims[i], account.used, now), closed);
    if (wait.count() <= 0 || (shortage.has_value() && shortage->retry_after >= wait)) continue;
    shortage = {.claim = i, .retry_after = wait};
  }
  if (shortage.has_value() && mode == Mode::kEnforce) co_return shortage;
  for (const LimitClaim& claim : claims) {
    AccountOf(claim, now).used += static_cast<double>(claim.amount);
  }
  co_return shortage;
}

Task<void> MemoryLimits::Settle(
    std::span<const LimitClaim> claims, std::span<const std::int64_t> used
) {
  const Time now = now_();
  const absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < claims.size(); ++i) {
    Account& account = AccountOf(claims[i], now);
    account.used = std::max(0.0, account.used + static_cast<double>(used[i] - claims[i].amount));
  }
  co_return;
}

Task<void> MemoryLimits::Close(const LimitClaim& claim, milliseconds time) {
  const Time now = now_();
  const absl::MutexLock lock(&mutex_);
  Account& account = AccountOf(claim, now);
  account.closed_until = std::max(account.closed_until, now + time);
  co_return;
}

}  // namespace extractd
