// Task<T>: the one coroutine type of this code base. A Task starts when awaited, runs on the loop
// of its awaiter and never throws: failure is its value. Cancellation comes through the slot of the
// root Task; see Cancelled().
#ifndef EXTRACTD_SERVER_BASE_TASK_H_
#define EXTRACTD_SERVER_BASE_TASK_H_

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace extractd {

namespace asio = boost::asio;

template <class T>
using Task = asio::awaitable<T>;

// True once the root's cancellation signal fired. A root that wants to see it as a value, not as an
// exception at the next co_await, first does
//   co_await asio::this_coro::throw_if_cancelled(false);
inline Task<bool> Cancelled() {
  const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() != asio::cancellation_type::none;
}

}  // namespace extractd

#endif  // EXTRACTD_SERVER_BASE_TASK_H_
