// Principal: one caller as the operator knows it: what it may use, and what its calls default to.
// Immutable once configured; calls in flight keep theirs when a reload brings another.
#ifndef EXTRACTD_SERVER_ENGINE_CALLERS_PRINCIPAL_H_
#define EXTRACTD_SERVER_ENGINE_CALLERS_PRINCIPAL_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>

#include "server/engine/call.h"
#include "server/engine/traffic/priority.h"

namespace extractd {

// Values of calls that name none themselves; they go before those of the provider and the server.
struct CallerDefaults {
  std::string model = {};
  RetryOverrides retry = {};
  std::optional<json::MaxLoss> max_loss = {};
  std::optional<bool> assert_formats = {};
  std::optional<OnInvalid> on_invalid = {};
  std::optional<std::chrono::milliseconds> deadline = {};
  friend bool operator==(const CallerDefaults&, const CallerDefaults&) = default;
};

// What no call of the principal can go beyond.
struct CallerBounds {
  std::optional<int> attempts = {};
  std::optional<std::chrono::milliseconds> deadline = {};
  int calls = 0;  // at once; others wait for their turn. 0: no bound of its own
  RateLimits rates = {};
  // Millionths of a dollar; 0: no bound.
  std::int64_t usd_micros_per_day = 0;
  std::int64_t usd_micros_per_month = 0;
  friend bool operator==(const CallerBounds&, const CallerBounds&) = default;
};

struct Principal {
  std::string name = {};
  // Names of client certificates: "spiffe://…" and other URIs, DNS names, or "CN=…". Patterns.
  std::vector<std::string> certificates = {};
  std::vector<std::string> providers = {};  // by name; empty: all
  std::vector<std::string> models = {};     // patterns of "provider/model"; empty: all
  CallerDefaults defaults = {};
  CallerBounds bounds = {};
  Priority priority = Priority::kNormal;
  bool admin = false;  // may use AdminService
  friend bool operator==(const Principal&, const Principal&) = default;
};

// `pattern` is the text itself, or its beginning and a "*" behind it.
bool MatchesPattern(std::string_view pattern, std::string_view text);

// kNotAllowed, with the resource: `principal` may not use that model there. Null: everybody may.
absl::Status CheckAllowed(
    const Principal* principal, std::string_view provider, std::string_view model
);
bool MayUseProvider(const Principal* principal, std::string_view provider);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_CALLERS_PRINCIPAL_H_
