#include "server/net/easy_handle.h"

#include <set>

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

TEST(EasyHandleTest, APoolKeepsABoundedNumber) {
  const NetworkEnvironment environment;
  EasyHandlePool pool(environment);
  std::vector<std::unique_ptr<EasyHandle>> burst;
  std::set<CURL*> all;
  for (int i = 0; i < 300; ++i) {
    burst.push_back(pool.Acquire());
    all.insert(burst.back()->get());
  }
  for (auto& handle : burst) pool.Release(std::move(handle));
  EXPECT_EQ(all.size(), 300U);
}

TEST(EasyHandleTest, ClearErrorLeavesNothingOfTheLastFailure) {
  const NetworkEnvironment environment;
  EasyHandle handle(environment);
  handle.Set(CURLOPT_URL, "http://");
  EXPECT_NE(curl_easy_perform(handle.get()), CURLE_OK);
  EXPECT_STRNE(handle.error(), "");
  handle.ClearError();
  EXPECT_STREQ(handle.error(), "");
}

}  // namespace
}  // namespace extractd::net
