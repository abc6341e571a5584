// The engine, the providers and the HTTP client on several loops, as the daemon runs them, with
// callers on threads of their own that stand in for gRPC: they start calls, take messages at their
// own pace and leave when they like, all through posts to the loop of the call. Thousands of
// streams in full.
//
// EXTRACTD_SEED sets what happens.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <absl/random/random.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/base/error.h"
#include "server/engine/fallback.h"
#include "server/engine/plan.h"
#include "server/net/http_client.h"
#include "server/providers/http_upstream.h"
#include "server/providers/provider_table.h"
#include "server/registry/catalog.h"
#include "server/schema/schema_cache.h"
#include "server/schema/schema_library.h"
#include "tests/fakes/http_imposter.h"
#include "tests/fakes/test_settings.h"

namespace extractd {
namespace {

using fakes::ScriptedReply;
using namespace std::chrono_literals;

constexpr size_t kStreams = 200;
constexpr size_t kStreamsInFull = 6'000;
constexpr size_t kLoops = 2;
constexpr size_t kCallers = 8;
// A stream with more waiting than this is paused, so that pauses happen.
constexpr size_t kMaxWaiting = 512;

constexpr const char* kSchema =
    R"({"type":"object","properties":{"age":{"type":"integer","minimum":0},"name":{"type":"string"}},)"
    R"("required":["age","name"],"additionalProperties":false})";

std::string Event(std::string_view choice) {
  return fmt::format("data: {{\"id\":\"1\",\"choices\":[{{\"index\":0,{}}}]}}\n\n", choice);
}

// A tool call whose arguments are `text`, in pieces.
std::string ToolEvents(std::string_view text, size_t piece) {
  std::string events =
      Event(R"("delta":{"role":"assistant","tool_calls":[{"index":0,"id":"c","type":"function",)"
            R"("function":{"name":"answer","arguments":""}}]})");
  for (size_t at = 0; at < text.size(); at += piece) {
    std::string quoted;
    for (const char c : text.substr(at, piece)) quoted += c == '"' ? "\\\"" : std::string(1, c);
    events += Event(fmt::format(
        R"("delta":{{"tool_calls":[{{"index":0,"function":{{"arguments":"{}"}}}}]}})", quoted
    ));
  }
  return events + Event(R"("delta":{},"finish_reason":"tool_calls")") + "data: [DONE]\n\n";
}

// One of the things that providers do.
ScriptedReply SomeReply(std::mt19937& random) {
  const std::string name(1 + (random() % 3'000), 'a');
  const int age = random() % 12 == 0 ? -1 : 36;
  const std::string person = fmt::format(R"({{"age":{},"name":"{}"}})", age, name);
  const std::string events = ToolEvents(person, 1 + (random() % 60));
  const size_t somewhere = random() % events.size();
  switch (random() % 16) {
    case 0:
      return ScriptedReply::EventStream(events).CutAfter(somewhere);
    case 1:
      return ScriptedReply::EventStream(events).ResetAfter(somewhere);
    case 2:
      return ScriptedReply::EventStream(events).StallAfter(somewhere);
    case 3:
      return ScriptedReply::EventStream(events.substr(0, somewhere) + "data: {no json\n\n");
    case 4:
      return ScriptedReply::Status(503, R"({"error":{"message":"busy"}})");
    case 5:
      return ScriptedReply::HangUp();
    case 6:
      return ScriptedReply::EventStream(events).Dripping(2'000, 1ms);
    default:
      return ScriptedReply::EventStream(events);
  }
}

std::atomic<int> live_calls = 0;

// One call: what its loop writes, and what its caller takes. The loop alone touches what has no
// lock.
class Call final : public ExtractionStream, public std::enable_shared_from_this<Call> {
 public:
  explicit Call(asio::io_context& loop) : loop_(loop) { ++live_calls; }
  ~Call() { --live_calls; }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  void OnStarted(const Plan&, const Attempt&) override { waiting_ += 1; }
  void OnOp(const PartialOp& op) override { waiting_ += op.text.size() + 1; }
  void OnItem(const Item&, size_t) override {}
  void OnThinking(std::string_view) override {}
  StreamSink::Wish OnPieceEnd(const ShownValue&) override {
    Flush();
    paused_ = waiting_ > kMaxWaiting;
    return paused_ ? StreamSink::Wish::kPause : StreamSink::Wish::kMore;
  }
  void OnRetrying(const Plan&, const Attempt&, std::chrono::milliseconds) override {
    waiting_ += 1;
    Flush();
  }
  void OnEnded() override {}

  // On the loop: the coroutine has ended.
  void End(std::string outcome) {
    ended_ = true;
    const std::lock_guard lock(mutex_);
    outcome_ = std::move(outcome);
    changed_.notify_all();
  }

  // On the caller's thread: waits for a message, and hands it back as taken. False: the call ended.
  bool TakeMessage(std::chrono::milliseconds pause) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !outcome_.empty() || offered_ > 0; });
      if (!outcome_.empty()) return false;
      offered_ = 0;
    }
    std::this_thread::sleep_for(pause);
    asio::post(loop_, [call = shared_from_this()] { call->OnTaken(); });
    return true;
  }
  // On the caller's thread.
  void Leave() {
    asio::post(loop_, [call = shared_from_this()] {
      if (!call->ended_) call->cancel.emit(asio::cancellation_type::terminal);
    });
  }
  std::string outcome() {
    const std::lock_guard lock(mutex_);
    return outcome_;
  }
  size_t pauses() const { return pauses_; }  // after the end

