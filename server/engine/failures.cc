#include "server/engine/failures.h"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

namespace extractd {
namespace {

constexpr std::array kMeanings = {
    FailureMeaning{
        SendFailure::kConnection,
        AttemptOutcome::kUnavailable,
        Reason::kProviderUnavailable,
        RetryCondition::kConnect
    },
    FailureMeaning{
        SendFailure::kTimeout,
        AttemptOutcome::kTimedOut,
        Reason::kDeadline,
        RetryCondition::kTimeout
    },
    FailureMeaning{
        SendFailure::kRateLimited,
        AttemptOutcome::kRateLimited,
        Reason::kProviderRateLimited,
        RetryCondition::kRateLimited
    },
    FailureMeaning{
        SendFailure::kQuotaExhausted, AttemptOutcome::kRateLimited, Reason::kProviderRateLimited, {}
    },
    FailureMeaning{
        SendFailure::kServerError,
        AttemptOutcome::kUnavailable,
        Reason::kProviderUnavailable,
        RetryCondition::kServerError
    },
    FailureMeaning{
        SendFailure::kMalformed,
        AttemptOutcome::kUnavailable,
        Reason::kProviderMalformed,
        RetryCondition::kMalformed
    },
    FailureMeaning{
        SendFailure::kTooLarge, AttemptOutcome::kUnavailable, Reason::kProviderResponseTooLarge, {}
    },
    FailureMeaning{SendFailure::kAuth, AttemptOutcome::kAuthFailed, Reason::kProviderAuth, {}},
    FailureMeaning{
        SendFailure::kUnknownModel, AttemptOutcome::kRejected, Reason::kUnknownModel, {}
    },
    FailureMeaning{
        SendFailure::kSchemaRejected, AttemptOutcome::kRejected, Reason::kSchemaRejected, {}
    },
    FailureMeaning{
        SendFailure::kContextTooLong, AttemptOutcome::kRejected, Reason::kContextTooLong, {}
    },
    FailureMeaning{
        SendFailure::kContentFiltered, AttemptOutcome::kRefused, Reason::kProviderRefused, {}
    },
    FailureMeaning{
        SendFailure::kRejected, AttemptOutcome::kRejected, Reason::kProviderRejectedRequest, {}
    },
    FailureMeaning{SendFailure::kCancelled, AttemptOutcome::kCancelled, Reason::kCancelled, {}},
};

// "refused", "dns" …, or "status" with its number.
std::string CauseOf(const SendResult& result) {
  if (!result.cause.empty()) return result.cause;
  return result.http_status != 0 ? "status" : "";
}

}  // namespace

const FailureMeaning& MeaningOf(SendFailure failure) {
  static constexpr FailureMeaning kBug = {
      SendFailure::kNone, AttemptOutcome::kUnavailable, Reason::kInternal, {}
  };
  const auto* found = std::ranges::find(kMeanings, failure, &FailureMeaning::failure);
  return found == kMeanings.end() ? kBug : *found;
}

absl::Status StatusOf(const SendResult& result, std::string_view provider, std::string_view model) {
  if (!result.not_sent.ok()) return result.not_sent;
  const FailureMeaning& meaning = MeaningOf(result.failure);
  ErrorDetails details = {
      .reason = meaning.reason,
      .metadata = {{"provider", std::string(provider)}, {"model", std::string(model)}},
  };
  const auto add = [&details](std::string_view key, std::string value) {
    if (!value.empty()) details.metadata.emplace_back(key, std::move(value));
  };
  if (result.failure == SendFailure::kTimeout) {
    add("phase", result.cause);
  } else {
    add("cause", CauseOf(result));
  }
  if (result.http_status != 0) add("http_status", std::to_string(result.http_status));
  add("provider_request_id", result.provider_request_id);
  if (result.failure == SendFailure::kQuotaExhausted) add("quota", "exhausted");
  if (result.failure == SendFailure::kContentFiltered) add("category", "content_filter");
  if (meaning.retry_on.has_value()) details.retry_after = result.retry_after;
  return MakeError(details, fmt::format("provider '{}': {}", provider, result.message));
}

}  // namespace extractd
