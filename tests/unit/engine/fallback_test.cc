#include "server/engine/fallback.h"

#include <gtest/gtest.h>

#include "server/base/error.h"

namespace extractd {
namespace {

TEST(CallsForFallbackTest, EachConditionHasItsFailures) {
  const auto calls = [](Reason reason, FallbackCondition condition) {
    return CallsForFallback(
        MakeError(reason, "it failed"), false, static_cast<FallbackConditions>(condition)
    );
  };
  EXPECT_TRUE(calls(Reason::kProviderUnavailable, FallbackCondition::kUnavailable));
  EXPECT_TRUE(calls(Reason::kProviderRateLimited, FallbackCondition::kUnavailable));
  EXPECT_TRUE(calls(Reason::kCircuitOpen, FallbackCondition::kUnavailable));
  EXPECT_TRUE(calls(Reason::kProviderRefused, FallbackCondition::kRefused));
  EXPECT_TRUE(calls(Reason::kOutputInvalid, FallbackCondition::kInvalid));
  EXPECT_TRUE(calls(Reason::kContextTooLong, FallbackCondition::kRejected));
  EXPECT_FALSE(calls(Reason::kProviderRefused, FallbackCondition::kUnavailable));
  EXPECT_FALSE(calls(Reason::kProviderUnavailable, FallbackCondition::kRejected));
}

TEST(CallsForFallbackTest, WhatTheCallerMustMendFailsAtOnce) {
  for (const Reason reason :
       {Reason::kInvalidRequest,
        Reason::kInvalidSchema,
        Reason::kCredentialsMissing,
        Reason::kProviderAuth,
        Reason::kCancelled,
        Reason::kDraining}) {
    EXPECT_FALSE(CallsForFallback(MakeError(reason, "no"), false, kAllFallbackConditions))
        << ReasonName(reason);
  }
}

TEST(CallsForFallbackTest, AnInvalidAnswerThatIsWantedAllTheSameIsStillInvalid) {
  EXPECT_TRUE(CallsForFallback(absl::OkStatus(), false, kAllFallbackConditions));
  EXPECT_FALSE(CallsForFallback(absl::OkStatus(), true, kAllFallbackConditions));
}

}  // namespace
}  // namespace extractd
