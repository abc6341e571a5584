// Retry-After: a reply's headers, one "name: value" a line, and what must hold of any wait.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/net/retry_after.h"
#include "tests/fuzz/require.h"

namespace extractd::net {
namespace {

using fuzz::Require;
using std::chrono::milliseconds;

constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'800'000'000)};
constexpr milliseconds kYear = std::chrono::hours(24) * 366;

std::vector<HttpHeader> HeadersOf(std::string_view text) {
  std::vector<HttpHeader> headers;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    headers.push_back({std::string(line.substr(0, colon)), std::string(line.substr(colon + 1))});
  }
  return headers;
}

void Check(std::string_view text) {
  std::vector<HttpHeader> headers = HeadersOf(text);
  const auto wait = RetryAfter(headers, kNow);
  if (wait) {
    Require(*wait >= milliseconds::zero() && *wait <= kYear, "a wait is between none and a year");
    const auto later = RetryAfter(headers, kNow + std::chrono::seconds(1));
    Require(later.has_value(), "what can be read can be read a second later");
    Require(*later <= *wait, "time does not make a wait longer");
  }
  // An explicit wait has the last word.
  headers.insert(headers.begin(), {"Retry-After-Ms", "1500"});
  Require(RetryAfter(headers, kNow) == milliseconds(1'500), "milliseconds come first");
}

}  // namespace
}  // namespace extractd::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  extractd::net::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
