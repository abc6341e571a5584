#include "server/base/byte_lru.h"

#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace extractd {
namespace {

std::shared_ptr<int> Number(int n) {
  return std::make_shared<int>(n);
}

TEST(ByteLruTest, LeastRecentlyUsedGoesFirst) {
  ByteLru<int> cache(3 * 11);
  cache.Put("a", Number(1), 10);
  cache.Put("b", Number(2), 10);
  cache.Put("c", Number(3), 10);
  ASSERT_NE(cache.Find("a"), nullptr);  // "b" is the oldest now
  cache.Put("d", Number(4), 10);
  EXPECT_EQ(cache.Find("b"), nullptr);
  EXPECT_EQ(*cache.Find("a"), 1);
  EXPECT_EQ(*cache.Find("d"), 4);
  EXPECT_EQ(cache.stats().evictions, 1);
}

TEST(ByteLruTest, BytesNeverPassTheLimit) {
  ByteLru<int> cache(100);
  for (int i = 0; i < 1000; ++i) {
    cache.Put(std::to_string(i), Number(i), static_cast<size_t>(i % 40));
    EXPECT_LE(cache.stats().bytes, 100);
  }
}

TEST(ByteLruTest, EntriesNeverPassTheirLimit) {
  ByteLru<int> cache(1000, 2);
  for (int i = 0; i < 5; ++i) cache.Put(std::to_string(i), Number(i), 1);
  EXPECT_EQ(cache.stats().entries, 2);
  EXPECT_NE(cache.Find("4"), nullptr);
}

TEST(ByteLruTest, ValueAboveTheWholeLimitIsNotKeptAndPushesNothingOut) {
  ByteLru<int> cache(50);
  cache.Put("small", Number(1), 10);
  cache.Put("large", Number(2), 51);
  EXPECT_EQ(cache.Find("large"), nullptr);
  EXPECT_NE(cache.Find("small"), nullptr);
}

TEST(ByteLruTest, PutReplacesAndEraseForgets) {
  ByteLru<int> cache(50);
  cache.Put("a", Number(1), 10);
  cache.Put("a", Number(2), 20);
  EXPECT_EQ(*cache.Find("a"), 2);
  EXPECT_EQ(cache.stats().bytes, 21);
  cache.Erase("a");
  cache.Erase("a");
  EXPECT_EQ(cache.stats().bytes, 0);
  EXPECT_EQ(cache.stats().evictions, 0) << "only what the limit pushes out is an eviction";
}

TEST(ByteLruTest, LookingAtAllKeepsTheirPlaces) {
  ByteLru<int> cache(40);
  cache.Put("a", Number(1), 10);
  cache.Put("b", Number(2), 10);
  std::string seen;
  cache.ForEach([&](std::string_view key, const auto& value) {
    seen += fmt::format("{}{}", key, *value);
  });
  EXPECT_EQ(seen, "b2a1");
  cache.Put("c", Number(3), 20);
  EXPECT_EQ(cache.Find("a"), nullptr) << "it was still the oldest";
}

}  // namespace
}  // namespace extractd
