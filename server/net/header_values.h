// Values of reply headers that tell of times and amounts, in the forms that providers use.
#ifndef EXTRACTD_SERVER_NET_HEADER_VALUES_H_
#define EXTRACTD_SERVER_NET_HEADER_VALUES_H_

#include <chrono>
#include <optional>
#include <span>
#include <string_view>

#include "server/net/http.h"

namespace extractd::net {

using WallTime = std::chrono::system_clock::time_point;
using Wait = std::optional<std::chrono::milliseconds>;

// The first header of that name, whatever the case, without the white space around it.
std::optional<std::string_view> FindHeader(
    std::span<const HttpHeader> headers, std::string_view name
);

// A plain decimal such as "12" or "0.5": no sign, no exponent.
std::optional<double> DecimalNumber(std::string_view text);

// From 0 to a year.
std::chrono::milliseconds FromMs(double ms);

// Until a date in one of the three forms of HTTP (RFC 9110, 5.6.7).
Wait UntilDate(std::string_view text, WallTime now);

// Until a reset as rate limits write it: a duration such as "6m0s" or "12ms", seconds from now, or
// a moment, as an epoch or as RFC 3339 has it.
Wait UntilReset(std::string_view text, WallTime now);

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_HEADER_VALUES_H_
