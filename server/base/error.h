// The one vocabulary of failures that a caller can see. An error is an absl::Status whose code
// follows from its Reason and whose details travel as a payload, until service/ turns them into
// google.rpc messages.
#ifndef EXTRACTD_SERVER_BASE_ERROR_H_
#define EXTRACTD_SERVER_BASE_ERROR_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/status/status.h>

namespace extractd {

// Numbers and names are those of extractd.v1.ErrorReason; each has one status code.
enum class Reason : std::uint8_t {
  kInvalidRequest = 1,
  kInvalidSchema = 2,
  kSchemaTooLarge = 3,
  kModeNotSupported = 6,
  kSettingNotSupported = 7,
  kMediaNotSupported = 8,
  kUrlNotAllowed = 9,
  kUnknownProvider = 10,
  kUnknownModel = 11,
  kSchemaNotFound = 12,
  kReviewOutOfTurn = 22,
  kCredentialsMissing = 24,
  kProviderAuth = 25,
  kProviderRefused = 26,
  kSchemaRejected = 27,
  kSchemaUnsupportedByProvider = 28,
  kProviderRejectedRequest = 29,
  kContextTooLong = 30,
  kCostUnknown = 31,
  kTokenInvalid = 32,
  kNotAllowed = 33,
  kProviderRateLimited = 34,
  kRateLimited = 35,
  kOverloaded = 36,
  kBudgetExceeded = 37,
  kMessageTooLarge = 38,
  kSlowReader = 40,
  kProviderUnavailable = 41,
  kProviderMalformed = 42,
  kCircuitOpen = 43,
  kDraining = 44,
  kDeadline = 45,
  kCancelled = 46,
  kOutputInvalid = 47,
  kOutputTruncated = 48,
  kInternal = 50,
  kProviderResponseTooLarge = 51,
  kSchemaIncompatible = 52,
  kFeatureDisabled = 53,
};

// One row of the vocabulary.
struct ReasonRow {
  Reason reason;
  std::string_view name;  // UPPER_SNAKE_CASE, as in ErrorInfo.reason
  absl::StatusCode code;
};
std::span<const ReasonRow> AllReasons();
std::string_view ReasonName(Reason reason);
absl::StatusCode ReasonCode(Reason reason);

// One bad field of a request.
struct FieldViolation {
  std::string field = {};  // path in the request, e.g. "retry.max_attempts"
  std::string description = {};
  friend bool operator==(const FieldViolation&, const FieldViolation&) = default;
};

struct ErrorDetails {
  Reason reason = Reason::kInternal;
  std::vector<std::pair<std::string, std::string>> metadata = {};
  std::vector<FieldViolation> fields = {};
  // When trying again can help. Absent: it cannot.
  std::optional<std::chrono::milliseconds> retry_after = {};
  friend bool operator==(const ErrorDetails&, const ErrorDetails&) = default;
};

// `message`: lower case, names the thing; never holds keys or prompt text.
absl::Status MakeError(const ErrorDetails& details, std::string_view message);
absl::Status MakeError(Reason reason, std::string_view message);

// The details of a status made by MakeError; none for any other status.
std::optional<ErrorDetails> DetailsOf(const absl::Status& status);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_BASE_ERROR_H_
