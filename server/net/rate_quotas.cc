#include "server/net/rate_quotas.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "server/net/header_values.h"

namespace extractd::net {
namespace {

using std::chrono::milliseconds;

// The headers of one limit. docs/reliability.md names who sends which.
struct Names {
  bool tokens;
  std::string_view remaining;
  std::string_view limit;
  std::string_view reset;
  milliseconds without_reset;  // 0: says nothing
};
constexpr milliseconds kMinute{60'000};
constexpr milliseconds kNothing{0};

constexpr std::array<Names, 8> kNames = {{
    {false,
     "x-ratelimit-remaining-requests",
     "x-ratelimit-limit-requests",
     "x-ratelimit-reset-requests",
     kNothing},
    {true,
     "x-ratelimit-remaining-tokens",
     "x-ratelimit-limit-tokens",
     "x-ratelimit-reset-tokens",
     kNothing},
    {false,
     "x-ratelimit-remaining-requests-day",
     "x-ratelimit-limit-requests-day",
     "x-ratelimit-reset-requests-day",
     kNothing},
    {true,
     "x-ratelimit-remaining-tokens-minute",
     "x-ratelimit-limit-tokens-minute",
     "x-ratelimit-reset-tokens-minute",
     kMinute},
    {false,
     "x-ratelimit-remaining-req-minute",
     "x-ratelimit-limit-req-minute",
     "x-ratelimit-reset-req-minute",
     kMinute},
    {false, "x-ratelimit-remaining", "x-ratelimit-limit", "x-ratelimit-reset", kNothing},
    {false,
     "anthropic-ratelimit-requests-remaining",
     "anthropic-ratelimit-requests-limit",
     "anthropic-ratelimit-requests-reset",
     kNothing},
    {true,
     "anthropic-ratelimit-tokens-remaining",
     "anthropic-ratelimit-tokens-limit",
     "anthropic-ratelimit-tokens-reset",
     kNothing},
}};

std::optional<std::int64_t> Count(std::span<const HttpHeader> headers, std::string_view name) {
  constexpr double kMost = 1e15;
  const auto text = FindHeader(headers, name);
  const auto number = text.has_value() ? DecimalNumber(*text) : std::nullopt;
  if (!number.has_value() || *number > kMost) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

std::optional<RateQuota> Read(
    std::span<const HttpHeader> headers, const Names& names, WallTime now
) {
  const auto remaining = Count(headers, names.remaining);
  if (!remaining.has_value()) return std::nullopt;
  const auto reset = FindHeader(headers, names.reset);
  const Wait told = reset.has_value() ? UntilReset(*reset, now) : Wait();
  const milliseconds until = told.value_or(names.without_reset);
  if (until.count() == 0) return std::nullopt;
  return RateQuota{
      .tokens = names.tokens,
      .remaining = *remaining,
      .limit = Count(headers, names.limit),
      .until_full = until,
  };
}

}  // namespace

std::vector<RateQuota> RateQuotas(std::span<const HttpHeader> headers, WallTime now) {
  std::vector<RateQuota> quotas;
  const bool any = std::ranges::any_of(headers, [](const HttpHeader& header) {
    return header.name.find("ratelimit-") != std::string::npos;
  });
  if (!any) return quotas;
  for (const Names& names : kNames) {
    if (auto quota = Read(headers, names, now)) quotas.push_back(*quota);
  }
  return quotas;
}

}  // namespace extractd::net
