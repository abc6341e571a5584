// bench_echo_server: answers each call with the bytes of its request, on a loop as extractd does.
// What gRPC and the hand-over to a loop cost.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "tests/bench/e2e/unary_server.h"

namespace asio = boost::asio;

int main() {
  using extractd::bench::UnaryCall;
  std::vector<std::unique_ptr<asio::io_context>> loops;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    loops.push_back(std::make_unique<asio::io_context>(1));
    threads.emplace_back([loop = loops.back().get()] {
      const auto work = asio::make_work_guard(*loop);
      loop->run();
    });
  }
  size_t next = 0;
  extractd::bench::UnaryServer server([&](const std::vector<UnaryCall*>& calls) {
    asio::post(*loops[next++ % loops.size()], [calls] {
      for (UnaryCall* call : calls) call->Answer(call->request());
    });
  });
  extractd::bench::AnnounceAndWait(server.address());
  std::_Exit(EXIT_SUCCESS);  // calls may still be under way
}
