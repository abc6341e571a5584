// Work that would stop a loop, done by a pool while the loop serves others.
#ifndef EXTRACTD_SERVER_BASE_RUN_ON_POOL_H_
#define EXTRACTD_SERVER_BASE_RUN_ON_POOL_H_

#include <utility>

#include <absl/functional/function_ref.h>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/thread_pool.hpp>

#include "server/base/task.h"

namespace extractd {

// Ends on the awaiter's loop once `work` has ended on a thread of `pool`, whatever happens to the
// RPC meanwhile. `pool` is joined before that loop is destroyed.
inline Task<void> RunOnPool(asio::thread_pool& pool, absl::FunctionRef<void()> work) {
  const auto start = [&pool, work](auto handler) {
    // Tracked: the loop must not run out of work meanwhile.
    auto loop = asio::prefer(
        asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked
    );
    asio::post(pool, [work, loop, handler = std::move(handler)]() mutable {
      work();
      asio::post(loop, std::move(handler));
    });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(start, asio::use_awaitable);
}

}  // namespace extractd

#endif  // EXTRACTD_SERVER_BASE_RUN_ON_POOL_H_
