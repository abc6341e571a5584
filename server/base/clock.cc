#include "server/base/clock.h"

#include <boost/asio/redirect_error.hpp>

namespace extractd {

Task<absl::Status> SystemClock::Sleep(std::chrono::milliseconds wait) {
  const asio::any_io_executor loop = co_await asio::this_coro::executor;
  asio::steady_timer timer(loop, wait);
  boost::system::error_code error;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  co_return error ? absl::CancelledError("wait cancelled") : absl::OkStatus();
}

}  // namespace extractd
