#include "server/base/clock.h"

#include <optional>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace extractd {
namespace {

using namespace std::chrono_literals;

Task<absl::Status> SleepAsRoot(Clock& clock, std::chrono::milliseconds wait) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_return co_await clock.Sleep(wait);
}

TEST(SystemClockTest, SleepEndsAfterTheWait) {
  asio::io_context loop;
  SystemClock clock;
  const SteadyTime begin = clock.Now();
  std::optional<absl::Status> result;
  asio::co_spawn(loop, SleepAsRoot(clock, 5ms), [&result](std::exception_ptr, absl::Status s) {
    result = std::move(s);
  });
  loop.run();
  EXPECT_TRUE(result.value().ok());
  EXPECT_GE(clock.Now() - begin, 5ms);
}

TEST(SystemClockTest, CancelEndsTheSleepAtOnceWithAStatus) {
  asio::io_context loop;
  SystemClock clock;
  asio::cancellation_signal cancel;
  std::optional<absl::Status> result;
  asio::co_spawn(
      loop,
      SleepAsRoot(clock, 1h),
      asio::bind_cancellation_slot(
          cancel.slot(),
          [&result](std::exception_ptr error, absl::Status s) {
            EXPECT_FALSE(error);
            result = std::move(s);
          }
      )
  );
  loop.poll();
  cancel.emit(asio::cancellation_type::terminal);
  loop.run();
  EXPECT_TRUE(absl::IsCancelled(result.value()));
}

}  // namespace
}  // namespace extractd
