// How long a provider asks us to wait, in the forms that providers use.
#ifndef EXTRACTD_SERVER_NET_RETRY_AFTER_H_
#define EXTRACTD_SERVER_NET_RETRY_AFTER_H_

#include <chrono>
#include <optional>
#include <span>
#include <string_view>

#include "server/net/http.h"

namespace extractd::net {

// The wait in the headers of a reply: `retry-after-ms` and `x-ms-retry-after-ms` (milliseconds),
// then `retry-after` (seconds, with a fraction, or an HTTP date), then the latest of
// `x-ratelimit-reset-requests` and `-tokens` whose `-remaining-` is 0, or `x-ratelimit-reset`
// unless `x-ratelimit-remaining` is above 0 (durations such as "6m0s" or "12ms", seconds, or an
// epoch). Nothing if none is there or readable. `now` is the wall clock, for dates and epochs; a
// time in the past is a wait of 0, and none is longer than a year.
std::optional<std::chrono::milliseconds> RetryAfter(
    std::span<const HttpHeader> headers, std::chrono::system_clock::time_point now
);

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_RETRY_AFTER_H_
