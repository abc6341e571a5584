#include "server/engine/limits/learned_quotas.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace extractd {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

class LearnedQuotasTest : public testing::Test {
 protected:
  // How long a send has to wait; 0: it has begun.
  milliseconds Begin(std::int64_t tokens = 10, std::string_view key = "acme/m") {
    const auto shortage = quotas_.Begin({key, tokens}, now_);
    return shortage.has_value() ? shortage->retry_after : milliseconds(0);
  }
  void End(const std::vector<Quota>& told, std::int64_t tokens = 10) {
    quotas_.End({"acme/m", tokens}, told, now_);
  }
  static Quota Requests(std::int64_t remaining, std::int64_t limit, milliseconds until_full) {
    return {.remaining = remaining, .limit = limit, .until_full = until_full};
  }

  LearnedQuotas quotas_;
  SteadyTime now_{std::chrono::hours(1)};
};

TEST_F(LearnedQuotasTest, NothingIsHeldBackBeforeAnythingWasTold) {
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(Begin(), 0ms);
}

TEST_F(LearnedQuotasTest, WhatIsUsedUpComesBackEvenly) {
  EXPECT_EQ(Begin(), 0ms);
  End({Requests(0, 10, 10s)});
  EXPECT_EQ(Begin(), 1000ms) << "one request a second";
  now_ += 1s;
  EXPECT_EQ(Begin(), 0ms);
  EXPECT_EQ(Begin(), 1000ms);
}

TEST_F(LearnedQuotasTest, SendsUnderWayAreTakenOffWhatAReplySays) {
  EXPECT_EQ(Begin(), 0ms);
  EXPECT_EQ(Begin(), 0ms);
  EXPECT_EQ(Begin(), 0ms);
  End({Requests(2, 10, 8s)});
  EXPECT_GT(Begin(), 0ms) << "two are left, and two are under way";
}

TEST_F(LearnedQuotasTest, TokensAreCountedByTheirNumber) {
  EXPECT_EQ(Begin(), 0ms);
  End({{.unit = QuotaUnit::kTokens, .remaining = 50, .limit = 150, .until_full = 10s}});
  EXPECT_EQ(Begin(50), 0ms);
  EXPECT_EQ(Begin(20), 2000ms);
  EXPECT_GT(Begin(1'000'000), 9s) << "more than all of it: when it is full";
}

TEST_F(LearnedQuotasTest, WithoutALimitTheResetIsWhenThereIsMore) {
  EXPECT_EQ(Begin(), 0ms);
  End({{.remaining = 0, .until_full = 3s}});
  EXPECT_EQ(Begin(), 3000ms);
  now_ += 3s;
  EXPECT_EQ(Begin(), 0ms);
}

TEST_F(LearnedQuotasTest, WhatWasToldIsForgottenInTime) {
  EXPECT_EQ(Begin(), 0ms);
  End({Requests(0, 1, std::chrono::hours(24))});
  EXPECT_EQ(Begin(), LearnedQuotas::kLongestMemory);
  now_ += LearnedQuotas::kLongestMemory;
  EXPECT_EQ(Begin(), 0ms);
}

TEST_F(LearnedQuotasTest, OtherKeysAreNotHeldBack) {
  EXPECT_EQ(Begin(), 0ms);
  End({Requests(0, 1, 60s)});
  EXPECT_EQ(Begin(10, "acme/other"), 0ms);
}

TEST_F(LearnedQuotasTest, OfSeveralLimitsTheOneThatIsUsedUpCounts) {
  EXPECT_EQ(Begin(), 0ms);
  End({Requests(0, 10, 10s), Requests(5, 1000, 60s)});
  EXPECT_EQ(Begin(), 1000ms);
}

TEST_F(LearnedQuotasTest, MoreKeysThanAreKeptAreNotHeldBack) {
  for (size_t i = 0; i <= LearnedQuotas::kMaxKeys; ++i) {
    EXPECT_EQ(Begin(1, fmt::format("acme/{}", i)), 0ms);
  }
  quotas_.End({"acme/one too many", 1}, std::vector<Quota>{Requests(0, 1, 60s)}, now_);
  EXPECT_EQ(Begin(1, "acme/one too many"), 0ms);
}

}  // namespace
}  // namespace extractd