  asio::cancellation_signal cancel;

 private:
  void Flush() {
    if (writing_ || waiting_ == 0) return;
    writing_ = true;
    const std::lock_guard lock(mutex_);
    offered_ = std::exchange(waiting_, 0);
    changed_.notify_all();
  }
  void OnTaken() {
    writing_ = false;
    if (ended_) return;
    Flush();
    if (!paused_ || waiting_ > kMaxWaiting) return;
    paused_ = false;
    ++pauses_;
    Resume();
  }

  asio::io_context& loop_;
  size_t waiting_ = 0;
  bool writing_ = false;
  bool paused_ = false;
  bool ended_ = false;
  std::atomic<size_t> pauses_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t offered_ = 0;
  std::string outcome_;
};

class NoObserver final : public ExtractionObserver {
 public:
  void OnSend(const Plan&, const Attempt&) override {}
  void OnAttempt(const Plan&, const Attempt&) override {}
  void OnExtraction(const Plan&, const Extraction&) override {}
};

// What all loops use together.
struct Shared {
  asio::thread_pool pool{1};
  Registry registry;
  Catalog catalog{registry, &providers::FindDialect, {}};
  schema::SchemaCache schemas{{}, pool};
  schema::SchemaLibrary library{1 << 20};
  SystemClock clock;
  Latencies latencies;
  Lessons lessons;
  ProviderHealth health;
};

// A loop with its thread, its connections and its planner.
class Loop final : public UpstreamFactory {
 public:
  explicit Loop(Shared& shared) : shared_(shared) {
    thread_ = std::thread([this] { context_.run(); });
  }
  // NOLINTNEXTLINE(bugprone-exception-escape): only a thread that cannot be joined throws
  ~Loop() override {
    asio::post(context_, [this] { work_.reset(); });
    thread_.join();
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  absl::StatusOr<std::unique_ptr<Upstream>> Open(
      std::shared_ptr<const Handler> handler, const ModelFamily& family, bool
  ) override {
    return std::make_unique<providers::HttpUpstream>(client_, std::move(handler), family, Secret());
  }

  // From any thread.
  std::shared_ptr<Call> Start(ExtractCall request) {
    auto call = std::make_shared<Call>(context_);
    asio::post(context_, [this, call, request = std::move(request)]() mutable {
      asio::co_spawn(
          context_,
          Run(call, std::move(request)),
          asio::bind_cancellation_slot(
              call->cancel.slot(),
              [call](const std::exception_ptr& error, std::string outcome) {
                call->End(error ? "exception" : std::move(outcome));
              }
          )
      );
    });
    return call;
  }

 private:
  Task<std::string> Run(std::shared_ptr<Call> call, ExtractCall request) {
    co_await asio::this_coro::throw_if_cancelled(false);
    ExtractionTools tools{
        .clock = shared_.clock,
        .random = random_,
        .latencies = shared_.latencies,
        .health = shared_.health,
        .observer = observer_,
        .lessons = &shared_.lessons,
    };
    tools.stream = call.get();
    const auto course = co_await ExtractWithFallbacks(
        planner_, std::move(request), settings_, std::move(tools), [](Plan&) {}
    );
    const absl::Status status = course.ok() ? course->extraction.status : course.status();
    if (status.ok()) co_return "OK";
    const auto details = DetailsOf(status);
    co_return details.has_value() ? std::string(ReasonName(details->reason)) : "no reason";
  }

  Shared& shared_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_ =
      asio::make_work_guard(context_);
  net::HttpClient client_{context_.get_executor()};
  absl::BitGen random_;
  NoObserver observer_;
  std::shared_ptr<const CallSettings> settings_ = std::make_shared<const CallSettings>();
  Planner planner_{Planner::Parts{
      .catalog = shared_.catalog,
      .schemas = shared_.schemas,
      .library = shared_.library,
      .upstreams = *this,
      .clock = shared_.clock,
      .lessons = &shared_.lessons,
  }};
  std::thread thread_;
};

ExtractCall PersonCall() {
  ExtractCall call;
  call.model = "acme/m";
  call.json_schema = kSchema;
  call.messages = {{.text = "Ada is 36."}};
  call.mode = "TOOLS";
  call.deadline = std::chrono::steady_clock::now() + 20s;
  call.retry.initial_backoff = 1ms;
  call.retry.max_backoff = 5ms;
  return call;
}

size_t OpenDescriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<size_t>(std::ranges::distance(all));
}

class StreamSoakTest : public ::testing::Test {
 protected:
  // One caller: takes all, or some and then leaves, or slowly.
  void CallOnce(Loop& loop, std::mt19937& random) {
    const std::shared_ptr<Call> call = loop.Start(PersonCall());
    const bool leaves = random() % 5 == 0;
    const auto pause = std::chrono::milliseconds(random() % 8 == 0 ? 2 : 0);
    size_t patience = leaves ? random() % 4 : 1'000'000;
    while (patience-- > 0 && call->TakeMessage(pause)) {
    }
    if (leaves) call->Leave();
    while (call->TakeMessage(0ms)) {
    }
    pauses_ += call->pauses();
    const std::lock_guard lock(mutex_);
    ++outcomes_[call->outcome()];
  }

