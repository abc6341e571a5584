// bench_http_load URL: extractd's HTTP client alone. Reads lines "<in flight> <seconds>" from
// stdin, posts that many requests at a time to URL for so long, and prints "<requests> <CPU-µs>" of
// what came after a warm-up of a fifth of the time.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include "tests/bench/e2e/cpu_clock.h"
#include "tests/bench/e2e/job.h"
#include "tests/bench/e2e/provider_call.h"

namespace extractd::bench {
namespace {

using std::chrono::duration;
using std::chrono::steady_clock;

struct Loop {
  asio::io_context context{1};
  net::HttpClient client{context.get_executor()};
};

// One measurement: shared by the loops' threads.
struct Measurement {
  std::atomic<bool> over = false;
  std::atomic<std::int64_t> requests = 0;
  std::atomic<std::int64_t> failures = 0;
};

Task<void> KeepPosting(net::HttpClient& client, const std::string& url, Measurement& measurement) {
  const std::string body = ExtractRequestBytes();
  while (!measurement.over) {
    net::HttpRequest request = ProviderRequest(url, body);
    const net::HttpResult result = co_await client.Send(std::move(request));
    ++(result.ok() && result.reply.status == 200 ? measurement.requests : measurement.failures);
  }
}

// Runs a loop until its requests have ended.
void RunLoop(Loop& loop, const std::string& url, int in_flight, Measurement& measurement) {
  int left = in_flight;
  for (int i = 0; i < in_flight; ++i) {
    asio::co_spawn(
        loop.context,
        KeepPosting(loop.client, url, measurement),
        [&loop, &left](const std::exception_ptr&) {
          if (--left == 0) loop.context.stop();
        }
    );
  }
  loop.context.restart();
  loop.context.run();
}

void Measure(
    std::vector<std::unique_ptr<Loop>>& loops, const std::string& url, int in_flight, double seconds
) {
  Measurement measurement;
  const int used = std::min(in_flight, static_cast<int>(loops.size()));
  std::vector<std::thread> threads;
  for (int i = 0; i < used; ++i) {
    const int share = in_flight / used + (i < in_flight % used ? 1 : 0);
    threads.emplace_back([&, share, loop = loops[static_cast<size_t>(i)].get()] {
      RunLoop(*loop, url, share, measurement);
    });
  }
  std::this_thread::sleep_for(duration<double>(seconds / 5));
  const std::int64_t requests_before = measurement.requests;
  const auto cpu_before = CpuTime(0);
  std::this_thread::sleep_for(duration<double>(seconds * 4 / 5));
  const std::int64_t requests = measurement.requests - requests_before;
  const auto cpu = CpuTime(0) - cpu_before;
  measurement.over = true;
  for (std::thread& thread : threads) thread.join();
  if (measurement.failures > 0) {
    fmt::print(stderr, "bench_http_load: {} requests failed\n", measurement.failures.load());
    std::exit(EXIT_FAILURE);
  }
  fmt::print("{} {}\n", requests, duration<double, std::micro>(cpu).count());
  std::fflush(stdout);
}

void Run(const std::string& url) {
  std::vector<std::unique_ptr<Loop>> loops;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    loops.push_back(std::make_unique<Loop>());
  }
  int in_flight = 0;
  double seconds = 0;
  while (std::cin >> in_flight >> seconds) Measure(loops, url, in_flight, seconds);
}

}  // namespace
}  // namespace extractd::bench

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: bench_http_load URL\n", stderr);
    return EXIT_FAILURE;
  }
  extractd::bench::Run(argv[1]);
}
