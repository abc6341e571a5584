// Deadlines and cancellation, from the caller to the provider's socket.
#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include "tests/fakes/black_hole.h"
#include "tests/fakes/test_settings.h"
#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using SteadyClock = std::chrono::steady_clock;

size_t ClosedByPeer(const fakes::HttpImposter& imposter) {
  return static_cast<size_t>(std::ranges::count_if(imposter.connections(), [](const auto& seen) {
    return seen.closed_by_peer.has_value();
  }));
}

// Cancels a call that is with the provider: how long until its connection closed.
milliseconds CancelAndAwaitClose(PendingExtract& call, const fakes::HttpImposter& provider) {
  const size_t closed = ClosedByPeer(provider);
  const auto begin = SteadyClock::now();
  call.Cancel();
  EXPECT_TRUE(provider.WaitForPeersToClose(closed + 1));
  SteadyClock::time_point last = begin;
  for (const fakes::SeenConnection& seen : provider.connections()) {
    last = std::max(last, seen.closed_by_peer.value_or(begin));
  }
  EXPECT_EQ(call.status().error_code(), grpc::StatusCode::CANCELLED);
  return std::chrono::duration_cast<milliseconds>(last - begin);
}

using CancelTest = DaemonTest;

TEST_F(CancelTest, Case30_DuringTheHandshakeTheSocketClosesAtOnce) {
  fakes::HttpImposter mute(fakes::ImposterTls::kNeverHandshakes);
  Start("", fmt::format("  mute:\n    base_url: {}\n", mute.url()));
  v1::ExtractRequest request = PersonRequest();
  request.set_model("mute/x");
  PendingExtract call(daemon->address(), request);
  ASSERT_TRUE(mute.WaitForConnections(1));
  std::this_thread::sleep_for(milliseconds(500));  // the first one loads the certificates meanwhile
  EXPECT_LE(CancelAndAwaitClose(call, mute), AtOnce());
}

TEST_F(CancelTest, Case30_WhileConnectingTheDescriptorIsFreedAtOnce) {
  const fakes::BlackHole hole;
  Start("", fmt::format("  hole:\n    base_url: {}\n", hole.url()));
  const int before = daemon->OpenDescriptors();
  v1::ExtractRequest request = PersonRequest();
  request.set_model("hole/x");
  PendingExtract call(daemon->address(), request);
  const auto descriptors = [&] { return daemon->OpenDescriptors() - before; };
  for (int i = 0; i < 200 && descriptors() < 2; ++i) std::this_thread::sleep_for(milliseconds(10));
  ASSERT_EQ(descriptors(), 2) << "the client's connection and the one to the provider";
  call.Cancel();
  const auto latest = SteadyClock::now() + AtOnce();
  while (descriptors() > 1 && SteadyClock::now() < latest) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_LE(descriptors(), 1);
}

TEST_F(CancelTest, Case30_BeforeTheFirstByteTheSocketClosesAtOnce) {
  Start();
  Script({fakes::ScriptedReply::Silence()});
  PendingExtract call(daemon->address(), PersonRequest());
  ASSERT_TRUE(acme.WaitForRequests(1));
  EXPECT_LE(CancelAndAwaitClose(call, acme), AtOnce());
}

TEST_F(CancelTest, Case30_InsideTheBodyTheSocketClosesAtOnce) {
  Start();
  Script({ToolAnswer(kAda).StallAfter(30)});
  PendingExtract call(daemon->address(), PersonRequest());
  ASSERT_TRUE(acme.WaitForRequests(1));
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_LE(CancelAndAwaitClose(call, acme), AtOnce());
}

TEST_F(CancelTest, Case30_DuringAReaskTheSocketClosesAtOnce) {
  Start();
  Script({ToolAnswer(kAdaWithNegativeAge), fakes::ScriptedReply::Silence()});
  PendingExtract call(daemon->address(), PersonRequest());
  ASSERT_TRUE(acme.WaitForRequests(2));
  EXPECT_LE(CancelAndAwaitClose(call, acme), AtOnce());
  EXPECT_TRUE(daemon->WaitForLog("\"outcome\":\"CANCELLED\""));
  EXPECT_NE(daemon->Log().find("\"input_tokens\":100"), std::string::npos) << "of the first turn";
}

