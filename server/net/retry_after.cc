#include "server/net/retry_after.h"

#include <algorithm>

#include <fmt/format.h>

#include "server/net/header_values.h"

namespace extractd::net {
namespace {

constexpr double kMsPerSecond = 1000;

Wait ExplicitWait(std::span<const HttpHeader> headers, WallTime now) {
  for (const std::string_view name : {"retry-after-ms", "x-ms-retry-after-ms"}) {
    const auto text = FindHeader(headers, name);
    const auto ms = text ? DecimalNumber(*text) : std::nullopt;
    if (ms) return FromMs(*ms);
  }
  const auto text = FindHeader(headers, "retry-after");
  if (!text) return std::nullopt;
  if (const auto seconds = DecimalNumber(*text)) return FromMs(*seconds * kMsPerSecond);
  return UntilDate(*text, now);
}

bool IsUsedUp(std::span<const HttpHeader> headers, std::string_view limit) {
  const auto remaining = FindHeader(headers, fmt::format("x-ratelimit-remaining-{}", limit));
  return remaining && DecimalNumber(*remaining) == 0.0;
}

Wait RateLimitWait(std::span<const HttpHeader> headers, WallTime now) {
  Wait latest;
  for (const std::string_view limit : {"requests", "tokens"}) {
    if (!IsUsedUp(headers, limit)) continue;
    const auto text = FindHeader(headers, fmt::format("x-ratelimit-reset-{}", limit));
    if (text) latest = std::max(latest, UntilReset(*text, now));
  }
  if (latest) return latest;
  // Where the one limit tells what is left and that is not nothing, it is not what stopped us.
  const auto remaining = FindHeader(headers, "x-ratelimit-remaining");
  if (remaining && DecimalNumber(*remaining) != 0.0) return std::nullopt;
  const auto text = FindHeader(headers, "x-ratelimit-reset");
  return text ? UntilReset(*text, now) : std::nullopt;
}

}  // namespace

Wait RetryAfter(std::span<const HttpHeader> headers, WallTime now) {
  if (const Wait wait = ExplicitWait(headers, now)) return wait;
  return RateLimitWait(headers, now);
}

}  // namespace extractd::net
