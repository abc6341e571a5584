// What becomes of provider and caller of an ExtractStream when one of them fails the other. The
// numbers are those of the catalogue of faults.
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/fakes/test_settings.h"
#include "tests/integration/stream_support.h"

namespace extractd::integration {
namespace {

using fakes::ScriptedReply;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;
using Story = std::vector<std::string>;
using namespace std::chrono_literals;

class StreamFaultsTest : public StreamDaemonTest {
 protected:
  static std::string ReasonOf(const grpc::Status& status) { return ReadFailure(status).reason; }
  static std::string PhaseOf(const grpc::Status& status) {
    return ReadFailure(status).metadata["phase"];
  }
  // What the provider has sent over all connections.
  size_t Sent() const {
    size_t sent = 0;
    for (const fakes::SeenConnection& seen : acme.connections()) sent += seen.sent;
    return sent;
  }
  // What it has sent when no more follows for a second.
  size_t SentInTheEnd() const {
    for (size_t before = 0;; std::this_thread::sleep_for(1s)) {
      const size_t sent = Sent();
      if (sent > 0 && sent == before) return sent;
      before = sent;
    }
  }
};

TEST_F(StreamFaultsTest, Case22_AnErrorInsideA200IsNoSuccess) {
  Start("max_transport_retries: 0\n");
  Script({ScriptedReply::EventStream(
      OpenToolEvents({R"({"name":"A)"}) +
      "data: {\"error\":{\"message\":\"the engine fell over\",\"code\":500}}\n\n"
  )});
  const auto call = Call();
  EXPECT_EQ(call->status().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(call->status()), "PROVIDER_UNAVAILABLE");
  EXPECT_EQ(call->story(), (Story{"started 1", "delta", "failure"}));
  const v1::Failure failure = call->events().back().failure();
  EXPECT_EQ(failure.status().code(), call->status().error_code());
  ASSERT_EQ(failure.failure().attempts_size(), 1);
}

TEST_F(StreamFaultsTest, AStreamWithoutItsEndIsMalformed) {
  Start("max_transport_retries: 0\n");
  Script({ScriptedReply::EventStream(OpenToolEvents({R"({"name":"A)"}))});
  EXPECT_EQ(ReasonOf(Call()->status()), "PROVIDER_MALFORMED");
}

TEST_F(StreamFaultsTest, Case27_AProviderThatNeverBeginsMeetsTheFirstByteTimer) {
  Start("max_transport_retries: 0\n", "    first_byte_timeout_ms: 300\n");
  Script({ScriptedReply::EventStream(ToolEvents({"x"})).StallAfter(0)});
  const auto call = Call();
  EXPECT_EQ(call->status().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(PhaseOf(call->status()), "first_byte");
  EXPECT_TRUE(acme.WaitForPeersToClose(1));
}

TEST_F(StreamFaultsTest, Case28_AStreamThatStallsOrDripsMeetsTheIdleTimer) {
  Start("max_transport_retries: 0\n", "    idle_timeout_ms: 300\n");
  const std::string events = OpenToolEvents({R"({"name":"A)"});
  Script({ScriptedReply::EventStream(events + "data: {").StallAfter(events.size())});
  const auto stalled = Call();
  EXPECT_EQ(PhaseOf(stalled->status()), "idle");
  EXPECT_EQ(stalled->story(), (Story{"started 1", "delta", "failure"}));
  // Bytes that never become an event keep nothing alive.
  const std::string comments(2'000, ':');
  acme.ReplyByDefault(ScriptedReply::EventStream(events + comments).Dripping(40, 30ms));
  const auto dripping = Call();
  EXPECT_EQ(PhaseOf(dripping->status()), "idle");
  EXPECT_EQ(dripping->story(), (Story{"started 1", "delta", "failure"}));
}

TEST_F(StreamFaultsTest, EachTimerIsNamedInItsError) {
  fakes::HttpImposter mute(fakes::ImposterTls::kNeverHandshakes);
  Start(
      "max_transport_retries: 0\n",
      fmt::format(
          "  mute:\n    base_url: {}\n    key_required: false\n    connect_timeout_ms: 200\n",
          mute.url()
      )
  );
  const std::string events = ToolEvents(InPieces(kAda, 4));
  acme.ReplyByDefault(ScriptedReply::EventStream(events).StallAfter(events.size() / 2));
  const auto phase = [this](auto edit) {
    v1::ExtractStreamRequest request = PersonStream();
    edit(*request.mutable_request());
    return PhaseOf(Call(request)->status());
  };
  EXPECT_EQ(phase([](auto& r) { r.set_model("mute/m"); }), "connect");
  EXPECT_EQ(phase([](auto& r) { r.mutable_retry()->set_idle_timeout_ms(200); }), "idle");
  EXPECT_EQ(phase([](auto& r) { r.mutable_retry()->set_attempt_timeout_ms(200); }), "total");
  acme.ReplyByDefault(ScriptedReply::EventStream(events).StallAfter(0));
  EXPECT_EQ(
      phase([](auto& r) { r.mutable_retry()->set_first_token_timeout_ms(200); }), "first_byte"
  );
}

TEST_F(StreamFaultsTest, Case29_AnEndlessStreamIsCutOff) {
  Start("max_provider_response_bytes: 100000\n");
  Script({ScriptedReply::EventStream(ToolEvents(InPieces(LongPerson(100'000), 100)))});
  const auto call = Call();
  EXPECT_EQ(call->status().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(call->status()), "PROVIDER_RESPONSE_TOO_LARGE");
  EXPECT_TRUE(acme.WaitForPeersToClose(1));
}

TEST_F(StreamFaultsTest, Case29_ALineWithoutEndIsCutOff) {
  Start();
  Script({ScriptedReply::EventStream("data: " + std::string(size_t{12} << 20U, 'x'))});
  EXPECT_EQ(ReasonOf(Call()->status()), "PROVIDER_RESPONSE_TOO_LARGE");
}

// How long until the provider's connection closed.
milliseconds CancelAndAwaitClose(PendingStream& call, const fakes::HttpImposter& provider) {
  const auto begin = SteadyClock::now();
  call.Cancel();
  EXPECT_TRUE(provider.WaitForPeersToClose(1));
  const auto closed = provider.connections().at(0).closed_by_peer.value_or(begin + 1h);
  EXPECT_EQ(call.status().error_code(), grpc::StatusCode::CANCELLED);
  return std::chrono::duration_cast<milliseconds>(closed - begin);
}

TEST_F(StreamFaultsTest, Case30_ACancelBeforeTheFirstTokenClosesTheSocketAtOnce) {
  Start();
  Script({ScriptedReply::EventStream(ToolEvents({"x"})).StallAfter(0)});
  const auto call = Call();
  ASSERT_TRUE(acme.WaitForRequests(1));
  std::this_thread::sleep_for(50ms);
  EXPECT_LE(CancelAndAwaitClose(*call, acme), AtOnce());
}

TEST_F(StreamFaultsTest, Case30_ACancelInTheMiddleClosesTheSocketAtOnceAndTokensAreCounted) {
  Start();
  const std::string events = ToolEvents(InPieces(kAda, 4));
  Script({ScriptedReply::EventStream(events).StallAfter(events.size() / 2)});
  const auto call = Call();
  ASSERT_TRUE(call->WaitForEvents(2));
  EXPECT_LE(CancelAndAwaitClose(*call, acme), AtOnce());
  ASSERT_TRUE(daemon->WaitForLog("\"outcome\":\"CANCELLED\""));
  EXPECT_EQ(daemon->Log().find("\"output_tokens\":0"), std::string::npos);
}

TEST_F(StreamFaultsTest, Case31_TheCallersDeadlineEndsTheStream) {
  Start();
  const std::string events = ToolEvents(InPieces(kAda, 4));
  Script({ScriptedReply::EventStream(events).StallAfter(events.size() / 2)});
  PendingStream call(daemon->address(), PersonStream(), true, 2s);
  EXPECT_EQ(call.status().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_TRUE(acme.WaitForPeersToClose(1));
}

TEST_F(StreamFaultsTest, Case32_ASlowReaderHoldsTheProviderUpAndLosesNothing) {
  Start();
  // More than the sockets between take.
  const std::string person = LongPerson(20'000'000);
  const std::string events = ToolEvents(InPieces(person, 50'000));
  Script({ScriptedReply::EventStream(events).Dripping(16'384, 0ms)});
  PendingStream call(daemon->address(), PersonStream(), /*reads=*/false);
  ASSERT_TRUE(acme.WaitForRequests(1));
  EXPECT_LT(SentInTheEnd(), events.size()) << "the provider waits";
  call.StartReading();
  ASSERT_TRUE(call.status().ok()) << call.status().error_message();
  DeltaAssembler assembler;
  for (const auto& event : call.events()) assembler.Apply(event);
  EXPECT_TRUE(assembler.value().dump() == person);
}

TEST_F(StreamFaultsTest, Case32_AReaderThatIsTooSlowIsGivenUp) {
  Start("slow_reader_timeout_ms: 500\n");
  Script({ScriptedReply::EventStream(ToolEvents(InPieces(LongPerson(6'000'000), 50'000)))});
  PendingStream call(daemon->address(), PersonStream(), /*reads=*/false);
  ASSERT_TRUE(acme.WaitForRequests(1));
  EXPECT_TRUE(acme.WaitForPeersToClose(1)) << "the provider is left";
  call.StartReading();
  EXPECT_EQ(call.status().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(call.status()), "SLOW_READER");
  EXPECT_EQ(call.story().back(), "failure");
}

TEST_F(StreamFaultsTest, Case32_AReaderThatNeverReadsIsDropped) {
  Start("slow_reader_timeout_ms: 300\n");
  Script({ScriptedReply::EventStream(ToolEvents(InPieces(LongPerson(6'000'000), 50'000)))});
  PendingStream call(daemon->address(), PersonStream(), /*reads=*/false);
  EXPECT_TRUE(acme.WaitForPeersToClose(1));
  EXPECT_TRUE(daemon->WaitForLog("SLOW_READER") || daemon->WaitForLog("CANCELLED"));
  std::this_thread::sleep_for(1s);
  call.StartReading();
  EXPECT_FALSE(call.status().ok());
}

TEST_F(StreamFaultsTest, Case38_ADrainEndsStreamsWithItsReason) {
  Start("drain_grace_ms: 500\n");
  const std::string events = ToolEvents(InPieces(kAda, 4));
  Script({ScriptedReply::EventStream(events).StallAfter(events.size() / 2)});
  const auto call = Call();
  ASSERT_TRUE(call->WaitForEvents(2));
  daemon->Signal(SIGTERM);
  EXPECT_EQ(call->status().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(call->status()), "DRAINING");
  EXPECT_EQ(call->story().back(), "failure");
}

TEST_F(StreamFaultsTest, ManyStreamsLeaveNothingBehind) {
  Start();
  Script({ScriptedReply::EventStream(ToolEvents(InPieces(kAda, 4)))});
  ASSERT_TRUE(Call()->status().ok());
  const int before = daemon->OpenDescriptors();
  for (int round = 0; round < 10; ++round) {
    std::vector<std::unique_ptr<PendingStream>> calls;
    for (int i = 0; i < 20; ++i) calls.push_back(Call());
    for (size_t i = 0; i < calls.size(); i += 3) calls[i]->Cancel();
    for (const auto& call : calls) call->status();
  }
  for (int i = 0; i < 500 && daemon->OpenDescriptors() > before + 25; ++i) {
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_LE(daemon->OpenDescriptors(), before + 25) << "kept-alive connections to the provider";
  Script({ScriptedReply::EventStream(ToolEvents(InPieces(kAda, 4)))});
  EXPECT_TRUE(Call()->status().ok());
}

}  // namespace
}  // namespace extractd::integration
