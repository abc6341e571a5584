#include "server/base/error.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <absl/strings/cord.h>

namespace extractd {
namespace {

constexpr const char* kPayloadUrl = "extractd/error";

using absl::StatusCode;
constexpr std::array kReasons = {
    ReasonRow{Reason::kInvalidRequest, "INVALID_REQUEST", StatusCode::kInvalidArgument},
    ReasonRow{Reason::kInvalidSchema, "INVALID_SCHEMA", StatusCode::kInvalidArgument},
    ReasonRow{Reason::kSchemaTooLarge, "SCHEMA_TOO_LARGE", StatusCode::kInvalidArgument},
    ReasonRow{Reason::kModeNotSupported, "MODE_NOT_SUPPORTED", StatusCode::kInvalidArgument},
    ReasonRow{Reason::kSettingNotSupported, "SETTING_NOT_SUPPORTED", StatusCode::kInvalidArgument},
    ReasonRow{Reason::kMediaNotSupported, "MEDIA_NOT_SUPPORTED", StatusCode::kInvalidArgument},
    ReasonRow{Reason::kUrlNotAllowed, "URL_NOT_ALLOWED", StatusCode::kInvalidArgument},
    ReasonRow{Reason::kUnknownProvider, "UNKNOWN_PROVIDER", StatusCode::kNotFound},
    ReasonRow{Reason::kUnknownModel, "UNKNOWN_MODEL", StatusCode::kNotFound},
    ReasonRow{Reason::kSchemaNotFound, "SCHEMA_NOT_FOUND", StatusCode::kNotFound},
    ReasonRow{Reason::kReviewOutOfTurn, "REVIEW_OUT_OF_TURN", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kCredentialsMissing, "CREDENTIALS_MISSING", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kProviderAuth, "PROVIDER_AUTH", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kProviderRefused, "PROVIDER_REFUSED", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kSchemaRejected, "SCHEMA_REJECTED", StatusCode::kFailedPrecondition},
    ReasonRow{
        Reason::kSchemaUnsupportedByProvider,
        "SCHEMA_UNSUPPORTED_BY_PROVIDER",
        StatusCode::kFailedPrecondition
    },
    ReasonRow{
        Reason::kProviderRejectedRequest,
        "PROVIDER_REJECTED_REQUEST",
        StatusCode::kFailedPrecondition
    },
    ReasonRow{Reason::kContextTooLong, "CONTEXT_TOO_LONG", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kCostUnknown, "COST_UNKNOWN", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kTokenInvalid, "TOKEN_INVALID", StatusCode::kUnauthenticated},
    ReasonRow{Reason::kNotAllowed, "NOT_ALLOWED", StatusCode::kPermissionDenied},
    ReasonRow{
        Reason::kProviderRateLimited, "PROVIDER_RATE_LIMITED", StatusCode::kResourceExhausted
    },
    ReasonRow{Reason::kRateLimited, "RATE_LIMITED", StatusCode::kResourceExhausted},
    ReasonRow{Reason::kOverloaded, "OVERLOADED", StatusCode::kResourceExhausted},
    ReasonRow{Reason::kBudgetExceeded, "BUDGET_EXCEEDED", StatusCode::kResourceExhausted},
    ReasonRow{Reason::kMessageTooLarge, "MESSAGE_TOO_LARGE", StatusCode::kResourceExhausted},
    ReasonRow{Reason::kSlowReader, "SLOW_READER", StatusCode::kResourceExhausted},
    ReasonRow{Reason::kProviderUnavailable, "PROVIDER_UNAVAILABLE", StatusCode::kUnavailable},
    ReasonRow{Reason::kProviderMalformed, "PROVIDER_MALFORMED", StatusCode::kUnavailable},
    ReasonRow{Reason::kCircuitOpen, "CIRCUIT_OPEN", StatusCode::kUnavailable},
    ReasonRow{Reason::kDraining, "DRAINING", StatusCode::kUnavailable},
    ReasonRow{Reason::kDeadline, "DEADLINE", StatusCode::kDeadlineExceeded},
    ReasonRow{Reason::kCancelled, "CANCELLED", StatusCode::kCancelled},
    ReasonRow{Reason::kOutputInvalid, "OUTPUT_INVALID", StatusCode::kAborted},
    ReasonRow{Reason::kOutputTruncated, "OUTPUT_TRUNCATED", StatusCode::kAborted},
    ReasonRow{Reason::kInternal, "INTERNAL", StatusCode::kInternal},
    ReasonRow{
        Reason::kProviderResponseTooLarge,
        "PROVIDER_RESPONSE_TOO_LARGE",
        StatusCode::kResourceExhausted
    },
    ReasonRow{Reason::kSchemaIncompatible, "SCHEMA_INCOMPATIBLE", StatusCode::kFailedPrecondition},
    ReasonRow{Reason::kFeatureDisabled, "FEATURE_DISABLED", StatusCode::kFailedPrecondition},
};

const ReasonRow& RowOf(Reason reason) {
  const auto* row = std::ranges::find(kReasons, reason, &ReasonRow::reason);
  return row == kReasons.end() ? RowOf(Reason::kInternal) : *row;
}

// The payload is a list of texts, each as "<size>:<bytes>".
void Put(std::string_view text, std::string& out) {
  out.append(std::to_string(text.size())).append(":").append(text);
}

class PayloadReader {
 public:
  explicit PayloadReader(std::string_view text) : rest_(text) {}

  std::string Text() {
    size_t size = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), size);
    if (error != std::errc()) return {};
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()) + 1);
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }

  std::int64_t Number() {
    const std::string text = Text();
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }

 private:
  std::string_view rest_;
};

}  // namespace

std::span<const ReasonRow> AllReasons() {
  return kReasons;
}
std::string_view ReasonName(Reason reason) {
  return RowOf(reason).name;
}
absl::StatusCode ReasonCode(Reason reason) {
  return RowOf(reason).code;
}

absl::Status MakeError(const ErrorDetails& details, std::string_view message) {
  std::string payload;
  Put(std::to_string(static_cast<int>(details.reason)), payload);
  Put(std::to_string(details.retry_after ? details.retry_after->count() : -1), payload);
  Put(std::to_string(details.metadata.size()), payload);
  for (const auto& [key, value] : details.metadata) {
    Put(key, payload);
    Put(value, payload);
  }
  Put(std::to_string(details.fields.size()), payload);
  for (const FieldViolation& violation : details.fields) {
    Put(violation.field, payload);
    Put(violation.description, payload);
  }
  absl::Status status(ReasonCode(details.reason), std::string(message));
  status.SetPayload(kPayloadUrl, absl::Cord(payload));
  return status;
}

absl::Status MakeError(Reason reason, std::string_view message) {
  return MakeError(ErrorDetails{.reason = reason}, message);
}

std::optional<ErrorDetails> DetailsOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value()) return std::nullopt;
  const std::string text(*payload);
  PayloadReader reader(text);
  ErrorDetails details;
  details.reason = static_cast<Reason>(reader.Number());
  if (const std::int64_t wait = reader.Number(); wait >= 0) {
    details.retry_after = std::chrono::milliseconds(wait);
  }
  details.metadata.resize(static_cast<size_t>(reader.Number()));
  for (auto& [key, value] : details.metadata) {
    key = reader.Text();
    value = reader.Text();
  }
  details.fields.resize(static_cast<size_t>(reader.Number()));
  for (FieldViolation& violation : details.fields) {
    violation.field = reader.Text();
    violation.description = reader.Text();
  }
  return details;
}

}  // namespace extractd
