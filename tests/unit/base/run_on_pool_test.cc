#include "server/base/run_on_pool.h"

#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

namespace extractd {
namespace {

TEST(RunOnPoolTest, TheLoopServesOthersWhileThePoolWorksAndThenGoesOnItself) {
  asio::io_context loop;
  asio::thread_pool pool{1};
  std::thread::id worker;
  bool served = false;
  bool ended = false;
  const auto call = [&]() -> Task<void> {
    asio::post(loop, [&] { served = true; });
    co_await RunOnPool(pool, [&] { worker = std::this_thread::get_id(); });
    EXPECT_TRUE(served);
    ended = true;
  };
  asio::co_spawn(loop, call(), asio::detached);
  loop.run();
  pool.join();
  EXPECT_TRUE(ended) << "the loop had work left until then";
  EXPECT_NE(worker, std::thread::id());
  EXPECT_NE(worker, std::this_thread::get_id());
}

}  // namespace
}  // namespace extractd
