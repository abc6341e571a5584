#include "server/net/easy_handle.h"

#include <vector>

#include <gtest/gtest.h>

namespace extractd::net {
namespace {

TEST(EasyHandleTest, APoolHandsOutTheHandleThatCameBack) {
  const NetworkEnvironment environment;
  EasyHandlePool pool(environment);
  auto first = pool.Acquire();
  const auto second = pool.Acquire();
  ASSERT_NE(first, nullptr);
  EXPECT_NE(first->get(), second->get());
  CURL* const number = first->get();
  pool.Release(std::move(first));
  EXPECT_EQ(pool.Acquire()->get(), number);
}

TEST(EasyHandleTest, AfterABurstThePoolKeepsOnlySomeOfItsHandles) {
  const NetworkEnvironment environment;
  EasyHandlePool pool(environment);
  std::vector<std::unique_ptr<EasyHandle>> burst;
  while (burst.size() < 300) burst.push_back(pool.Acquire());
  for (auto& handle : burst) pool.Release(std::move(handle));
  EXPECT_GT(pool.idle(), 0U);
  EXPECT_LT(pool.idle(), 300U);
}

TEST(EasyHandleTest, ClearErrorLeavesNothingOfTheLastFailure) {
  const NetworkEnvironment environment;
  EasyHandle handle(environment);
  handle.Set(CURLOPT_URL, "nope://x");
  EXPECT_NE(curl_easy_perform(handle.get()), CURLE_OK);
  EXPECT_STRNE(handle.error(), "");
  handle.ClearError();
  EXPECT_STREQ(handle.error(), "");
}

}  // namespace
}  // namespace extractd::net
