#include "server/engine/limits/limits.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "server/base/error.h"
#include "server/engine/callers/principal.h"
#include "server/engine/limits/limited_upstream.h"
#include "server/engine/limits/paced_upstream.h"

namespace extractd {
namespace {

size_t SlotOf(LimitKind kind, LimitAction action) {
  return static_cast<size_t>(kind) * kLimitActions + static_cast<size_t>(action);
}

bool IsMoney(LimitKind kind) {
  return kind == LimitKind::kMoneyOfDay || kind == LimitKind::kMoneyOfMonth;
}

class Collector {
 public:
  explicit Collector(std::string subject) : subject_(std::move(subject)) {}

  void Add(LimitKind kind, LimitPeriod period, std::int64_t limit) {
    if (limit == 0) return;
    held.push_back({
        .kind = kind,
        .claim =
            {
                .key = fmt::format("{}:{}", subject_, LimitKindName(kind)),
                .period = period,
                .limit = limit,
            },
    });
  }

  std::vector<HeldLimit> held;

 private:
  std::string subject_;
};

}  // namespace

std::string_view LimitKindName(LimitKind kind) {
  constexpr std::array<std::string_view, kLimitKinds> kNames = {
      "provider_requests", "provider_tokens", "requests", "tokens", "usd_per_day", "usd_per_month"
  };
  return kNames.at(static_cast<size_t>(kind));
}

std::string_view LimitActionName(LimitAction action) {
  constexpr std::array<std::string_view, kLimitActions> kNames = {"waited", "refused", "shadowed"};
  return kNames.at(static_cast<size_t>(action));
}

std::vector<HeldLimit> LimitsOf(const Plan& plan, const CallSettings& settings) {
  std::vector<HeldLimit> all;
  const auto of_provider = settings.provider_limits.find(plan.provider());
  if (of_provider != settings.provider_limits.end()) {
    Collector provider("provider:" + plan.provider());
    const RateLimits& rates = of_provider->second;
    provider.Add(LimitKind::kProviderRequests, LimitPeriod::kMinute, rates.requests_per_minute);
    provider.Add(LimitKind::kProviderTokens, LimitPeriod::kMinute, rates.tokens_per_minute);
    all = std::move(provider.held);
  }
  if (plan.caller == nullptr) return all;
  Collector principal("principal:" + plan.caller->name);
  const CallerBounds& bounds = plan.caller->bounds;
  principal.Add(LimitKind::kRequests, LimitPeriod::kMinute, bounds.rates.requests_per_minute);
  principal.Add(LimitKind::kTokens, LimitPeriod::kMinute, bounds.rates.tokens_per_minute);
  principal.Add(LimitKind::kMoneyOfDay, LimitPeriod::kDay, bounds.usd_micros_per_day);
  principal.Add(LimitKind::kMoneyOfMonth, LimitPeriod::kMonth, bounds.usd_micros_per_month);
  std::ranges::move(principal.held, std::back_inserter(all));
  return all;
}

absl::StatusOr<std::unique_ptr<Upstream>> Limits::Hold(
    std::unique_ptr<Upstream> upstream, const Plan& plan, const CallSettings& settings
) {
  std::vector<HeldLimit> held = LimitsOf(plan, settings);
  upstream = std::make_unique<PacedUpstream>(std::move(upstream), plan, *this);
  if (held.empty()) return upstream;
  const bool money =
      std::ranges::any_of(held, [](const HeldLimit& limit) { return IsMoney(limit.kind); });
  if (money && plan.price == nullptr && !shadow()) {
    return MakeError(
        {.reason = Reason::kCostUnknown,
         .metadata = {{"provider", plan.provider()}, {"model", plan.model()}}},
        fmt::format(
            "model '{}/{}' has no price, which a money budget needs", plan.provider(), plan.model()
        )
    );
  }
  return std::make_unique<LimitedUpstream>(std::move(upstream), plan, std::move(held), *this);
}

void Limits::Count(LimitKind kind, LimitAction action) {
  ++counts_.at(SlotOf(kind, action));
}

std::int64_t Limits::CountOf(LimitKind kind, LimitAction action) const {
  return counts_.at(SlotOf(kind, action));
}

}  // namespace extractd
