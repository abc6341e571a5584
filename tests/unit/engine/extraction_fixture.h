// A call on scripted collaborators, for the tests of the engine's loops.
#ifndef EXTRACTD_TESTS_UNIT_ENGINE_EXTRACTION_FIXTURE_H_
#define EXTRACTD_TESTS_UNIT_ENGINE_EXTRACTION_FIXTURE_H_

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "server/base/error.h"
#include "server/engine/extraction.h"
#include "tests/fakes/engine_fakes.h"
#include "tests/fakes/run_task.h"

namespace extractd {

inline constexpr const char* kSchema =
    R"({"type":"object","properties":{"age":{"type":"integer"}},"required":["age"]})";

inline SendResult Calls(std::string arguments) {
  SendResult result;
  result.reply.message.tool_calls = {{"c1", "answer", std::move(arguments)}};
  result.reply.usage = {.input_tokens = 10, .output_tokens = 5};
  result.reply.finish_reason = FinishReason::kToolCalls;
  result.http_status = 200;
  return result;
}

inline SendResult Fails(SendFailure failure) {
  return {.failure = failure, .message = "it failed", .http_status = 503};
}

inline SendResult RateLimited(std::chrono::milliseconds wait) {
  SendResult result = Fails(SendFailure::kRateLimited);
  result.retry_after = wait;
  result.http_status = 429;
  return result;
}

class ExtractionTest : public ::testing::Test {
 protected:
  ExtractionTest() {
    plan_.handler = std::make_shared<const Handler>(Handler{
        .row = std::make_shared<const ProviderRow>(ProviderRow{.name = "acme"}),
        .mode = FindModeHandler("TOOLS"),
    });
    plan_.schema = *schema::Prepare(kSchema, {});
    plan_.request = {.model = "m", .messages = {{.text = "Ann is 40."}}};
    plan_.deadline = clock_.Now() + std::chrono::hours(1);
    plan_.retry.backoff_jitter = 0;
  }

  Extraction RunScript(std::deque<SendResult> script) {
    plan_.upstream =
        std::make_unique<fakes::FakeUpstream>(std::move(script), seen_, clock_, latency_);
    fakes::FixedBits bits(0);
    return fakes::Await(Extract(plan_, {clock_, bits, latencies_, health_, observer_}));
  }

  static Reason ReasonOf(const Extraction& extraction) {
    const auto details = DetailsOf(extraction.status);
    return details.has_value() ? details->reason : Reason::kInternal;
  }

  static std::vector<AttemptKind> KindsOf(const Extraction& extraction) {
    std::vector<AttemptKind> kinds;
    for (const Attempt& attempt : extraction.attempts) kinds.push_back(attempt.kind);
    return kinds;
  }

  Plan plan_;
  fakes::FakeClock clock_;
  fakes::FakeUpstream::Seen seen_;
  fakes::FakeObserver observer_;
  Latencies latencies_;
  ProviderHealth health_;
  std::chrono::milliseconds latency_{100};
};

}  // namespace extractd

#endif  // EXTRACTD_TESTS_UNIT_ENGINE_EXTRACTION_FIXTURE_H_
