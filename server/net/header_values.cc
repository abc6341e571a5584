#include "server/net/header_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/time/time.h>

#include "server/base/strings.h"

namespace extractd::net {
namespace {

using std::chrono::milliseconds;

// Nobody waits longer, and sums of waits stay far from overflow.
constexpr double kLongestWaitMs = 366.0 * 24 * 3600 * 1000;
constexpr double kMsPerSecond = 1000;
// A number above these is a moment, not a duration: 2001 in seconds, 2001 in milliseconds.
constexpr double kFirstEpochSeconds = 1e9;
constexpr double kFirstEpochMs = 1e12;

struct Unit {
  std::string_view name;
  double ms;
};
// "ms" before "m": the first match counts.
constexpr std::array<Unit, 7> kUnits = {{
    {"ms", 1},
    {"us", 1e-3},
    {"ns", 1e-6},
    {"h", 3'600'000},
    {"m", 60'000},
    {"s", kMsPerSecond},
    {"d", 86'400'000},
}};

// Takes a plain decimal such as "12" or "0.5" off the front of `text`: no sign, no exponent.
std::optional<double> TakeNumber(std::string_view& text) {
  if (text.empty() || !absl::ascii_isdigit(static_cast<unsigned char>(text.front()))) return {};
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc()) return {};
  text.remove_prefix(static_cast<size_t>(rest - text.data()));
  return number;
}

double EpochMs(WallTime time) {
  return static_cast<double>(
      std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count()
  );
}

// "6m0s", "12ms", "1h2m3.5s".
Wait Duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  double ms = 0;
  while (!text.empty()) {
    const std::optional<double> number = TakeNumber(text);
    if (!number) return std::nullopt;
    const auto* unit =
        std::ranges::find_if(kUnits, [&](const Unit& row) { return text.starts_with(row.name); });
    if (unit == kUnits.end()) return std::nullopt;
    text.remove_prefix(unit->name.size());
    ms += *number * unit->ms;
  }
  return FromMs(ms);
}

// RFC 3339.
Wait UntilTimestamp(std::string_view text, WallTime now) {
  absl::Time time;
  if (!absl::ParseTime(absl::RFC3339_full, Absl(text), &time, nullptr)) return std::nullopt;
  return FromMs(static_cast<double>(absl::ToUnixMillis(time)) - EpochMs(now));
}

}  // namespace

std::optional<std::string_view> FindHeader(
    std::span<const HttpHeader> headers, std::string_view name
) {
  for (const HttpHeader& header : headers) {
    if (absl::EqualsIgnoreCase(Absl(header.name), Absl(name))) {
      return Std(absl::StripAsciiWhitespace(Absl(header.value)));
    }
  }
  return std::nullopt;
}

std::optional<double> DecimalNumber(std::string_view text) {
  const std::optional<double> number = TakeNumber(text);
  return text.empty() ? number : std::nullopt;
}

milliseconds FromMs(double ms) {
  return milliseconds(static_cast<std::int64_t>(std::clamp(ms, 0.0, kLongestWaitMs)));
}

Wait UntilDate(std::string_view text, WallTime now) {
  constexpr std::array<const char*, 3> kForms = {
      "%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"
  };
  for (const char* form : kForms) {
    absl::Time date;
    if (!absl::ParseTime(form, Absl(text), &date, nullptr)) continue;
    return FromMs(static_cast<double>(absl::ToUnixMillis(date)) - EpochMs(now));
  }
  return std::nullopt;
}

Wait UntilReset(std::string_view text, WallTime now) {
  const std::optional<double> number = DecimalNumber(text);
  if (!number) {
    const Wait duration = Duration(text);
    return duration.has_value() ? duration : UntilTimestamp(text, now);
  }
  if (*number >= kFirstEpochMs) return FromMs(*number - EpochMs(now));
  if (*number >= kFirstEpochSeconds) return FromMs(*number * kMsPerSecond - EpochMs(now));
  return FromMs(*number * kMsPerSecond);
}

}  // namespace extractd::net
