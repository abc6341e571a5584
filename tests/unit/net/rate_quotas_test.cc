#include "server/net/rate_quotas.h"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace extractd::net {
namespace {

using namespace std::chrono_literals;

const auto kNow = std::chrono::system_clock::time_point(1'800'000'000s);

// "requests 3 of 10 in 2000 ms; …"
std::string Told(const std::vector<HttpHeader>& headers) {
  std::string text;
  for (const RateQuota& quota : RateQuotas(headers, kNow)) {
    text += fmt::format(
        "{} {} of {} in {} ms; ",
        quota.tokens ? "tokens" : "requests",
        quota.remaining,
        quota.limit.value_or(-1),
        quota.until_full.count()
    );
  }
  return text;
}

TEST(RateQuotasTest, ReadsRequestsAndTokensWithDurations) {
  EXPECT_EQ(
      Told(
          {{"x-ratelimit-limit-requests", "60"},
           {"x-ratelimit-remaining-requests", "59"},
           {"x-ratelimit-reset-requests", "1s"},
           {"x-ratelimit-limit-tokens", "150000"},
           {"x-ratelimit-remaining-tokens", "0"},
           {"x-ratelimit-reset-tokens", "6m0s"}}
      ),
      "requests 59 of 60 in 1000 ms; tokens 0 of 150000 in 360000 ms; "
  );
}

TEST(RateQuotasTest, ReadsLimitsOfADayAndOfAMinute) {
  EXPECT_EQ(
      Told(
          {{"x-ratelimit-remaining-requests-day", "7"},
           {"x-ratelimit-reset-requests-day", "3600.5"},
           {"x-ratelimit-remaining-tokens-minute", "8"}}
      ),
      "requests 7 of -1 in 3600500 ms; tokens 8 of -1 in 60000 ms; "
  );
  EXPECT_EQ(
      Told({{"x-ratelimit-remaining-req-minute", "1"}, {"x-ratelimit-limit-req-minute", "60"}}),
      "requests 1 of 60 in 60000 ms; "
  );
}

TEST(RateQuotasTest, ReadsMoments) {
  EXPECT_EQ(
      Told(
          {{"anthropic-ratelimit-requests-limit", "50"},
           {"anthropic-ratelimit-requests-remaining", "0"},
           {"anthropic-ratelimit-requests-reset", "2027-01-15T08:00:30Z"}}
      ),
      "requests 0 of 50 in 30000 ms; "
  );
  EXPECT_EQ(
      Told({{"x-ratelimit-remaining", "2"}, {"x-ratelimit-reset", "1800000005000"}}),
      "requests 2 of -1 in 5000 ms; "
  );
}

TEST(RateQuotasTest, WhatCannotBeReadIsNotThere) {
  EXPECT_EQ(Told({{"x-ratelimit-remaining-requests", "5"}}), "") << "nobody knows until when";
  EXPECT_EQ(
      Told({{"x-ratelimit-remaining-requests", "-5"}, {"x-ratelimit-reset-requests", "1s"}}), ""
  );
  EXPECT_EQ(
      Told({{"x-ratelimit-remaining-requests", "1e99"}, {"x-ratelimit-reset-requests", "1s"}}), ""
  );
  EXPECT_EQ(
      Told({{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "soon"}}), ""
  );
  EXPECT_EQ(Told({{"content-type", "text/plain"}}), "");
}

}  // namespace
}  // namespace extractd::net
