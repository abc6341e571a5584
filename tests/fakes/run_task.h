// Await: drives one Task to its end on a loop of its own, for tests that need its value.
#ifndef EXTRACTD_TESTS_FAKES_RUN_TASK_H_
#define EXTRACTD_TESTS_FAKES_RUN_TASK_H_

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "server/base/task.h"

namespace extractd::fakes {

// The value of `task`, which runs on `loop`; what the loop has besides goes on meanwhile.
template <class T>
T Await(asio::io_context& loop, Task<T> task) {
  std::optional<T> value;
  asio::co_spawn(loop, std::move(task), [&value](const std::exception_ptr& error, T result) {
    if (error) std::rethrow_exception(error);
    value = std::move(result);
  });
  loop.restart();
  while (!value.has_value() && loop.run_one() > 0) {
  }
  return *std::move(value);
}

template <class T>
T Await(Task<T> task) {
  asio::io_context loop;
  return Await(loop, std::move(task));
}

}  // namespace extractd::fakes

#endif  // EXTRACTD_TESTS_FAKES_RUN_TASK_H_
