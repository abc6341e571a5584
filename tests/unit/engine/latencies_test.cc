#include "server/engine/latencies.h"

#include <gtest/gtest.h>

namespace extractd {
namespace {

using namespace std::chrono_literals;

TEST(LatenciesTest, MedianOfTheLatestOnceThereAreEnough) {
  Latencies latencies;
  for (const auto latency : {1ms, 100ms, 2ms, 3ms}) latencies.Add("p", "m", latency);
  EXPECT_EQ(latencies.Median("p", "m"), std::nullopt);
  latencies.Add("p", "m", 4ms);
  EXPECT_EQ(latencies.Median("p", "m"), 3ms);
  for (int i = 0; i < 31; ++i) latencies.Add("p", "m", 50ms);
  EXPECT_EQ(latencies.Median("p", "m"), 50ms);
}

TEST(LatenciesTest, ModelsAreApartAndBounded) {
  Latencies latencies;
  for (int i = 0; i < 5; ++i) latencies.Add("p", "first", 1ms);
  for (size_t i = 0; i < Latencies::kMaxModels; ++i) latencies.Add("p", std::to_string(i), 1ms);
  EXPECT_EQ(latencies.Median("p", "first"), std::nullopt) << "pushed out by newer models";
}

}  // namespace
}  // namespace extractd
