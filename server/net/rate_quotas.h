// What providers say in the headers of a reply is left of the limits of a key.
#ifndef EXTRACTD_SERVER_NET_RATE_QUOTAS_H_
#define EXTRACTD_SERVER_NET_RATE_QUOTAS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "server/net/http.h"

namespace extractd::net {

struct RateQuota {
  bool tokens = false;  // else requests
  std::int64_t remaining = 0;
  std::optional<std::int64_t> limit = {};
  std::chrono::milliseconds until_full{0};
};

// From `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, the same with `-day` or `-minute`
// behind it or `req-minute`, `x-ratelimit-{limit,remaining,reset}` for requests, and
// `anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}`. A minute's limit without a reset
// is full again in a minute; another without one says nothing. What cannot be read is not there.
std::vector<RateQuota> RateQuotas(
    std::span<const HttpHeader> headers, std::chrono::system_clock::time_point now
);

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_RATE_QUOTAS_H_
