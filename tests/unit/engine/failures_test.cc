#include "server/engine/failures.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace extractd {
namespace {

TEST(FailuresTest, EveryFailureHasAMeaning) {
  for (auto failure = static_cast<int>(SendFailure::kConnection);
       failure <= static_cast<int>(SendFailure::kCancelled);
       ++failure) {
    const FailureMeaning& meaning = MeaningOf(static_cast<SendFailure>(failure));
    EXPECT_NE(meaning.reason, Reason::kInternal)
        << SendFailureName(static_cast<SendFailure>(failure));
  }
}

TEST(FailuresTest, StatusNamesProviderCauseAndPhase) {
  const SendResult refused = {
      .failure = SendFailure::kConnection, .message = "nobody there", .cause = "refused"
  };
  const auto details = DetailsOf(StatusOf(refused, "acme", "m"));
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->reason, Reason::kProviderUnavailable);
  const auto has = [&details](std::string_view key, std::string_view value) {
    return std::ranges::any_of(details->metadata, [&](const auto& entry) {
      return entry.first == key && entry.second == value;
    });
  };
  EXPECT_TRUE(has("provider", "acme"));
  EXPECT_TRUE(has("cause", "refused"));

  const SendResult slow = {.failure = SendFailure::kTimeout, .cause = "first_byte"};
  const auto timeout = DetailsOf(StatusOf(slow, "acme", "m"));
  EXPECT_EQ(timeout->metadata.back(), (std::pair<std::string, std::string>{"phase", "first_byte"}));
}

TEST(FailuresTest, WhatWasNotSentSpeaksForItself) {
  const SendResult unsent = {
      .failure = SendFailure::kAuth,
      .not_sent = MakeError(Reason::kCredentialsMissing, "set ACME_FILE"),
  };
  const absl::Status status = StatusOf(unsent, "acme", "m");
  EXPECT_EQ(DetailsOf(status)->reason, Reason::kCredentialsMissing);
  EXPECT_EQ(status.message(), "set ACME_FILE");
}

TEST(FailuresTest, WaitIsPassedOnOnlyWhereWaitingHelps) {
  SendResult result = {
      .failure = SendFailure::kRateLimited, .retry_after = std::chrono::seconds(3)
  };
  EXPECT_EQ(DetailsOf(StatusOf(result, "acme", "m"))->retry_after, std::chrono::seconds(3));
  result.failure = SendFailure::kQuotaExhausted;
  EXPECT_EQ(DetailsOf(StatusOf(result, "acme", "m"))->retry_after, std::nullopt);
}

}  // namespace
}  // namespace extractd