TEST_F(CancelTest, Case30_DuringABackOffNothingMoreIsSent) {
  Start("initial_backoff_ms: 1500\nmax_backoff_ms: 1500\nbackoff_jitter: 0\n");
  Script({ErrorReply(503)});
  PendingExtract call(daemon->address(), PersonRequest());
  ASSERT_TRUE(acme.WaitForRequests(1));
  std::this_thread::sleep_for(milliseconds(50));
  call.Cancel();
  EXPECT_EQ(call.status().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(daemon->WaitForLog("\"outcome\":\"CANCELLED\""));
  std::this_thread::sleep_for(milliseconds(2000));
  EXPECT_EQ(acme.requests().size(), 1U);
}

TEST_F(CancelTest, Case30_AThousandCancelsLeaveDescriptorsAsBefore) {
  Start();
  Script({ToolAnswer(kAda)});
  ASSERT_TRUE(client->Extract(PersonRequest()).ok());
  const int before = daemon->OpenDescriptors();
  ASSERT_GT(before, 0);
  Script({fakes::ScriptedReply::Silence()});
  constexpr int kRounds = 20;
  constexpr int kAtATime = 50;
  const auto channel = grpc::CreateChannel(daemon->address(), grpc::InsecureChannelCredentials());
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::unique_ptr<PendingExtract>> calls;
    const size_t seen = acme.requests().size();
    for (int i = 0; i < kAtATime; ++i) {
      calls.push_back(std::make_unique<PendingExtract>(channel, PersonRequest()));
    }
    ASSERT_TRUE(acme.WaitForRequests(seen + kAtATime));
    for (auto& call : calls) call->Cancel();
  }
  // The pool may keep the one connection that it had; the client's channel is one more.
  const auto settled = [&] { return daemon->OpenDescriptors() <= before + 2; };
  for (int i = 0; i < 100 && !settled(); ++i) std::this_thread::sleep_for(milliseconds(50));
  EXPECT_TRUE(settled()) << before << " → " << daemon->OpenDescriptors();
  EXPECT_EQ(daemon->Metric("extractd_in_flight"), 0);
}

TEST_F(CancelTest, Case31_ShortDeadlinesEndWithTheirAttempts) {
  Start();
  Script({fakes::ScriptedReply::Silence()});
  const auto begin = SteadyClock::now();
  const auto result = client->Extract(PersonRequest(), milliseconds(1500));
  EXPECT_LT(SteadyClock::now() - begin, milliseconds(1500) + AtOnce());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(result.failure().reason, "DEADLINE");
  ASSERT_TRUE(result.failure().extraction.has_value());
  EXPECT_EQ(result.failure().extraction->attempts_size(), 1);
}

TEST_F(CancelTest, Case31_FiftyMillisecondsAreADeadlineToo) {
  Start();
  Script({fakes::ScriptedReply::Silence()});
  const auto result = client->Extract(PersonRequest(), milliseconds(50));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(CancelTest, Case31_CallsWithoutADeadlineGetTheServers) {
  Start("default_deadline_ms: 300\n");
  Script({fakes::ScriptedReply::Silence()});
  PendingExtract call(daemon->address(), PersonRequest(), std::nullopt);
  const Failure failure = ReadFailure(call.status());
  EXPECT_EQ(failure.code, grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(failure.reason, "DEADLINE");
}

TEST_F(CancelTest, Case31_ReaskWithoutTimeForAnotherTurnIsNotMade) {
  Start();
  fakes::ScriptedReply slow = ToolAnswer(kAdaWithNegativeAge);
  slow.After(milliseconds(1000));
  acme.ReplyByDefault(slow);
  v1::ExtractRequest request = PersonRequest();
  request.mutable_retry()->set_max_reasks(4);
  ASSERT_FALSE(client->Extract(request).ok()) << "after five turns their time is known";
  const auto result = client->Extract(request, milliseconds(1900));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().reason, "DEADLINE");
  EXPECT_EQ(result.failure().metadata.at("phase"), "reask");
  EXPECT_EQ(acme.requests().size(), 6U);
}

}  // namespace
}  // namespace extractd::integration
