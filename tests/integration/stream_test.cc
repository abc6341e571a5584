// ExtractStream from outside: what a caller sees while the model writes, and what becomes of
// provider and caller when one of them fails the other.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/integration/stream_support.h"

namespace extractd::integration {
namespace {

using fakes::ScriptedReply;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;
using Story = std::vector<std::string>;
using namespace std::chrono_literals;

constexpr milliseconds kAtOnce{100};

class StreamTest : public DaemonTest {
 protected:
  static v1::ExtractStreamRequest PersonStream() { return StreamRequest(PersonRequest()); }

  std::unique_ptr<PendingStream> Call(const v1::ExtractStreamRequest& request = PersonStream()) {
    return std::make_unique<PendingStream>(daemon->address(), request);
  }

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
  // A person whose name has so many letters.
  static std::string LongPerson(size_t letters) {
    return fmt::format(R"({{"name":"{}","age":36}})", std::string(letters, 'a'));
  }
  static void ExpectNumbered(const PendingStream::Events& events) {
    for (size_t i = 0; i < events.size(); ++i) {
      EXPECT_EQ(events[i].sequence(), static_cast<std::int64_t>(i) + 1);
    }
  }
};

TEST_F(StreamTest, TheValueGrowsAndIsThenTheResult) {
  Start();
  Script({ScriptedReply::EventStream(ToolEvents(InPieces(kAda, 4))).Dripping(150, 5ms)});
  const auto call = Call();
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(call->story(), (Story{"started 1", "delta", "result"}));
  const auto events = call->events();
  ExpectNumbered(events);
  EXPECT_GT(events.size(), 3U) << "not all at once";

  DeltaAssembler assembler;
  std::vector<std::string> seen;
  for (const auto& event : events) {
    assembler.Apply(event);
    seen.push_back(assembler.value().dump());
  }
  const v1::ExtractResponse& result = events.back().result();
  EXPECT_EQ(result.json(), kAda);
  EXPECT_EQ(assembler.value(), nlohmann::ordered_json::parse(kAda));
  for (const std::string& value : seen) {
    EXPECT_TRUE(value.find("age") == std::string::npos || value == kAda)
        << "a number appears when it is whole: " << value;
  }
  EXPECT_EQ(result.usage().input_tokens(), 100);
  EXPECT_FALSE(result.usage().estimated());
  EXPECT_EQ(events.front().started().provider(), "acme");
  EXPECT_EQ(events.front().started().mode_name(), "TOOLS");
  EXPECT_EQ(events.front().started().request_id(), result.request_id());
  EXPECT_NE(acme.requests().at(0).body.find("\"stream\":true"), std::string::npos);
}

TEST_F(StreamTest, AProviderThatAnswersWholeIsOneDelta) {
  Start();
  Script({ToolAnswer(kAda)});
  const auto call = Call();
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(call->story(), (Story{"started 1", "delta", "result"}));
  EXPECT_EQ(call->events().size(), 3U);
}

TEST_F(StreamTest, SnapshotsAreWholeValues) {
  Start();
  Script({ScriptedReply::EventStream(ToolEvents(InPieces(LongPerson(60), 3))).Dripping(150, 10ms)});
  v1::ExtractStreamRequest request = PersonStream();
  request.set_snapshot_interval_ms(20);
  const auto call = Call(request);
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  size_t snapshots = 0;
  size_t last = 0;
  for (const auto& event : call->events()) {
    EXPECT_FALSE(event.has_delta());
    if (!event.has_snapshot()) continue;
    ++snapshots;
    const auto value = nlohmann::json::parse(event.snapshot().json());
    EXPECT_TRUE(value.is_object());
    EXPECT_GE(event.snapshot().json().size(), last);
    last = event.snapshot().json().size();
  }
  EXPECT_GE(snapshots, 2U);
}

TEST_F(StreamTest, DeltasCanBeCollected) {
  Start();
  Script({ScriptedReply::EventStream(ToolEvents(InPieces(LongPerson(300), 2))).Dripping(300, 1ms)});
  v1::ExtractStreamRequest request = PersonStream();
  request.set_coalesce_ms(5'000);
  const auto call = Call(request);
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(call->events().size(), 3U);
  DeltaAssembler assembler;
  for (const auto& event : call->events()) assembler.Apply(event);
  EXPECT_EQ(assembler.value().dump(), LongPerson(300));
}

TEST_F(StreamTest, BadRequestsAreFailuresInBandToo) {
  Start();
  v1::ExtractStreamRequest request = PersonStream();
  request.mutable_request()->clear_input();
  const auto call = Call(request);
  EXPECT_EQ(call->status().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(call->story(), (Story{"failure"}));
  const google::rpc::Status inband = call->events().at(0).failure().status();
  EXPECT_EQ(inband.code(), call->status().error_code());
  EXPECT_EQ(inband.message(), call->status().error_message());
  const Failure failure = ReadFailure(call->status());
  ASSERT_FALSE(failure.bad_fields.empty());
  EXPECT_TRUE(failure.bad_fields[0].field.starts_with("request.")) << failure.bad_fields[0].field;

  request = PersonStream();
  request.set_snapshot_interval_ms(5);
  request.set_coalesce_ms(-1);
  EXPECT_EQ(ReadFailure(Call(request)->status()).bad_fields.size(), 3U);
}

TEST_F(StreamTest, AnInvalidAnswerIsTakenBackAndAskedForAgain) {
  Start();
  Script({
      ScriptedReply::EventStream(ToolEvents(InPieces(kAdaWithNegativeAge, 5))),
      ScriptedReply::EventStream(ToolEvents(InPieces(kAda, 5))),
  });
  const auto call = Call();
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(
      call->story(), (Story{"started 1", "delta", "retrying", "started 2", "delta", "result"})
  );
  const auto events = call->events();
  const auto retrying =
      std::ranges::find_if(events, [](const auto& e) { return e.has_retrying(); });
  EXPECT_EQ(retrying->retrying().attempt().outcome(), v1::ATTEMPT_OUTCOME_INVALID);
  ASSERT_EQ(retrying->retrying().attempt().issues_size(), 1);
  EXPECT_EQ(retrying->retrying().attempt().issues(0).path(), "/age");
}

TEST_F(StreamTest, AnAnswerThatCannotBecomeValidIsStopped) {
  Start();
  std::vector<std::string> pieces = {R"({"age":-36,)", R"("name":")"};
  for (int i = 0; i < 2'000; ++i) pieces.emplace_back("and so on, ");
  const std::string endless = ToolEvents(pieces);
  Script({
      ScriptedReply::EventStream(endless).Dripping(400, 10ms),
      ScriptedReply::EventStream(ToolEvents(InPieces(kAda, 5))),
  });
  const auto call = Call();
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(
      call->story(), (Story{"started 1", "delta", "retrying", "started 2", "delta", "result"})
  );
  EXPECT_TRUE(acme.WaitForPeersToClose(1));
  const size_t impossible = endless.find("-36");
  const size_t sent = acme.connections().at(0).sent;
  EXPECT_LE(sent, impossible + 2'000) << "of " << endless.size();
  std::cout << "early abort: " << sent - impossible << " bytes behind the impossible token, of "
            << endless.size() - impossible << "; about " << 2'000 - sent * 2'000 / endless.size()
            << " of 2000 pieces were never written\n";
  const v1::ExtractResponse result = call->events().back().result();
  EXPECT_TRUE(result.attempts(0).error_message().starts_with("stopped")) << "and it says so";
  EXPECT_TRUE(result.attempts(0).usage().estimated());
  EXPECT_GT(result.attempts(0).usage().output_tokens(), 0);
  EXPECT_TRUE(result.usage().estimated());
}

TEST_F(StreamTest, ACallerCanLetSuchAnAnswerRun) {
  Start();
  Script({
      ScriptedReply::EventStream(ToolEvents({R"({"age":-36,)", R"("name":"x"})"}))
          .Dripping(300, 5ms),
      ScriptedReply::EventStream(ToolEvents({std::string(kAda)})),
  });
  v1::ExtractStreamRequest request = PersonStream();
  request.set_finish_invalid(true);
  const auto call = Call(request);
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_FALSE(call->events().back().result().usage().estimated());
}

TEST_F(StreamTest, AConnectionLostBeforeTheFirstDeltaShowsNothing) {
  Start("initial_backoff_ms: 10\n");
  Script({
      ScriptedReply::HangUp(),
      ScriptedReply::EventStream(ToolEvents({"x"})).CutAfter(0),
      ScriptedReply::EventStream(ToolEvents({std::string(kAda)})),
  });
  const auto call = Call();
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(call->story(), (Story{"started 3", "delta", "result"}));
}

TEST_F(StreamTest, AConnectionLostLaterIsTakenBack) {
  Start("initial_backoff_ms: 10\n");
  const std::string events = ToolEvents(InPieces(kAda, 5));
  Script({
      ScriptedReply::EventStream(events).CutAfter(events.size() / 2),
      ScriptedReply::EventStream(events),
  });
  const auto call = Call();
  ASSERT_TRUE(call->status().ok()) << call->status().error_message();
  EXPECT_EQ(
      call->story(), (Story{"started 1", "delta", "retrying", "started 2", "delta", "result"})
  );
  EXPECT_TRUE(call->events().back().result().usage().estimated());
}

TEST_F(StreamTest, Case22_AnErrorInsideA200IsNoSuccess) {
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

TEST_F(StreamTest, AStreamWithoutItsEndIsMalformed) {
  Start("max_transport_retries: 0\n");
  Script({ScriptedReply::EventStream(OpenToolEvents({R"({"name":"A)"}))});
  EXPECT_EQ(ReasonOf(Call()->status()), "PROVIDER_MALFORMED");
}

TEST_F(StreamTest, Case27_AProviderThatNeverBeginsMeetsTheFirstByteTimer) {
  Start("max_transport_retries: 0\n", "    first_byte_timeout_ms: 300\n");
  Script({ScriptedReply::EventStream(ToolEvents({"x"})).StallAfter(0)});
  const auto call = Call();
  EXPECT_EQ(call->status().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(PhaseOf(call->status()), "first_byte");
  EXPECT_TRUE(acme.WaitForPeersToClose(1));
}

TEST_F(StreamTest, Case28_AStreamThatStallsOrDripsMeetsTheIdleTimer) {
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

TEST_F(StreamTest, EachTimerIsNamedInItsError) {
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

TEST_F(StreamTest, Case29_AnEndlessStreamIsCutOff) {
  Start("max_provider_response_bytes: 100000\n");
  Script({ScriptedReply::EventStream(ToolEvents(InPieces(LongPerson(100'000), 100)))});
  const auto call = Call();
  EXPECT_EQ(call->status().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(call->status()), "PROVIDER_RESPONSE_TOO_LARGE");
  EXPECT_TRUE(acme.WaitForPeersToClose(1));
}

TEST_F(StreamTest, Case29_ALineWithoutEndIsCutOff) {
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

TEST_F(StreamTest, Case30_ACancelBeforeTheFirstTokenClosesTheSocketAtOnce) {
  Start();
  Script({ScriptedReply::EventStream(ToolEvents({"x"})).StallAfter(0)});
  const auto call = Call();
  ASSERT_TRUE(acme.WaitForRequests(1));
  std::this_thread::sleep_for(50ms);
  EXPECT_LE(CancelAndAwaitClose(*call, acme), kAtOnce);
}

TEST_F(StreamTest, Case30_ACancelInTheMiddleClosesTheSocketAtOnceAndTokensAreCounted) {
  Start();
  const std::string events = ToolEvents(InPieces(kAda, 4));
  Script({ScriptedReply::EventStream(events).StallAfter(events.size() / 2)});
  const auto call = Call();
  ASSERT_TRUE(call->WaitForEvents(2));
  EXPECT_LE(CancelAndAwaitClose(*call, acme), kAtOnce);
  ASSERT_TRUE(daemon->WaitForLog("\"outcome\":\"CANCELLED\""));
  EXPECT_EQ(daemon->Log().find("\"output_tokens\":0"), std::string::npos);
}

TEST_F(StreamTest, Case31_TheCallersDeadlineEndsTheStream) {
  Start();
  const std::string events = ToolEvents(InPieces(kAda, 4));
  Script({ScriptedReply::EventStream(events).StallAfter(events.size() / 2)});
  PendingStream call(daemon->address(), PersonStream(), true, 600ms);
  EXPECT_EQ(call.status().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_TRUE(acme.WaitForPeersToClose(1));
}

TEST_F(StreamTest, Case32_ASlowReaderHoldsTheProviderUpAndLosesNothing) {
  Start();
  // More than the sockets between take.
  const std::string person = LongPerson(20'000'000);
  const std::string events = ToolEvents(InPieces(person, 50'000));
  Script({ScriptedReply::EventStream(events).Dripping(16'384, 0ms)});
  PendingStream call(daemon->address(), PersonStream(), /*reads=*/false);
  ASSERT_TRUE(acme.WaitForRequests(1));
  std::this_thread::sleep_for(2s);
  const size_t held = Sent();
  std::this_thread::sleep_for(500ms);
  EXPECT_EQ(Sent(), held) << "the provider waits";
  EXPECT_LT(held, events.size());
  call.StartReading();
  ASSERT_TRUE(call.status().ok()) << call.status().error_message();
  DeltaAssembler assembler;
  for (const auto& event : call.events()) assembler.Apply(event);
  EXPECT_TRUE(assembler.value().dump() == person);
}

TEST_F(StreamTest, Case32_AReaderThatIsTooSlowIsGivenUp) {
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

TEST_F(StreamTest, Case32_AReaderThatNeverReadsIsDropped) {
  Start("slow_reader_timeout_ms: 300\n");
  Script({ScriptedReply::EventStream(ToolEvents(InPieces(LongPerson(6'000'000), 50'000)))});
  PendingStream call(daemon->address(), PersonStream(), /*reads=*/false);
  EXPECT_TRUE(acme.WaitForPeersToClose(1));
  EXPECT_TRUE(daemon->WaitForLog("SLOW_READER") || daemon->WaitForLog("CANCELLED"));
  std::this_thread::sleep_for(1s);
  call.StartReading();
  EXPECT_FALSE(call.status().ok());
}

TEST_F(StreamTest, Case38_ADrainEndsStreamsWithItsReason) {
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

TEST_F(StreamTest, AHostThatTakesNoStreamWithASchemaIsAskedForAWholeAnswer) {
  Start({}, "    streams_schemas: false\n");
  Script({TextAnswer(kAda), ScriptedReply::EventStream(ToolEvents(InPieces(kAda, 4)))});
  v1::ExtractStreamRequest request = PersonStream();
  request.mutable_request()->set_mode(v1::MODE_JSON_SCHEMA);
  const auto whole = Call(request);
  ASSERT_TRUE(whole->status().ok()) << whole->status().error_message();
  EXPECT_EQ(whole->story(), (Story{"started 1", "delta", "result"}));
  EXPECT_EQ(whole->events().back().result().json(), kAda);
  EXPECT_EQ(acme.requests().at(0).body.find("\"stream\":true"), std::string::npos);

  request.mutable_request()->set_mode(v1::MODE_TOOLS);
  ASSERT_TRUE(Call(request)->status().ok());
  EXPECT_NE(acme.requests().at(1).body.find("\"stream\":true"), std::string::npos)
      << "tools have no such rule";
}

TEST_F(StreamTest, ManyStreamsLeaveNothingBehind) {
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
  for (int i = 0; i < 100 && daemon->OpenDescriptors() > before + 25; ++i) {
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_LE(daemon->OpenDescriptors(), before + 25) << "kept-alive connections to the provider";
  Script({ScriptedReply::EventStream(ToolEvents(InPieces(kAda, 4)))});
  EXPECT_TRUE(Call()->status().ok());
}

}  // namespace
}  // namespace extractd::integration
