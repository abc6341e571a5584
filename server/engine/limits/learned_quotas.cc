#include "server/engine/limits/learned_quotas.h"

#include <algorithm>
#include <cmath>

namespace extractd {
namespace {

using std::chrono::milliseconds;

double MsBetween(SteadyTime begin, SteadyTime end) {
  return std::chrono::duration<double, std::milli>(end - begin).count();
}

}  // namespace

LearnedQuotas::Accounts* LearnedQuotas::Find(std::string_view key) {
  const auto found = keys_.find(key);
  if (found != keys_.end()) return &found->second;
  if (keys_.size() >= kMaxKeys) return nullptr;
  return &keys_.try_emplace(std::string(key)).first->second;
}

// Of more than the whole quota: when it is full.
milliseconds LearnedQuotas::WaitFor(Account& account, std::int64_t amount, SteadyTime now) {
  if (now >= account.until) return milliseconds(0);
  account.left += account.per_ms * MsBetween(account.since, now);
  account.since = now;
  if (account.full.has_value()) account.left = std::min(account.left, *account.full);
  const double needed = std::min(static_cast<double>(amount), account.full.value_or(1e18));
  if (account.left >= needed) return milliseconds(0);
  double ms = MsBetween(now, account.until);
  if (account.per_ms > 0) ms = std::min(ms, (needed - account.left) / account.per_ms);
  return std::max(milliseconds(static_cast<std::int64_t>(std::ceil(ms))), milliseconds(1));
}

std::optional<LearnedQuotas::Shortage> LearnedQuotas::Begin(const Send& send, SteadyTime now) {
  const absl::MutexLock lock(&mutex_);
  Accounts* accounts = Find(send.key);
  if (accounts == nullptr) return std::nullopt;
  const std::array<std::int64_t, 2> amounts = {1, send.tokens};
  Shortage shortage;
  for (size_t i = 0; i < amounts.size(); ++i) {
    const milliseconds wait = WaitFor((*accounts)[i], amounts[i], now);
    if (wait > shortage.retry_after) shortage = {static_cast<QuotaUnit>(i), wait};
  }
  if (shortage.retry_after.count() > 0) return shortage;
  for (size_t i = 0; i < amounts.size(); ++i) {
    (*accounts)[i].in_flight += amounts[i];
    (*accounts)[i].left -= static_cast<double>(amounts[i]);
  }
  return std::nullopt;
}

void LearnedQuotas::BeginAnyway(const Send& send) {
  const absl::MutexLock lock(&mutex_);
  Accounts* accounts = Find(send.key);
  if (accounts == nullptr) return;
  (*accounts)[0].in_flight += 1;
  (*accounts)[1].in_flight += send.tokens;
}

void LearnedQuotas::End(const Send& send, std::span<const Quota> told, SteadyTime now) {
  const absl::MutexLock lock(&mutex_);
  Accounts* accounts = Find(send.key);
  if (accounts == nullptr) return;
  const std::array<std::int64_t, 2> amounts = {1, send.tokens};
  for (size_t i = 0; i < amounts.size(); ++i) {
    Account& account = (*accounts)[i];
    account.in_flight = std::max<std::int64_t>(account.in_flight - amounts[i], 0);
  }
  // Of several that tell of one unit the one with the least left comes last, and counts.
  for (const bool scarce : {false, true}) {
    for (const Quota& quota : told) {
      const bool used_up = quota.remaining == 0;
      if (used_up == scarce) Learn((*accounts)[static_cast<size_t>(quota.unit)], quota, now);
    }
  }
}

void LearnedQuotas::Learn(Account& account, const Quota& quota, SteadyTime now) {
  account.left = static_cast<double>(quota.remaining - account.in_flight);
  account.since = now;
  account.until = now + std::min(quota.until_full, kLongestMemory);
  account.full.reset();
  account.per_ms = 0;
  if (!quota.limit.has_value() || *quota.limit < quota.remaining) return;
  account.full = static_cast<double>(*quota.limit);
  const auto until_full = static_cast<double>(std::max<std::int64_t>(quota.until_full.count(), 1));
  account.per_ms = static_cast<double>(*quota.limit - quota.remaining) / until_full;
}

}  // namespace extractd
