// ExtractCall: one extraction as a caller asks for it, free of any wire form. What is absent takes
// the defaults of the caller's principal, of the provider, of the server: planning/defaults.h.
#ifndef EXTRACTD_SERVER_ENGINE_CALL_H_
#define EXTRACTD_SERVER_ENGINE_CALL_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/base/clock.h"
#include "server/base/strings.h"
#include "server/base/trace_context.h"
#include "server/chat/chat.h"
#include "server/json/repair.h"
#include "server/registry/prices.h"

namespace extractd {

// Classes of failures that a send may be repeated after; a set of them.
enum class RetryCondition : std::uint8_t {
  kConnect = 1,
  kRateLimited = 2,
  kServerError = 4,
  kTimeout = 8,
  kMalformed = 16
};
using RetryConditions = std::uint8_t;
inline constexpr RetryConditions kAllRetryConditions = 31;
constexpr bool Contains(RetryConditions set, RetryCondition condition) {
  return (set & static_cast<RetryConditions>(condition)) != 0;
}

// How a wrong answer is asked for again: as a whole, or only those parts of it that are wrong.
enum class ReaskStrategy : std::uint8_t { kFull, kPatch };
// What becomes of an answer that was cut by the token limit: the call fails; it is asked for again
// with a higher limit; the model goes on where it stopped.
enum class OnTruncated : std::uint8_t { kFail, kRaiseLimit, kContinue };

// How often and when to try again.
struct RetryPolicy {
  int max_attempts = 8;           // all sends of a call
  int max_reasks = 3;             // turns after the first
  int max_transport_retries = 3;  // further sends per turn
  RetryConditions retry_on = kAllRetryConditions;
  std::chrono::milliseconds initial_backoff{500};
  std::chrono::milliseconds max_backoff{20'000};
  double backoff_multiplier = 2;
  double backoff_jitter = 1;  // the part of the wait that is random
  ReaskStrategy reask_strategy = ReaskStrategy::kFull;
  OnTruncated on_truncated = OnTruncated::kFail;
};

// The same, where a caller or a provider says something about it.
struct RetryOverrides {
  std::optional<int> max_attempts = {};
  std::optional<int> max_reasks = {};
  std::optional<int> max_transport_retries = {};
  std::optional<RetryConditions> retry_on = {};
  std::optional<std::chrono::milliseconds> initial_backoff = {};
  std::optional<std::chrono::milliseconds> max_backoff = {};
  std::optional<double> backoff_multiplier = {};
  std::optional<double> backoff_jitter = {};
  std::optional<ReaskStrategy> reask_strategy = {};
  std::optional<OnTruncated> on_truncated = {};
  friend bool operator==(const RetryOverrides&, const RetryOverrides&) = default;
};
RetryPolicy Apply(const RetryOverrides& overrides, RetryPolicy policy);

// Timers of one send, where a caller says something about them.
struct TimerOverrides {
  std::optional<std::chrono::milliseconds> attempt = {};
  std::optional<std::chrono::milliseconds> first_byte = {};
  std::optional<std::chrono::milliseconds> idle = {};
};

// When a call goes on to its next target; a set of them.
enum class FallbackCondition : std::uint8_t {
  kUnavailable = 1,  // after the retries: lost sends, rate limits, an open circuit
  kRefused = 2,
  kInvalid = 4,   // after the last re-ask
  kRejected = 8,  // the provider, or what is known of it, does not take the request
};
using FallbackConditions = std::uint8_t;
inline constexpr FallbackConditions kAllFallbackConditions = 15;
constexpr bool Contains(FallbackConditions set, FallbackCondition condition) {
  return (set & static_cast<FallbackConditions>(condition)) != 0;
}

// A model at a provider, in a mode; as in ExtractCall.
struct Target {
  std::string model = {};
  std::string provider = {};
  std::string mode = {};
  std::string mode_number_name = {};
  friend bool operator==(const Target&, const Target&) = default;
};

// Sends and tokens (in and out) in a minute; 0: no limit.
struct RateLimits {
  std::int64_t requests_per_minute = 0;
  std::int64_t tokens_per_minute = 0;
  friend bool operator==(const RateLimits&, const RateLimits&) = default;
};

// How many values an answer has.
enum class OutputKind : std::uint8_t { kOne, kIterable, kMaybe, kParallel };

// One of several schemas of a call.
struct CallTool {
  std::string name = {};
  std::string description = {};
  std::string json_schema = {};  // or
  std::string schema_id = {};
};

enum class OnInvalid : std::uint8_t { kFail, kReturnBestEffort };
enum class ProviderStrict : std::uint8_t { kWhereItFits, kRequired, kOff };
enum class OnUnsupported : std::uint8_t { kWarn, kFail };

// How structured text is written for or by the model.
enum class TextEncoding : std::uint8_t { kJson, kToon };

struct Warning {
  std::string code = {};  // UPPER_SNAKE_CASE
  std::string message = {};
};

struct Principal;  // callers/principal.h

struct ExtractCall {
  std::string request_id = {};
  std::string model = {};        // "provider/model", or the provider's own name with `provider`
  std::string provider = {};     // name or alias
  std::string json_schema = {};  // or
  std::string schema_id = {};
  std::string schema_name = {};
  std::string schema_description = {};
  std::vector<Message> messages = {};  // the whole chat, at least one
  std::string mode = {};               // any name of a mode; empty: the best one
  std::string mode_number_name = {};   // canonical; where both are set they must mean the same
  Generation generation = {};
  ProviderStrict provider_strict = ProviderStrict::kWhereItFits;
  OnUnsupported on_unsupported = OnUnsupported::kWarn;
  std::string provider_options = {};  // JSON object, or empty
  RetryOverrides retry = {};
  TimerOverrides timers = {};
  std::optional<json::MaxLoss> max_loss = {};
  std::optional<bool> assert_formats = {};
  std::optional<OnInvalid> on_invalid = {};
  TextEncoding input_encoding = TextEncoding::kJson;   // what the messages are written in
  std::int64_t input_saved_tokens = 0;                 // by that, in each send; an estimate
  TextEncoding output_encoding = TextEncoding::kJson;  // what the model shall answer in
  bool include_raw = false;
  std::vector<Target> fallbacks = {};  // in order, after the call's own
  FallbackConditions fallback_on = kAllFallbackConditions;
  bool dry_run = false;                     // nothing will be sent: a missing key does not matter
  std::optional<SteadyTime> deadline = {};  // the caller's
  std::vector<Warning> warnings = {};       // what came up while the call was read
  OutputKind output_kind = OutputKind::kOne;
  std::vector<CallTool> tools = {};  // kParallel, which has no schema then
  bool include_thinking = false;
  std::shared_ptr<const Principal> caller = {};  // null: anybody, who may do everything
  TraceContext trace = {};
};

// The configured defaults of calls.
struct CallSettings {
  std::string default_model = {};
  RetryPolicy retry = {};
  json::MaxLoss max_loss = json::MaxLoss::kLossless;
  bool assert_formats = true;
  OnInvalid on_invalid = OnInvalid::kFail;
  std::chrono::milliseconds default_deadline{600'000};
  StringMap<RetryOverrides> provider_retry = {};  // by provider name
  std::shared_ptr<const PriceTable> prices = {};  // null: none is known
  StringMap<RateLimits> provider_limits = {};     // of its key, by provider name
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_CALL_H_
