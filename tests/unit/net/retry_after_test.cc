#include "server/net/retry_after.h"

#include <vector>

#include <gtest/gtest.h>

namespace extractd::net {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

// Sun, 06 Nov 1994 08:49:37 GMT
constexpr std::chrono::system_clock::time_point kNow{784'111'777s};

std::optional<milliseconds> Wait(
    const std::vector<HttpHeader>& headers, std::chrono::system_clock::time_point now = kNow
) {
  return RetryAfter(headers, now);
}

TEST(RetryAfterTest, ReadsSeconds) {
  EXPECT_EQ(Wait({{"retry-after", "2"}}), 2s);
  EXPECT_EQ(Wait({{"retry-after", " 2 "}}), 2s);
  EXPECT_EQ(Wait({{"Retry-After", "0"}}), 0s);
  EXPECT_EQ(Wait({{"retry-after", "1.5"}}), 1'500ms);
}

TEST(RetryAfterTest, ReadsTheThreeFormsOfADate) {
  EXPECT_EQ(Wait({{"retry-after", "Sun, 06 Nov 1994 08:49:47 GMT"}}), 10s);
  EXPECT_EQ(Wait({{"retry-after", "Sunday, 06-Nov-94 08:49:47 GMT"}}), 10s);
  EXPECT_EQ(Wait({{"retry-after", "Sun Nov  6 08:49:47 1994"}}), 10s);
}

TEST(RetryAfterTest, ADateInThePastIsNoWait) {
  EXPECT_EQ(Wait({{"retry-after", "Sun, 06 Nov 1994 08:49:00 GMT"}}), 0s);
}

TEST(RetryAfterTest, MillisecondsComeBeforeSeconds) {
  EXPECT_EQ(Wait({{"retry-after", "2"}, {"retry-after-ms", "1500"}}), 1'500ms);
  EXPECT_EQ(Wait({{"retry-after", "2"}, {"x-ms-retry-after-ms", "250.4"}}), 250ms);
}

TEST(RetryAfterTest, AnExplicitWaitComesBeforeTheRateLimits) {
  EXPECT_EQ(Wait({{"x-ratelimit-reset", "60"}, {"retry-after", "2"}}), 2s);
}

TEST(RetryAfterTest, TakesTheResetOfTheLimitThatIsUsedUp) {
  EXPECT_EQ(
      Wait({
          {"x-ratelimit-remaining-requests", "0"},
          {"x-ratelimit-reset-requests", "6m0s"},
          {"x-ratelimit-remaining-tokens", "140"},
          {"x-ratelimit-reset-tokens", "2h"},
      }),
      6min
  );
}

TEST(RetryAfterTest, TakesTheLatestIfBothAreUsedUp) {
  EXPECT_EQ(
      Wait({
          {"x-ratelimit-remaining-requests", "0"},
          {"x-ratelimit-reset-requests", "12ms"},
          {"x-ratelimit-remaining-tokens", "0"},
          {"x-ratelimit-reset-tokens", "7.66s"},
      }),
      7'660ms
  );
}

TEST(RetryAfterTest, ALimitThatIsNotUsedUpSaysNothing) {
  EXPECT_EQ(
      Wait({{"x-ratelimit-remaining-requests", "5"}, {"x-ratelimit-reset-requests", "1s"}}),
      std::nullopt
  );
  EXPECT_EQ(Wait({{"x-ratelimit-reset-requests", "1s"}}), std::nullopt);
  EXPECT_EQ(Wait({{"x-ratelimit-remaining", "5"}, {"x-ratelimit-reset", "1"}}), std::nullopt);
}

TEST(RetryAfterTest, ASingleResetIsADurationSecondsOrAMoment) {
  EXPECT_EQ(Wait({{"x-ratelimit-reset", "30"}}), 30s);
  EXPECT_EQ(Wait({{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1h2m3s"}}), 3'723s);
  const std::chrono::system_clock::time_point now{1'800'000'000s};
  EXPECT_EQ(Wait({{"x-ratelimit-reset", "1800000010"}}, now), 10s);
  EXPECT_EQ(Wait({{"x-ratelimit-reset", "1800000010500"}}, now), 10'500ms);
  EXPECT_EQ(Wait({{"x-ratelimit-reset", "1700000000"}}, now), 0s);
}

TEST(RetryAfterTest, WhatCannotBeReadIsNotThere) {
  for (const char* text :
       {"",
        "soon",
        "-1",
        "1e3",
        "inf",
        "nan",
        "0x10",
        "1 2",
        "5 s",
        "+3",
        "Sun, 99 Nov 1994 08:49:47 GMT"}) {
    EXPECT_EQ(Wait({{"retry-after", text}}), std::nullopt) << text;
    EXPECT_EQ(Wait({{"retry-after-ms", text}}), std::nullopt) << text;
    EXPECT_EQ(Wait({{"x-ratelimit-reset", text}}), std::nullopt) << text;
  }
  EXPECT_EQ(Wait({}), std::nullopt);
}

TEST(RetryAfterTest, AnUnreadableFormFallsBackToTheNext) {
  EXPECT_EQ(Wait({{"retry-after-ms", "soon"}, {"retry-after", "2"}}), 2s);
}

TEST(RetryAfterTest, NoWaitIsLongerThanAYear) {
  const std::string huge(300, '9');
  EXPECT_EQ(Wait({{"retry-after", "99999999999999999999"}}), 366 * 24h);
  EXPECT_LE(Wait({{"retry-after", huge}}).value_or(0ms), 366 * 24h);
  EXPECT_LE(Wait({{"x-ratelimit-reset", "99999999d99999999d"}}).value_or(0ms), 366 * 24h);
}

}  // namespace
}  // namespace extractd::net