  void Run(size_t streams, Shared& shared) {
    std::vector<std::unique_ptr<Loop>> loops;
    loops.reserve(kLoops);
    for (size_t i = 0; i < kLoops; ++i) loops.push_back(std::make_unique<Loop>(shared));
    std::atomic<std::int64_t> left = static_cast<std::int64_t>(streams);
    std::vector<std::thread> callers;
    callers.reserve(kCallers);
    for (size_t i = 0; i < kCallers; ++i) {
      callers.emplace_back([this, &left, &loops, seed = seed_ + i] {
        std::mt19937 random(static_cast<std::mt19937::result_type>(seed));
        while (left.fetch_sub(1) > 0) CallOnce(*loops[random() % kLoops], random);
      });
    }
    for (std::thread& caller : callers) caller.join();
  }

  fakes::HttpImposter acme_;
  std::uint64_t seed_ = NumberSetting("EXTRACTD_SEED", 6);
  std::mutex mutex_;
  std::map<std::string, size_t> outcomes_;
  std::atomic<size_t> pauses_ = 0;
};

TEST_F(StreamSoakTest, NothingStaysOfManyStreamsOnSeveralLoops) {
  const size_t streams = IsFullRun() ? kStreamsInFull : kStreams;
  // The imposter's own thread alone draws from it.
  auto random = std::make_shared<std::mt19937>(static_cast<std::mt19937::result_type>(seed_));
  acme_.ReplyByDefault([random](const fakes::SeenRequest&) { return SomeReply(*random); });
  const size_t descriptors = OpenDescriptors();
  {
    Shared shared;
    ProviderRow row = {.name = "acme", .base_url = acme_.url() + "/v1", .key_required = false};
    row.default_model = "m";
    row.modes = {"TOOLS"};
    row.timers.first_byte = 300ms;
    row.timers.idle = 300ms;
    ASSERT_TRUE(shared.catalog.Put(row).ok());
    Run(streams, shared);
    shared.pool.join();
  }
  size_t all = 0;
  for (const auto& [outcome, count] : outcomes_) {
    all += count;
    std::cout << "soak: " << outcome << ": " << count << "\n";
  }
  std::cout << "soak: " << pauses_ << " pauses of providers\n";
  EXPECT_EQ(all, streams);
  EXPECT_GT(outcomes_["OK"], streams / 3);
  EXPECT_GT(outcomes_["CANCELLED"], 0U);
  EXPECT_EQ(outcomes_.count("INTERNAL") + outcomes_.count("exception"), 0U);
  EXPECT_GT(pauses_, 0U);
  EXPECT_EQ(live_calls, 0) << "coroutines hold their calls";
  for (int i = 0; i < 500 && OpenDescriptors() > descriptors; ++i)
    std::this_thread::sleep_for(20ms);
  EXPECT_LE(OpenDescriptors(), descriptors);
  EXPECT_EQ(acme_.open_connections(), 0U);
}

}  // namespace
}  // namespace extractd
