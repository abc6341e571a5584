#include "server/net/pool_counts.h"

#include <gtest/gtest.h>

namespace extractd::net {
namespace {

TEST(PoolCountsTest, EachNameHasItsOwnCountsInTheOrderOfTheNames) {
  PoolCounts counts;
  counts.Of("b").open = 2;
  counts.Of("a").open = 1;
  counts.Of("b").opened_total = 3;
  const std::vector<PoolStats> all = counts.All();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].pool, "a");
  EXPECT_EQ(all[0].open, 1);
  EXPECT_EQ(all[1].pool, "b");
  EXPECT_EQ(all[1].open, 2);
  EXPECT_EQ(all[1].opened_total, 3);
}

TEST(PoolCountsTest, CountsStayWhereTheyAre) {
  PoolCounts counts;
  PoolStats& first = counts.Of("0");
  for (int i = 1; i < 1'000; ++i) counts.Of(std::to_string(i));
  EXPECT_EQ(&counts.Of("0"), &first);
}

}  // namespace
}  // namespace extractd::net
