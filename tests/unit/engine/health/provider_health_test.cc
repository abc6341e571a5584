#include "server/engine/health/provider_health.h"

#include <gtest/gtest.h>

namespace extractd {
namespace {

using std::chrono::milliseconds;

constexpr SteadyTime kNow = SteadyTime(std::chrono::hours(1));

TEST(ProviderHealthTest, ProvidersDoNotAffectEachOther) {
  ProviderHealth health;
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(health.Admit("broken", kNow), std::nullopt);
    health.Record("broken", SendFailure::kServerError, kNow);
    ASSERT_EQ(health.Admit("well", kNow), std::nullopt);
    health.Record("well", SendFailure::kNone, kNow);
  }
  EXPECT_NE(health.Admit("broken", kNow), std::nullopt);
  EXPECT_EQ(health.Admit("well", kNow), std::nullopt);
  EXPECT_EQ(health.StateOf("never asked"), CircuitState::kClosed);
  const std::vector<std::pair<std::string, CircuitState>> states = {
      {"broken", CircuitState::kOpen}, {"well", CircuitState::kClosed}
  };
  EXPECT_EQ(health.States(), states);
}

TEST(ProviderHealthTest, BadKeysAndCancelsSayNothing) {
  EXPECT_EQ(SignOf(SendFailure::kAuth), HealthSign::kUnrelated);
  EXPECT_EQ(SignOf(SendFailure::kCancelled), HealthSign::kUnrelated);
  EXPECT_EQ(SignOf(SendFailure::kQuotaExhausted), HealthSign::kUnrelated);
  EXPECT_EQ(SignOf(SendFailure::kTimeout), HealthSign::kFailed);
  EXPECT_EQ(SignOf(SendFailure::kRateLimited), HealthSign::kAnswered);
}

TEST(ProviderHealthTest, RetriesAreAFifthOfTheSends) {
  ProviderHealth health;
  for (int i = 0; i < 1000; ++i) {
    health.CountFirst("p", kNow);
  }
  int retries = 0;
  while (retries < 1000 && health.TakeRetry("p", kNow)) ++retries;
  EXPECT_EQ(retries, 200);
  EXPECT_TRUE(health.TakeRetry("p", kNow + milliseconds(11'000))) << "the window moved on";
}

TEST(ProviderHealthTest, SomeRetriesAreAlwaysAllowed) {
  ProviderHealth health;
  int retries = 0;
  while (retries < 1000 && health.TakeRetry("p", kNow)) ++retries;
  EXPECT_EQ(retries, RetryBudget::kAlways);
}

}  // namespace
}  // namespace extractd
