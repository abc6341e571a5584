#include "server/engine/backoff.h"

#include <gtest/gtest.h>

namespace extractd {
namespace {

using namespace std::chrono_literals;

TEST(BackoffTest, GrowsToItsLimit) {
  const RetryPolicy policy = {.initial_backoff = 100ms, .max_backoff = 350ms, .backoff_jitter = 0};
  EXPECT_EQ(BackoffBefore(1, policy, {}, 0.5), 100ms);
  EXPECT_EQ(BackoffBefore(2, policy, {}, 0.5), 200ms);
  EXPECT_EQ(BackoffBefore(3, policy, {}, 0.5), 350ms);
  EXPECT_EQ(BackoffBefore(20, policy, {}, 0.5), 350ms);
}

TEST(BackoffTest, JitterTakesAwayARandomPart) {
  RetryPolicy policy = {.initial_backoff = 1000ms, .backoff_jitter = 1};
  EXPECT_EQ(BackoffBefore(1, policy, {}, 0), 1000ms);
  EXPECT_EQ(BackoffBefore(1, policy, {}, 0.999), 1ms);
  policy.backoff_jitter = 0.5;
  EXPECT_EQ(BackoffBefore(1, policy, {}, 0.9), 550ms);
}

TEST(BackoffTest, WhatTheProviderAsksForCountsAsItIs) {
  EXPECT_EQ(BackoffBefore(1, {}, 90s, 0.9), 90s);
  EXPECT_EQ(BackoffBefore(1, {}, 0ms, 0.9), 0ms);
}

}  // namespace
}  // namespace extractd
