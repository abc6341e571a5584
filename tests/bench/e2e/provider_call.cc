#include "tests/bench/e2e/provider_call.h"

#include <chrono>

#include <fmt/format.h>

#include "tests/bench/e2e/job.h"

namespace extractd::bench {

net::HttpRequest ProviderRequest(const std::string& url, std::string_view body) {
  return {
      .url = url,
      .headers =
          {{"content-type", "application/json"}, {"authorization", fmt::format("Bearer {}", kKey)}},
      .body = body,
      .timers = {.total = std::chrono::minutes(1)},
      .pool = "bench",
  };
}

}  // namespace extractd::bench
