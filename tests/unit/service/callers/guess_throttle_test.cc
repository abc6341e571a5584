#include "server/service/callers/guess_throttle.h"

#include <string>

#include <gtest/gtest.h>

namespace extractd {
namespace {

TEST(GuessThrottleTest, AnAddressHasSomeGuessesInAWindow) {
  GuessThrottle throttle;
  SteadyTime now{std::chrono::hours(1)};
  for (std::int64_t i = 0; i < GuessThrottle::kMaxGuesses; ++i) {
    EXPECT_TRUE(throttle.Allow("ipv4:10.0.0.1", now));
  }
  EXPECT_FALSE(throttle.Allow("ipv4:10.0.0.1", now));
  EXPECT_TRUE(throttle.Allow("ipv4:10.0.0.2", now)) << "others are not held up";
  now += GuessThrottle::kWindow + std::chrono::seconds(1);
  EXPECT_TRUE(throttle.Allow("ipv4:10.0.0.1", now));
}

TEST(GuessThrottleTest, ManyAddressesTakeNoMoreMemory) {
  GuessThrottle throttle;
  const SteadyTime now{std::chrono::hours(1)};
  for (int i = 0; i < 100'000; ++i) {
    EXPECT_TRUE(throttle.Allow("address-" + std::to_string(i), now));
  }
}

}  // namespace
}  // namespace extractd
