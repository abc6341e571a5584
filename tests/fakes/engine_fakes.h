// Scripted stand-ins for the engine's collaborators. No threads, no real time.
#ifndef EXTRACTD_TESTS_FAKES_ENGINE_FAKES_H_
#define EXTRACTD_TESTS_FAKES_ENGINE_FAKES_H_

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "server/base/clock.h"
#include "server/chat/stream.h"
#include "server/chat/upstream.h"
#include "server/engine/extraction.h"
#include "server/engine/observer.h"
#include "tests/fakes/role_order.h"

namespace extractd::fakes {

// Time that passes only when somebody sleeps or a test says so.
class FakeClock final : public Clock {
 public:
  SteadyTime Now() const override { return now_; }
  Task<absl::Status> Sleep(std::chrono::milliseconds wait) override {
    slept.push_back(wait);
    if (!sleep_result.ok()) co_return sleep_result;
    now_ += wait;
    co_return absl::OkStatus();
  }
  void Pass(std::chrono::nanoseconds time) { now_ += time; }

  std::vector<std::chrono::milliseconds> slept;
  absl::Status sleep_result;

 private:
  SteadyTime now_{std::chrono::hours(1)};
};

// Answers in script order; what it was asked stands in `encoded` and `timers`.
class FakeUpstream final : public Upstream {
 public:
  struct Seen {
    std::vector<ChatRequest> encoded;
    std::vector<SendTimers> timers;
  };

  // Each send takes `latency` of `clock`. `seen` and `clock` outlive this.
  FakeUpstream(
      std::deque<SendResult> script, Seen& seen, FakeClock& clock, std::chrono::milliseconds latency
  )
      : script_(std::move(script)), seen_(seen), clock_(clock), latency_(latency) {}

  absl::StatusOr<WireRequest> Encode(const ChatRequest& request) const override {
    EXPECT_EQ(RoleOrderProblem(request.messages), "");
    seen_.encoded.push_back(request);
    return WireRequest{.url = "fake:"};
  }

  Task<SendResult> Send(const WireRequest&, const SendTimers& timers) override {
    seen_.timers.push_back(timers);
    clock_.Pass(latency_);
    if (script_.empty())
      co_return SendResult{.failure = SendFailure::kRejected, .message = "script"};
    SendResult next = std::move(script_.front());
    script_.pop_front();
    next.latency = latency_;
    co_return next;
  }

 private:
  std::deque<SendResult> script_;
  Seen& seen_;
  FakeClock& clock_;
  std::chrono::milliseconds latency_;
};

// What a stream brings, and how it ends.
struct StreamScript {
  std::vector<std::string> arguments = {};  // pieces of the first tool call's
  std::vector<std::string> thinking = {};   // before them
  SendResult end = {};
};

// Streams in script order. A wish to stop ends a stream as the wire does: without a reply.
class FakeStreamUpstream final : public Upstream {
 public:
  struct Seen {
    std::vector<ChatRequest> encoded;
    std::vector<size_t> pieces;  // that were told of each send
  };
  FakeStreamUpstream(std::deque<StreamScript> script, Seen& seen)
      : script_(std::move(script)), seen_(seen) {}

  absl::StatusOr<WireRequest> Encode(const ChatRequest& request) const override {
    seen_.encoded.push_back(request);
    return WireRequest{.url = "fake:", .body = "twelve words of a prompt"};
  }
  Task<SendResult> Send(const WireRequest&, const SendTimers&) override {
    co_return SendResult{.failure = SendFailure::kRejected, .message = "not streamed"};
  }
  bool streams() const override { return true; }
  Task<SendResult> Stream(const WireRequest&, const SendTimers&, StreamSink& sink) override {
    if (script_.empty()) {
      co_return SendResult{.failure = SendFailure::kRejected, .message = "script"};
    }
    const StreamScript next = std::move(script_.front());
    script_.pop_front();
    for (const std::string& piece : next.thinking) sink.OnThinking(piece);
    size_t& pieces = seen_.pieces.emplace_back(0);
    for (const std::string& piece : next.arguments) {
      ++pieces;
      sink.OnArguments(0, "answer", piece);
      if (sink.OnPieceEnd() != StreamSink::Wish::kStop) continue;
      co_return SendResult{
          .failure = SendFailure::kMalformed, .message = "no end", .http_status = 200
      };
    }
    co_return next.end;
  }

 private:
  std::deque<StreamScript> script_;
  Seen& seen_;
};

class FakeObserver final : public ExtractionObserver {
 public:
  void OnSend(const Plan&, const Attempt& attempt) override { started.push_back(attempt.number); }
  void OnAttempt(const Plan&, const Attempt& attempt) override {
    ended.emplace_back(AttemptOutcomeName(attempt.outcome));
  }
  void OnExtraction(const Plan&, const Extraction&) override { ++extractions; }

  std::vector<int> started;
  std::vector<std::string> ended;
  int extractions = 0;
};

// A generator whose every draw is the same, for waits that can be foretold.
class FixedBits {
 public:
  using result_type = std::uint64_t;
  explicit FixedBits(result_type bits) : bits_(bits) {}
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }
  result_type operator()() { return bits_; }

 private:
  result_type bits_;
};

}  // namespace extractd::fakes

#endif  // EXTRACTD_TESTS_FAKES_ENGINE_FAKES_H_
