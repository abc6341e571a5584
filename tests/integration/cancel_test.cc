// Deadlines and cancellation, from the caller to the provider's socket.
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using SteadyClock = std::chrono::steady_clock;

class CancelTest : public DaemonTest {
 protected:
  // Cancels a call that the provider has seen `requests` of; how long until its connection closed.
  milliseconds CancelAndAwaitClose(PendingExtract& call) {
    const size_t closed = acme.closed();
    const auto begin = SteadyClock::now();
    call.Cancel();
    EXPECT_TRUE(acme.WaitForClosed(closed + 1));
    const auto took = acme.last_closed_at() - begin;
    EXPECT_EQ(call.status().error_code(), grpc::StatusCode::CANCELLED);
    return std::chrono::duration_cast<milliseconds>(took);
  }
};

constexpr milliseconds kAtOnce{100};

TEST_F(CancelTest, Case30_DuringTheHandshakeTheSocketClosesAtOnce) {
  fakes::HttpImposter mute(fakes::Tls::kNeverAnswers);
  Start("", fmt::format("  mute:\n    base_url: {}\n", mute.url()));
  v1::ExtractRequest request = PersonRequest();
  request.set_model("mute/x");
  PendingExtract call(daemon->address(), request);
  ASSERT_TRUE(mute.WaitForConnections(1));
  const auto begin = SteadyClock::now();
  call.Cancel();
  ASSERT_TRUE(mute.WaitForClosed(1));
  EXPECT_LE(mute.last_closed_at() - begin, kAtOnce);
}

TEST_F(CancelTest, Case30_BeforeTheFirstByteTheSocketClosesAtOnce) {
  Start();
  acme.Script({fakes::NeverAnswers()});
  PendingExtract call(daemon->address(), PersonRequest());
  ASSERT_TRUE(acme.WaitForRequests(1));
  EXPECT_LE(CancelAndAwaitClose(call), kAtOnce);
}

TEST_F(CancelTest, Case30_InsideTheBodyTheSocketClosesAtOnce) {
  Start();
  acme.Script({fakes::StallsAfter(ToolAnswer(kAda), 30)});
  PendingExtract call(daemon->address(), PersonRequest());
  ASSERT_TRUE(acme.WaitForRequests(1));
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_LE(CancelAndAwaitClose(call), kAtOnce);
}

TEST_F(CancelTest, Case30_DuringAReaskTheSocketClosesAtOnce) {
  Start();
  acme.Script({ToolAnswer(kAdaWithNegativeAge), fakes::NeverAnswers()});
  PendingExtract call(daemon->address(), PersonRequest());
  ASSERT_TRUE(acme.WaitForRequests(2));
  EXPECT_LE(CancelAndAwaitClose(call), kAtOnce);
  EXPECT_TRUE(daemon->WaitForLog("\"outcome\":\"CANCELLED\""));
  EXPECT_NE(daemon->Log().find("\"input_tokens\":100"), std::string::npos) << "of the first turn";
}

TEST_F(CancelTest, Case30_DuringABackOffNothingMoreIsSent) {
  Start("initial_backoff_ms: 300\nmax_backoff_ms: 300\nbackoff_jitter: 0\n");
  acme.Script({ErrorReply(503)});
  PendingExtract call(daemon->address(), PersonRequest());
  ASSERT_TRUE(acme.WaitForRequests(1));
  std::this_thread::sleep_for(milliseconds(50));
  call.Cancel();
  EXPECT_EQ(call.status().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(daemon->WaitForLog("\"outcome\":\"CANCELLED\""));
  std::this_thread::sleep_for(milliseconds(500));
  EXPECT_EQ(acme.requests().size(), 1U);
}

TEST_F(CancelTest, Case30_AThousandCancelsLeaveDescriptorsAsBefore) {
  Start();
  acme.Script({ToolAnswer(kAda)});
  ASSERT_TRUE(client->Extract(PersonRequest()).ok());
  const int before = daemon->OpenDescriptors();
  ASSERT_GT(before, 0);
  acme.Script({fakes::NeverAnswers()});
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

TEST_F(CancelTest, Case31_ShortDeadlinesEndInEveryPhaseWithTheirAttempts) {
  Start();
  acme.Script({fakes::NeverAnswers()});
  const auto begin = SteadyClock::now();
  const auto result = client->Extract(PersonRequest(), milliseconds(400));
  EXPECT_LT(SteadyClock::now() - begin, seconds(2));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(result.failure().reason, "DEADLINE");
  ASSERT_TRUE(result.failure().extraction.has_value());
  EXPECT_EQ(result.failure().extraction->attempts_size(), 1);
}

TEST_F(CancelTest, Case31_FiftyMillisecondsAreADeadlineToo) {
  Start();
  acme.Script({fakes::NeverAnswers()});
  const auto result = client->Extract(PersonRequest(), milliseconds(50));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(CancelTest, Case31_CallsWithoutADeadlineGetTheServers) {
  Start("default_deadline_ms: 300\n");
  acme.Script({fakes::NeverAnswers()});
  PendingExtract call(daemon->address(), PersonRequest());
  const Failure failure = ReadFailure(call.status());
  EXPECT_EQ(failure.code, grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(failure.reason, "DEADLINE");
}

TEST_F(CancelTest, Case31_ReaskWithoutTimeForAnotherTurnIsNotMade) {
  Start();
  fakes::Reply slow = ToolAnswer(kAdaWithNegativeAge);
  slow.delay = milliseconds(400);
  acme.Script({slow});
  const auto result = client->Extract(PersonRequest(), milliseconds(700));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().reason, "DEADLINE");
  EXPECT_EQ(result.failure().metadata.at("phase"), "reask");
  EXPECT_EQ(acme.requests().size(), 1U);
}

}  // namespace
}  // namespace extractd::integration
