// More calls than there is room for. The numbers are those of the catalogue of faults. What time
// everything takes is measured by tests/bench/e2e; here it is who is served, and how others are
// told.
#include <atomic>
#include <chrono>
#include <csignal>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/fakes/test_settings.h"
#include "tests/integration/caller_files.h"
#include "tests/integration/raw_call.h"
#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class OverloadTest : public DaemonTest {
 protected:
  using Calls = std::vector<std::unique_ptr<PendingExtract>>;

  // So many calls, which have reached the daemon.
  Calls Begin(int count) {
    Calls calls;
    for (int i = 0; i < count; ++i) {
      calls.push_back(std::make_unique<PendingExtract>(daemon->address(), PersonRequest()));
    }
    return calls;
  }

  bool Becomes(std::string_view metric, double value) const {
    for (int i = 0; i < 500; ++i) {
      if (daemon->Metric(metric) == value) return true;
      std::this_thread::sleep_for(milliseconds(20));
    }
    return false;
  }

  struct Tally {
    std::atomic<int> served = 0;
    std::atomic<int> refused = 0;
    std::atomic<int> other = 0;
  };

  // So many callers ask again and again for a while; who is refused waits as it is told.
  std::unique_ptr<Tally> Load(int callers, milliseconds time) {
    auto tally = std::make_unique<Tally>();
    std::vector<std::thread> threads;
    threads.reserve(static_cast<size_t>(callers));
    const auto end = std::chrono::steady_clock::now() + time;
    for (int i = 0; i < callers; ++i) {
      threads.emplace_back([&] {
        Client caller({.address = daemon->address()});
        while (std::chrono::steady_clock::now() < end) {
          const auto result = caller.Extract(PersonRequest());
          if (result.ok()) {
            ++tally->served;
            continue;
          }
          const bool told =
              result.failure().reason == "OVERLOADED" && result.failure().retry_after.has_value();
          ++(told ? tally->refused : tally->other);
          std::this_thread::sleep_for(result.failure().retry_after.value_or(milliseconds(50)));
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    return tally;
  }

  CallerFiles files_;
};

TEST_F(OverloadTest, Case33_TenTimesTheLoadKeepsItsGoodputAndRecovers) {
  Start("max_in_flight: 4\nmax_queued: 4\nqueue_timeout_ms: 1000\n");
  acme.ReplyByDefault(ToolAnswer(kAda).After(milliseconds(100)));
  const auto usual = Load(4, seconds(2));
  EXPECT_GT(usual->served, 8);
  EXPECT_EQ(usual->refused, 0);
  const auto much = Load(40, seconds(2));
  // A busy machine spends part of the time on the callers themselves.
  EXPECT_GT(much->served, usual->served / (IsFullRun() ? 2 : 5)) << "of " << usual->served;
  EXPECT_GT(much->refused, 0);
  EXPECT_EQ(usual->other + much->other, 0);
  EXPECT_GT(daemon->Metric(R"(extractd_admission_rejected_total{reason="queue_full"})"), 0);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(client->Extract(PersonRequest()).ok());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(100) + AtOnce());
  EXPECT_TRUE(Becomes("extractd_admitted", 0));
  EXPECT_EQ(daemon->Metric("extractd_queue_depth"), 0);
}

TEST_F(OverloadTest, Case33_WhoIsRefusedIsToldWhenToComeAgainAndNothingIsSent) {
  Start("max_in_flight: 1\nmax_queued: 0\n");
  acme.ReplyByDefault(ToolAnswer(kAda).After(seconds(20)));
  const Calls running = Begin(1);
  ASSERT_TRUE(Becomes("extractd_admitted", 1));
  PendingExtract call(daemon->address(), PersonRequest());
  EXPECT_EQ(call.status().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  const Failure failure = ReadFailure(call.status());
  EXPECT_EQ(failure.reason, "OVERLOADED");
  EXPECT_EQ(failure.metadata.at("cause"), "queue_full");
  EXPECT_EQ(failure.metadata.at("flag"), "max_queued");
  ASSERT_TRUE(failure.retry_after.has_value());
  const auto& trailers = call.context().GetServerTrailingMetadata();
  const auto pushback = trailers.find("grpc-retry-pushback-ms");
  ASSERT_NE(pushback, trailers.end());
  EXPECT_EQ(
      std::string(pushback->second.data(), pushback->second.size()),
      std::to_string(failure.retry_after->count())
  );
  EXPECT_TRUE(acme.WaitForRequests(1));
  EXPECT_EQ(acme.requests().size(), 1U);
}

TEST_F(OverloadTest, Case33_HealthMetricsAndChecksOfSchemasAreServedAllTheSame) {
  Start("max_in_flight: 1\nmax_queued: 0\n");
  acme.ReplyByDefault(ToolAnswer(kAda).After(seconds(20)));
  const Calls running = Begin(1);
  ASSERT_TRUE(Becomes("extractd_admitted", 1));
  EXPECT_TRUE(CallRaw(daemon->address(), "/grpc.health.v1.Health/Check", "").status.ok());
  EXPECT_EQ(daemon->AdminGet("/healthz/ready"), "ready\n");
  v1::ValidateInstanceRequest request;
  request.mutable_schema()->set_json_schema(std::string(kPersonSchema));
  request.set_instance_json(std::string(kAda));
  EXPECT_TRUE(client->ValidateInstance(request).ok());
}

TEST_F(OverloadTest, WhoWaitsIsServedWhenAPlaceBecomesFree) {
  Start("max_in_flight: 2\n");
  acme.ReplyByDefault(ToolAnswer(kAda).After(milliseconds(100)));
  for (const auto& call : Begin(8)) EXPECT_TRUE(call->status().ok());
  EXPECT_GT(daemon->Metric("extractd_queue_wait_seconds_count"), 0);
}

TEST_F(OverloadTest, WhoCancelsWhileWaitingLeavesTheQueue) {
  Start("max_in_flight: 1\n");
  acme.ReplyByDefault(ToolAnswer(kAda).After(seconds(20)));
  const Calls running = Begin(1);
  ASSERT_TRUE(Becomes("extractd_admitted", 1));
  const Calls waiting = Begin(3);
  ASSERT_TRUE(Becomes("extractd_queue_depth", 3));
  waiting[1]->Cancel();
  EXPECT_TRUE(Becomes("extractd_queue_depth", 2));
  running[0]->Cancel();
  EXPECT_TRUE(Becomes("extractd_queue_depth", 1));
  EXPECT_EQ(daemon->Metric("extractd_admitted"), 1);
}

TEST_F(OverloadTest, StreamsWaitAndAreRefusedLikeOtherCalls) {
  Start("max_in_flight: 1\nmax_queued: 0\n");
  acme.ReplyByDefault(ToolAnswer(kAda).After(seconds(20)));
  const Calls running = Begin(1);
  ASSERT_TRUE(Becomes("extractd_admitted", 1));
  v1::ExtractStreamRequest request;
  *request.mutable_request() = PersonRequest();
  const auto result = client->ExtractStream(request, [](const auto&) { return true; });
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().reason, "OVERLOADED");
}

TEST_F(OverloadTest, Case38_ADrainTellsWhoStillWaitsToGoElsewhere) {
  Start("max_in_flight: 1\ndrain_grace_ms: 1000\n");
  acme.ReplyByDefault(ToolAnswer(kAda).After(seconds(20)));
  const Calls running = Begin(1);
  ASSERT_TRUE(Becomes("extractd_admitted", 1));
  const Calls waiting = Begin(1);
  ASSERT_TRUE(Becomes("extractd_queue_depth", 1));
  daemon->Signal(SIGTERM);
  EXPECT_EQ(waiting[0]->status().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReadFailure(waiting[0]->status()).reason, "DRAINING");
}

TEST_F(OverloadTest, APrincipalWithManyCallsDoesNotKeepOthersFromTheirTurn) {
  const CallerFiles::Token many = CallerFiles::NewToken("many");
  const CallerFiles::Token few = CallerFiles::NewToken("few");
  Start(fmt::format(
      "max_in_flight: 2\nqueue_timeout_ms: 60000\ntokens_file: {}\n"
      "principals:\n  many:\n  few:\n",
      files_.Write("tokens", many.line + few.line)
  ));
  acme.ReplyByDefault(ToolAnswer(kAda).After(milliseconds(250)));
  std::atomic<int> served = 0;
  constexpr size_t kFlood = 30;
  std::vector<std::thread> flood;
  flood.reserve(kFlood);
  for (size_t i = 0; i < kFlood; ++i) {
    flood.emplace_back([&] {
      Client caller({.address = daemon->address(), .token = many.token});
      if (caller.Extract(PersonRequest()).ok()) ++served;
    });
  }
  ASSERT_TRUE([&] {
    for (int i = 0; i < 500; ++i) {
      if (daemon->Metric("extractd_queue_depth") >= 12) return true;
      std::this_thread::sleep_for(milliseconds(10));
    }
    return false;
  }());
  const int before = served;
  EXPECT_TRUE(
      Client({.address = daemon->address(), .token = few.token}).Extract(PersonRequest()).ok()
  );
  EXPECT_LT(served - before, 9) << "it did not wait for all of them";
  for (std::thread& thread : flood) thread.join();
  EXPECT_EQ(served, 30);
}

TEST_F(OverloadTest, APrincipalRunsNoMoreCallsAtOnceThanItMay) {
  const CallerFiles::Token bound = CallerFiles::NewToken("bound");
  Start(fmt::format(
      "tokens_file: {}\nprincipals:\n  bound:\n    limit_calls: 1\n",
      files_.Write("tokens", bound.line)
  ));
  acme.ReplyByDefault(ToolAnswer(kAda).After(milliseconds(1500)));
  constexpr size_t kCalls = 3;
  std::vector<std::future<bool>> calls;
  calls.reserve(kCalls);
  for (size_t i = 0; i < kCalls; ++i) {
    calls.push_back(std::async(std::launch::async, [&] {
      Client caller({.address = daemon->address(), .token = bound.token});
      return caller.Extract(PersonRequest()).ok();
    }));
  }
  ASSERT_TRUE(Becomes("extractd_queue_depth", 2));
  EXPECT_EQ(daemon->Metric("extractd_admitted"), 1);
  for (auto& call : calls) EXPECT_TRUE(call.get());
}

TEST_F(OverloadTest, OfWaitingCallsThoseOfAHigherPriorityGoFirst) {
  Start("max_in_flight: 1\n");
  acme.ReplyByDefault(ToolAnswer(kAda).After(milliseconds(300)));
  const Calls running = Begin(1);
  ASSERT_TRUE(Becomes("extractd_admitted", 1));
  Calls waiting;
  int queued = 0;
  for (const v1::Priority priority : {v1::PRIORITY_LOW, v1::PRIORITY_NORMAL, v1::PRIORITY_HIGH}) {
    v1::ExtractRequest request = PersonRequest();
    request.set_priority(priority);
    request.set_input(v1::Priority_Name(priority));
    waiting.push_back(std::make_unique<PendingExtract>(daemon->address(), request));
    ASSERT_TRUE(Becomes("extractd_queue_depth", ++queued)) << "while the first one runs";
  }
  for (const auto& call : waiting) EXPECT_TRUE(call->status().ok());
  const auto place = [this](std::string_view input) {
    const auto requests = acme.requests();
    for (size_t i = 0; i < requests.size(); ++i) {
      if (requests[i].body.find(input) != std::string::npos) return i;
    }
    return requests.size();
  };
  EXPECT_EQ(place("PRIORITY_HIGH"), 1U);
  EXPECT_EQ(place("PRIORITY_NORMAL"), 2U);
  EXPECT_EQ(place("PRIORITY_LOW"), 3U);
}

TEST_F(OverloadTest, ADialogThatAsksForAPriorityIsToldWhoseCounts) {
  Start();
  const auto channel = grpc::CreateChannel(daemon->address(), grpc::InsecureChannelCredentials());
  const auto stub = v1::ExtractionService::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + seconds(20));
  const auto dialog = stub->ExtractInteractive(&context);
  v1::ExtractInteractiveRequest start;
  *start.mutable_start()->mutable_request() = PersonRequest();
  start.mutable_start()->mutable_request()->set_priority(v1::PRIORITY_HIGH);
  dialog->Write(start);
  v1::ExtractInteractiveResponse event;
  while (dialog->Read(&event)) continue;
  const grpc::Status status = dialog->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(status.error_message().starts_with("start.request.priority: "))
      << status.error_message();
}

TEST_F(OverloadTest, TheBoundsCanBeChangedWhileServing) {
  Start("max_in_flight: 1\n");
  acme.ReplyByDefault(ToolAnswer(kAda).After(seconds(20)));
  const Calls calls = Begin(2);
  ASSERT_TRUE(Becomes("extractd_queue_depth", 1));
  daemon->Rewrite(Yaml("max_in_flight: 2\n", ""));
  daemon->Signal(SIGHUP);
  EXPECT_TRUE(Becomes("extractd_admitted", 2));
  EXPECT_EQ(daemon->Metric("extractd_queue_depth"), 0);
}

TEST_F(OverloadTest, Case33_CallsAreRefusedBeforeDescriptorsRunOut) {
  Start();
  acme.ReplyByDefault(ToolAnswer(kAda));
  ASSERT_TRUE(client->Extract(PersonRequest()).ok());
  const auto open = static_cast<rlim_t>(daemon->OpenDescriptors());
  rlimit before = {};
  ASSERT_EQ(::prlimit(daemon->pid(), RLIMIT_NOFILE, nullptr, &before), 0);
  const rlimit tight = {.rlim_cur = open + 2, .rlim_max = before.rlim_max};
  ASSERT_EQ(::prlimit(daemon->pid(), RLIMIT_NOFILE, &tight, nullptr), 0);
  EXPECT_TRUE(daemon->WaitForLog("\"event\":\"descriptors_low\""));
  const auto refused = client->Extract(PersonRequest());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().reason, "OVERLOADED");
  EXPECT_EQ(refused.failure().metadata.at("cause"), "exhausted");
  ASSERT_EQ(::prlimit(daemon->pid(), RLIMIT_NOFILE, &before, nullptr), 0);
  const auto served = [&] { return client->Extract(PersonRequest()).ok(); };
  bool again = false;
  for (int i = 0; i < 200 && !again; ++i) {
    std::this_thread::sleep_for(milliseconds(50));
    again = served();
  }
  EXPECT_TRUE(again);
}

}  // namespace
}  // namespace extractd::integration
