// What the tests of the HTTP client share: a client on a loop that the test itself runs.
#ifndef EXTRACTD_TESTS_UNIT_NET_CLIENT_TEST_H_
#define EXTRACTD_TESTS_UNIT_NET_CLIENT_TEST_H_

#include <chrono>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "server/net/http_client.h"
#include "tests/fakes/http_imposter.h"
#include "tests/fakes/run_task.h"

namespace extractd::net {

// A variable of the environment while it lives. An empty value: not set.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const std::string& value) : name_(name) {
    const char* before = std::getenv(name);
    if (before != nullptr) before_ = before;
    Assign(value);
  }
  ~ScopedVariable() { Assign(before_); }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  void Assign(const std::string& value) {
    if (value.empty())
      ::unsetenv(name_);
    else
      ::setenv(name_, value.c_str(), 1);
  }
  const char* name_;
  std::string before_;
};

// A send that goes on while the test does something else.
struct RunningSend {
  std::optional<HttpResult> result = {};
  asio::cancellation_signal signal = {};
};

class ClientTest : public ::testing::Test {
 protected:
  explicit ClientTest(const HttpClient::Limits& limits = {})
      : client_(std::make_unique<HttpClient>(loop_.get_executor(), limits)) {}

  HttpResult Send(HttpRequest request) {
    return fakes::Await(loop_, client_->Send(std::move(request)));
  }

  RunningSend* Start(HttpRequest request) {
    return Spawn(SendAsRoot(*client_, std::move(request)));
  }

  RunningSend* Start(HttpRequest request, BodySink& sink) {
    return Spawn(SendAsRoot(*client_, std::move(request), &sink));
  }

  RunningSend* Spawn(Task<HttpResult> task) {
    RunningSend* running = &running_.emplace_back();
    asio::co_spawn(
        loop_,
        std::move(task),
        asio::bind_cancellation_slot(
            running->signal.slot(),
            [&running = *running](const std::exception_ptr& error, HttpResult result) {
              if (error) std::rethrow_exception(error);
              running.result = std::move(result);
            }
        )
    );
    return running;
  }

  // Runs the loop until `holds`. False: not within ten seconds.
  bool RunUntil(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    loop_.restart();
    while (!holds()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      loop_.run_one_for(std::chrono::milliseconds(1));
    }
    return true;
  }

  const HttpResult& Finish(RunningSend& running) {
    EXPECT_TRUE(RunUntil([&] { return running.result.has_value(); })) << "the send never ended";
    if (!running.result) running.result.emplace();
    return *running.result;
  }

  // A client that reads the environment as it is now.
  void Restart() {
    client_.reset();
    client_ = std::make_unique<HttpClient>(loop_.get_executor());
  }

  const HttpResult& Cancel(RunningSend& running) {
    running.signal.emit(asio::cancellation_type::terminal);
    return Finish(running);
  }

  PoolStats Pool(std::string_view name = "") const {
    for (const PoolStats& stats : client_->stats()) {
      if (stats.pool == name) return stats;
    }
    return {};
  }

  // A name that no resolver asks anybody for: its label is longer than names allow.
  static std::string NoSuchHost() { return std::string(64, 'x') + ".invalid"; }

  static size_t OpenDescriptors() {
    const std::filesystem::directory_iterator entries("/proc/self/fd");
    return static_cast<size_t>(std::distance(begin(entries), end(entries)));
  }

  asio::io_context loop_{1};
  // Until the end of the test: Asio passes a signal on through the loop, where it may arrive after
  // the send has ended.
  std::deque<RunningSend> running_;
  std::unique_ptr<HttpClient> client_;

 private:
  static Task<HttpResult> SendAsRoot(
      HttpClient& client, HttpRequest request, BodySink* sink = nullptr
  ) {
    co_await asio::this_coro::throw_if_cancelled(false);
    if (sink != nullptr) co_return co_await client.Send(std::move(request), *sink);
    co_return co_await client.Send(std::move(request));
  }
};

}  // namespace extractd::net

#endif  // EXTRACTD_TESTS_UNIT_NET_CLIENT_TEST_H_
