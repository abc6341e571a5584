#include "server/net/transfer_timers.h"

#include <gtest/gtest.h>

namespace extractd::net {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{1h};
constexpr HttpTimers kLimits = {.connect = 5s, .first_byte = 20s, .idle = 10s, .total = 60s};

TEST(TransferTimersTest, TheConnectTimerComesFirst) {
  const TransferTimers timers(kLimits, kStart);
  EXPECT_EQ(timers.Next().due, kStart + 5s);
  EXPECT_EQ(timers.Next().failure, TransportFailure::kConnectTimeout);
}

TEST(TransferTimersTest, OnceConnectedTheFirstByteIsCountedFromTheStart) {
  TransferTimers timers(kLimits, kStart);
  timers.Connected();
  EXPECT_EQ(timers.Next().due, kStart + 20s);
  EXPECT_EQ(timers.Next().failure, TransportFailure::kFirstByteTimeout);
}

TEST(TransferTimersTest, EachByteMovesTheIdleTimer) {
  TransferTimers timers(kLimits, kStart);
  timers.Connected();
  timers.Byte(kStart + 3s);
  EXPECT_EQ(timers.Next().due, kStart + 13s);
  EXPECT_EQ(timers.Next().failure, TransportFailure::kIdleTimeout);
  timers.Byte(kStart + 12s);
  EXPECT_EQ(timers.Next().due, kStart + 22s);
}

TEST(TransferTimersTest, TheTotalTimerEndsEvenALivelyReply) {
  TransferTimers timers(kLimits, kStart);
  timers.Byte(kStart + 55s);
  EXPECT_EQ(timers.Next().due, kStart + 60s);
  EXPECT_EQ(timers.Next().failure, TransportFailure::kTotalTimeout);
}

TEST(TransferTimersTest, ASecondConnectDoesNotBringTheConnectTimerBack) {
  TransferTimers timers(kLimits, kStart);
  timers.Byte(kStart + 1s);
  timers.Connected();
  EXPECT_EQ(timers.Next().failure, TransportFailure::kIdleTimeout);
}

TEST(TransferTimersTest, ZeroAndWhatNoClockReachesAreNoLimit) {
  const TransferTimers none({.connect = 0ms}, kStart);
  EXPECT_EQ(none.Next().due, SteadyTime::max());
  EXPECT_EQ(none.Next().failure, TransportFailure::kNone);
  const TransferTimers endless({.connect = std::chrono::milliseconds::max()}, kStart);
  EXPECT_EQ(endless.Next().due, SteadyTime::max());
}

}  // namespace
}  // namespace extractd::net
