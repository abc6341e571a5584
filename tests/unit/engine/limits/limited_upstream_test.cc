#include "server/engine/limits/limited_upstream.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "server/base/error.h"
#include "server/engine/callers/principal.h"
#include "server/engine/limits/memory_limits.h"
#include "server/modes/mode_handler.h"
#include "tests/fakes/engine_fakes.h"
#include "tests/fakes/run_task.h"

namespace extractd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class LimitedUpstreamTest : public testing::Test {
 protected:
  LimitedUpstreamTest() {
    plan_.handler = std::make_shared<const Handler>(
        Handler{.row = std::make_shared<const ProviderRow>(ProviderRow{.name = "acme"})}
    );
    plan_.request.model = "m";
    plan_.request.generation.max_output_tokens = 100;
  }

  static SendResult Answered(std::int64_t input, std::int64_t output) {
    SendResult result;
    result.reply.usage = {.input_tokens = input, .output_tokens = output};
    return result;
  }

  void HoldFor(CallerBounds bounds) {
    plan_.caller =
        std::make_shared<const Principal>(Principal{.name = "billing", .bounds = bounds});
  }

  // One send of so many that are answered so; each call's plan is the same.
  SendResult Send(const SendResult& answer, milliseconds patience = seconds(30)) {
    auto fake = std::make_unique<fakes::FakeUpstream>(
        std::deque<SendResult>{answer}, seen_, clock_, milliseconds(0)
    );
    auto held = limits_.Hold(std::move(fake), plan_, settings_);
    if (!held.ok()) return {.failure = SendFailure::kRejected, .not_sent = held.status()};
    return fakes::Await((*held)->Send({.body = "four words of text"}, {.total = patience}));
  }

  static Reason ReasonOf(const SendResult& sent) {
    const auto details = DetailsOf(sent.not_sent);
    return details.has_value() ? details->reason : Reason::kInternal;
  }

  // 1 USD a million tokens of input, 10 of output.
  void SetPrice() {
    price_.rates = {.input = 1'000'000, .output = 10'000'000};
    plan_.price = std::shared_ptr<const Price>(std::shared_ptr<void>(), &price_);
  }

  fakes::FakeClock clock_;
  fakes::FakeUpstream::Seen seen_;
  Price price_;
  Plan plan_;
  CallSettings settings_;
  MemoryLimits::Time start_ = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21);
  const SteadyTime begin_ = clock_.Now();
  MemoryLimits used_{[this] {
    return start_ + std::chrono::duration_cast<MemoryLimits::Time::duration>(clock_.Now() - begin_);
  }};
  Limits limits_{used_, clock_};
};

TEST_F(LimitedUpstreamTest, WithoutLimitsSendsGoOutAtOnce) {
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(Send(Answered(1000, 1000)).ok());
  EXPECT_TRUE(clock_.slept.empty());
}

TEST_F(LimitedUpstreamTest, ASendWaitsForTheLimitOfItsProvidersKey) {
  settings_.provider_limits["acme"] = {.requests_per_minute = 6};
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(Send(Answered(1, 1)).ok());
  EXPECT_TRUE(clock_.slept.empty());
  EXPECT_TRUE(Send(Answered(1, 1)).ok());
  EXPECT_EQ(clock_.slept, std::vector<milliseconds>{seconds(10)});
  EXPECT_EQ(seen_.timers.back().total, seconds(20)) << "the wait is part of the send's time";
  EXPECT_EQ(limits_.CountOf(LimitKind::kProviderRequests, LimitAction::kWaited), 1);
}

TEST_F(LimitedUpstreamTest, AWaitThatItHasNoTimeForFailsAtOnce) {
  settings_.provider_limits["acme"] = {.requests_per_minute = 6};
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(Send(Answered(1, 1)).ok());
  const SendResult late = Send(Answered(1, 1), seconds(5));
  EXPECT_EQ(ReasonOf(late), Reason::kProviderRateLimited);
  EXPECT_EQ(DetailsOf(late.not_sent)->retry_after, seconds(10));
  EXPECT_TRUE(clock_.slept.empty());
  EXPECT_EQ(seen_.timers.size(), 6U);
}

