#include "server/engine/health/circuit_breaker.h"

#include <gtest/gtest.h>

namespace extractd {
namespace {

using std::chrono::milliseconds;

class CircuitBreakerTest : public testing::Test {
 protected:
  void Send(HealthSign sign, int times = 1) {
    for (int i = 0; i < times; ++i) {
      ASSERT_EQ(breaker.Admit(now), std::nullopt);
      breaker.Record(sign, now);
    }
  }
  void OpenIt() {
    Send(HealthSign::kFailed, 20);
    ASSERT_EQ(breaker.state(), CircuitState::kOpen);
  }

  SteadyTime now = SteadyTime(std::chrono::hours(1));
  CircuitBreaker breaker{CircuitBreaker::Policy{}};
};

TEST_F(CircuitBreakerTest, OpensWhenHalfOfManySendsFail) {
  Send(HealthSign::kAnswered, 10);
  Send(HealthSign::kFailed, 9);
  EXPECT_EQ(breaker.state(), CircuitState::kClosed);
  Send(HealthSign::kFailed);
  EXPECT_EQ(breaker.state(), CircuitState::kOpen);
  EXPECT_EQ(breaker.Admit(now), milliseconds(5000));
}

TEST_F(CircuitBreakerTest, FewFailuresDoNotOpenIt) {
  Send(HealthSign::kFailed, 19);
  EXPECT_EQ(breaker.state(), CircuitState::kClosed);
}

TEST_F(CircuitBreakerTest, WhatSaysNothingOfHealthIsNotCounted) {
  Send(HealthSign::kFailed, 19);
  Send(HealthSign::kUnrelated, 100);
  EXPECT_EQ(breaker.state(), CircuitState::kClosed);
}

TEST_F(CircuitBreakerTest, OldFailuresAreForgotten) {
  Send(HealthSign::kFailed, 19);
  now += milliseconds(11'000);
  Send(HealthSign::kFailed, 19);
  EXPECT_EQ(breaker.state(), CircuitState::kClosed);
}

TEST_F(CircuitBreakerTest, LetsOneProbeThroughWhenItsTimeIsOver) {
  OpenIt();
  now += milliseconds(4999);
  EXPECT_EQ(breaker.Admit(now), milliseconds(1));
  now += milliseconds(1);
  EXPECT_EQ(breaker.Admit(now), std::nullopt);
  EXPECT_EQ(breaker.state(), CircuitState::kHalfOpen);
  EXPECT_NE(breaker.Admit(now), std::nullopt) << "one probe at a time";
}

TEST_F(CircuitBreakerTest, AProbeThatIsAnsweredClosesIt) {
  OpenIt();
  now += milliseconds(5000);
  Send(HealthSign::kAnswered);
  EXPECT_EQ(breaker.state(), CircuitState::kClosed);
  Send(HealthSign::kFailed, 19);
  EXPECT_EQ(breaker.state(), CircuitState::kClosed) << "it begins anew";
}

TEST_F(CircuitBreakerTest, EachProbeThatFailsDoublesTheWaitUpToAMinute) {
  OpenIt();
  now += milliseconds(5000);
  for (const int seconds : {10, 20, 40, 60, 60}) {
    Send(HealthSign::kFailed);
    EXPECT_EQ(breaker.Admit(now), milliseconds(1000 * seconds));
    now += milliseconds(1000 * seconds);
  }
}

TEST_F(CircuitBreakerTest, AProbeWithoutAVerdictMakesRoomForAnother) {
  OpenIt();
  now += milliseconds(5000);
  Send(HealthSign::kUnrelated);
  EXPECT_EQ(breaker.state(), CircuitState::kHalfOpen);
  EXPECT_EQ(breaker.Admit(now), std::nullopt);
}

TEST_F(CircuitBreakerTest, ALateAnswerToAnEarlierSendClosesIt) {
  ASSERT_EQ(breaker.Admit(now), std::nullopt);
  OpenIt();
  breaker.Record(HealthSign::kAnswered, now);
  EXPECT_EQ(breaker.state(), CircuitState::kClosed);
}

}  // namespace
}  // namespace extractd
