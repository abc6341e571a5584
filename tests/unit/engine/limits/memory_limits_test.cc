#include "server/engine/limits/memory_limits.h"

#include <vector>

#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "tests/fakes/run_task.h"

namespace extractd {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Claims = std::vector<LimitClaim>;

class MemoryLimitsTest : public testing::Test {
 protected:
  static LimitClaim Minute(std::int64_t limit, std::int64_t amount, std::string key = "k") {
    return {.key = std::move(key), .limit = limit, .amount = amount};
  }

  // How long to wait; zero: it was reserved.
  milliseconds Reserve(const Claims& claims, LimitStore::Mode mode = LimitStore::Mode::kEnforce) {
    const auto shortage = fakes::Await(limits_.Reserve(claims, mode));
    return shortage.has_value() ? shortage->retry_after : milliseconds(0);
  }

  void Settle(const Claims& claims, const std::vector<std::int64_t>& used) {
    asio::io_context loop;
    asio::co_spawn(loop, limits_.Settle(claims, used), asio::detached);
    loop.run();
  }

  // 2026-11-30, half past eleven at night
  MemoryLimits::Time now_ =
      std::chrono::sys_days(std::chrono::year(2026) / 11 / 30) + hours(23) + minutes(30);
  MemoryLimits limits_{[this] { return now_; }};
};

TEST_F(MemoryLimitsTest, AMinutesLimitComesBackEvenly) {
  for (int i = 0; i < 6; ++i) EXPECT_EQ(Reserve({Minute(6, 1)}), seconds(0));
  EXPECT_EQ(Reserve({Minute(6, 1)}), seconds(10));
  now_ += seconds(4);
  EXPECT_EQ(Reserve({Minute(6, 1)}), seconds(6));
  now_ += seconds(6);
  EXPECT_EQ(Reserve({Minute(6, 1)}), seconds(0));
  now_ += hours(1);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(Reserve({Minute(6, 1)}), seconds(0));
  EXPECT_NE(Reserve({Minute(6, 1)}), seconds(0)) << "an hour saves up no more than a minute";
}

TEST_F(MemoryLimitsTest, AllClaimsAreTakenOrNone) {
  EXPECT_EQ(Reserve({Minute(2, 2, "full")}), seconds(0));
  EXPECT_NE(Reserve({Minute(5, 5, "free"), Minute(2, 1, "full")}), seconds(0));
  EXPECT_EQ(Reserve({Minute(5, 5, "free")}), seconds(0));
}

TEST_F(MemoryLimitsTest, TheLongestWaitIsTheOneToldOf) {
  EXPECT_EQ(Reserve({Minute(60, 60, "soon"), Minute(6, 6, "late")}), seconds(0));
  const auto shortage = fakes::Await(limits_.Reserve(
      Claims{Minute(60, 1, "soon"), Minute(6, 1, "late")}, LimitStore::Mode::kEnforce
  ));
  ASSERT_TRUE(shortage.has_value());
  EXPECT_EQ(shortage->claim, 1U);
  EXPECT_EQ(shortage->retry_after, seconds(10));
}

TEST_F(MemoryLimitsTest, WhatWasNotUsedIsFreeAgainAndWhatWasUsedBesidesIsMissing) {
  const Claims claims = {Minute(100, 80)};
  EXPECT_EQ(Reserve(claims), seconds(0));
  Settle(claims, {20});
  EXPECT_EQ(Reserve(claims), seconds(0)) << "20 + 80";
  Settle(claims, {140});
  EXPECT_EQ(Reserve({Minute(100, 10)}), seconds(42)) << "160 + 10 - 100";
}

TEST_F(MemoryLimitsTest, AClaimAboveTheWholeMinuteIsServedWhenNothingElseIs) {
  EXPECT_EQ(Reserve({Minute(100, 500)}), seconds(0));
  EXPECT_EQ(Reserve({Minute(100, 1)}), milliseconds(240'600));
}

TEST_F(MemoryLimitsTest, ADayEndsAtMidnightAndAMonthOnItsLastDay) {
  const Claims day = {{.key = "d", .period = LimitPeriod::kDay, .limit = 10, .amount = 10}};
  const Claims month = {{.key = "m", .period = LimitPeriod::kMonth, .limit = 10, .amount = 10}};
  now_ -= std::chrono::days(1);
  EXPECT_EQ(Reserve(day), seconds(0));
  EXPECT_EQ(Reserve(month), seconds(0));
  EXPECT_EQ(Reserve(day), minutes(30));
  EXPECT_EQ(Reserve(month), hours(24) + minutes(30));
  now_ += minutes(30);
  EXPECT_EQ(Reserve(day), seconds(0));
  EXPECT_EQ(Reserve(month), hours(24));
  now_ += hours(24);
  EXPECT_EQ(Reserve(month), seconds(0)) << "the first of December";
}

TEST_F(MemoryLimitsTest, ABudgetIsNeverOverdrawn) {
  const LimitClaim claim = {.key = "d", .period = LimitPeriod::kDay, .limit = 10, .amount = 11};
  EXPECT_NE(Reserve({claim}), seconds(0));
}

TEST_F(MemoryLimitsTest, InShadowEverythingIsTakenAndToldOf) {
  EXPECT_EQ(Reserve({Minute(6, 6)}, LimitStore::Mode::kShadow), seconds(0));
  EXPECT_EQ(Reserve({Minute(6, 6)}, LimitStore::Mode::kShadow), seconds(60));
  EXPECT_EQ(Reserve({Minute(6, 1)}), seconds(70)) << "it was taken all the same";
}

TEST_F(MemoryLimitsTest, AClosedLimitOpensWhenItsTimeIsOver) {
  asio::io_context loop;
  const LimitClaim claim = Minute(6, 1);
  asio::co_spawn(loop, limits_.Close(claim, seconds(30)), asio::detached);
  loop.run();
  EXPECT_EQ(Reserve({claim}), seconds(30));
  now_ += seconds(29);
  EXPECT_EQ(Reserve({claim}), seconds(1));
  now_ += seconds(1);
  EXPECT_EQ(Reserve({claim}), seconds(0));
}

TEST_F(MemoryLimitsTest, AClockThatGoesBackGivesNothingBack) {
  EXPECT_EQ(Reserve({Minute(6, 6)}), seconds(0));
  now_ -= hours(1);
  EXPECT_EQ(Reserve({Minute(6, 1)}), seconds(10));
}

}  // namespace
}  // namespace extractd
