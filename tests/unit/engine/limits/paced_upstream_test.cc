#include "server/engine/limits/paced_upstream.h"

#include <memory>

#include <gtest/gtest.h>

#include "server/base/error.h"
#include "server/engine/limits/memory_limits.h"
#include "server/modes/mode_handler.h"
#include "tests/fakes/engine_fakes.h"
#include "tests/fakes/run_task.h"

namespace extractd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class PacedUpstreamTest : public testing::Test {
 protected:
  PacedUpstreamTest() {
    plan_.handler = std::make_shared<const Handler>(
        Handler{.row = std::make_shared<const ProviderRow>(ProviderRow{.name = "acme"})}
    );
    plan_.request.model = "m";
  }

  // One send whose reply tells that so many of ten requests are left, all of them in ten seconds.
  SendResult Send(std::int64_t remaining, milliseconds patience = seconds(30)) {
    SendResult answer;
    answer.quotas = {{.remaining = remaining, .limit = 10, .until_full = seconds(10)}};
    auto fake = std::make_unique<fakes::FakeUpstream>(
        std::deque<SendResult>{answer}, seen_, clock_, milliseconds(0)
    );
    PacedUpstream paced(std::move(fake), plan_, limits_);
    return fakes::Await(paced.Send({.body = "four words of text"}, {.total = patience}));
  }

  fakes::FakeClock clock_;
  fakes::FakeUpstream::Seen seen_;
  Plan plan_;
  MemoryLimits used_;
  Limits limits_{used_, clock_};
};

TEST_F(PacedUpstreamTest, ASendWaitsForWhatTheProviderSaidIsUsedUp) {
  EXPECT_TRUE(Send(0).ok());
  EXPECT_TRUE(Send(0).ok());
  EXPECT_EQ(clock_.slept, std::vector<milliseconds>{seconds(1)});
  EXPECT_EQ(seen_.timers.back().total, seconds(29)) << "the wait is part of the send's time";
  EXPECT_EQ(limits_.CountOf(LimitKind::kProviderRequests, LimitAction::kWaited), 1);
}

TEST_F(PacedUpstreamTest, WhatIsLeftIsSentAtOnce) {
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(Send(5).ok());
  EXPECT_TRUE(clock_.slept.empty());
}

TEST_F(PacedUpstreamTest, AWaitThatItHasNoTimeForFailsAtOnce) {
  EXPECT_TRUE(Send(0).ok());
  const SendResult late = Send(0, milliseconds(500));
  ASSERT_FALSE(late.ok());
  const auto details = DetailsOf(late.not_sent);
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->reason, Reason::kProviderRateLimited);
  EXPECT_EQ(details->retry_after, seconds(1));
  EXPECT_EQ(seen_.timers.size(), 1U) << "nothing was sent";
}

TEST_F(PacedUpstreamTest, InShadowNothingIsHeldBackAndAllIsCounted) {
  limits_.set_shadow(true);
  EXPECT_TRUE(Send(0).ok());
  EXPECT_TRUE(Send(0).ok());
  EXPECT_TRUE(clock_.slept.empty());
  EXPECT_EQ(limits_.CountOf(LimitKind::kProviderRequests, LimitAction::kShadowed), 1);
}

}  // namespace
}  // namespace extractd
