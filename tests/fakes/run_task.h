// Drives a Task to its end on a loop, for tests that are no coroutines themselves.
#ifndef EXTRACTD_TESTS_FAKES_RUN_TASK_H_
#define EXTRACTD_TESTS_FAKES_RUN_TASK_H_

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "server/base/task.h"

namespace extractd::fakes {

// Runs `loop` until `task` has ended; whatever else waits on the loop stays there. The result is
// default-constructible. An exception of the task is thrown on.
template <class T>
T Await(asio::io_context& loop, Task<T> task) {
  std::optional<T> result;
  std::exception_ptr thrown;
  bool ended = false;
  asio::co_spawn(loop, std::move(task), [&](std::exception_ptr exception, T value) {
    thrown = exception;
    if (!exception) result = std::move(value);
    ended = true;
  });
  loop.restart();
  while (!ended && loop.run_one() > 0) {
  }
  if (thrown) std::rethrow_exception(thrown);
  return *std::move(result);
}

// On a loop of its own, for a task that needs no other.
template <class T>
T Await(Task<T> task) {
  asio::io_context loop{1};
  return Await(loop, std::move(task));
}

}  // namespace extractd::fakes

#endif  // EXTRACTD_TESTS_FAKES_RUN_TASK_H_