TEST_F(LimitedUpstreamTest, BeyondItsOwnLimitAPrincipalIsRefused) {
  HoldFor({.rates = {.requests_per_minute = 2}});
  EXPECT_TRUE(Send(Answered(1, 1)).ok());
  EXPECT_TRUE(Send(Answered(1, 1)).ok());
  const SendResult third = Send(Answered(1, 1));
  EXPECT_EQ(ReasonOf(third), Reason::kRateLimited);
  EXPECT_EQ(DetailsOf(third.not_sent)->retry_after, seconds(30));
  EXPECT_TRUE(clock_.slept.empty());
  EXPECT_EQ(limits_.CountOf(LimitKind::kRequests, LimitAction::kRefused), 1);
}

TEST_F(LimitedUpstreamTest, TokensAreReservedAndSettledByWhatTheProviderCounted) {
  HoldFor({.rates = {.tokens_per_minute = 200}});
  EXPECT_TRUE(Send(Answered(5, 5)).ok());
  EXPECT_TRUE(Send(Answered(5, 145)).ok()) << "104 were reserved, 10 used";
  EXPECT_EQ(ReasonOf(Send(Answered(5, 5))), Reason::kRateLimited) << "160 are used";
}

TEST_F(LimitedUpstreamTest, WhatNobodyCountedStaysReserved) {
  HoldFor({.rates = {.tokens_per_minute = 200}});
  EXPECT_FALSE(Send({.failure = SendFailure::kMalformed}).ok());
  EXPECT_EQ(ReasonOf(Send(Answered(5, 5))), Reason::kRateLimited);
}

TEST_F(LimitedUpstreamTest, ASendThatNeverReachedTheModelCostsNothing) {
  SetPrice();
  HoldFor({.usd_micros_per_day = 1100});
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(Send({.failure = SendFailure::kConnection, .cause = "refused"}).ok());
  }
  EXPECT_TRUE(Send(Answered(5, 5)).ok());
}

TEST_F(LimitedUpstreamTest, MoneyIsSpentUpToTheBudgetAndComesBackTheNextDay) {
  SetPrice();
  HoldFor({.usd_micros_per_day = 2000});
  EXPECT_TRUE(Send(Answered(10, 90)).ok());  // 910
  const SendResult second = Send(Answered(10, 90));
  EXPECT_TRUE(second.ok());  // 1820
  const SendResult third = Send(Answered(10, 90));
  EXPECT_EQ(ReasonOf(third), Reason::kBudgetExceeded);
  EXPECT_EQ(DetailsOf(third.not_sent)->retry_after, std::chrono::hours(24));
  clock_.Pass(std::chrono::hours(24));
  EXPECT_TRUE(Send(Answered(10, 90)).ok());
}

TEST_F(LimitedUpstreamTest, AMoneyBudgetNeedsAPrice) {
  HoldFor({.usd_micros_per_month = 1'000'000});
  EXPECT_EQ(ReasonOf(Send(Answered(1, 1))), Reason::kCostUnknown);
  limits_.set_shadow(true);
  EXPECT_TRUE(Send(Answered(1, 1)).ok());
}

TEST_F(LimitedUpstreamTest, InShadowNothingIsHeldBackButCounted) {
  limits_.set_shadow(true);
  settings_.provider_limits["acme"] = {.requests_per_minute = 1};
  HoldFor({.rates = {.requests_per_minute = 1}});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Send(Answered(1, 1)).ok());
  EXPECT_TRUE(clock_.slept.empty());
  EXPECT_EQ(
      limits_.CountOf(LimitKind::kProviderRequests, LimitAction::kShadowed) +
          limits_.CountOf(LimitKind::kRequests, LimitAction::kShadowed),
      2
  );
}

TEST_F(LimitedUpstreamTest, WhatTheProviderSaysOfItsLimitHoldsForOthers) {
  settings_.provider_limits["acme"] = {.requests_per_minute = 100};
  EXPECT_FALSE(Send({.failure = SendFailure::kRateLimited, .retry_after = seconds(7)}).ok());
  EXPECT_TRUE(Send(Answered(1, 1)).ok());
  EXPECT_EQ(clock_.slept, std::vector<milliseconds>{seconds(7)});
}

TEST_F(LimitedUpstreamTest, ACancelWhileItWaitsSendsNothing) {
  settings_.provider_limits["acme"] = {.requests_per_minute = 1};
  EXPECT_TRUE(Send(Answered(1, 1)).ok());
  clock_.sleep_result = absl::CancelledError("gone");
  EXPECT_EQ(Send(Answered(1, 1), seconds(90)).failure, SendFailure::kCancelled);
  EXPECT_EQ(seen_.timers.size(), 1U);
}

}  // namespace
}  // namespace extractd
