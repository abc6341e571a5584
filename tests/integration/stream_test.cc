// ExtractStream from outside: what a caller sees while the model writes.
#include <algorithm>
#include <chrono>
#include <iostream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/fakes/test_settings.h"
#include "tests/integration/stream_support.h"

namespace extractd::integration {
namespace {

using fakes::ScriptedReply;
using Story = std::vector<std::string>;
using namespace std::chrono_literals;

class StreamTest : public StreamDaemonTest {
 protected:
  double Counted(std::string_view name) const {
    return daemon->Metric(fmt::format("{}{{model=\"acme-1\",provider=\"acme\"}}", name));
  }
  static void ExpectNumbered(const PendingStream::Events& events) {
    for (size_t i = 0; i < events.size(); ++i) {
      EXPECT_EQ(events[i].sequence(), static_cast<std::int64_t>(i) + 1);
    }
  }
};

TEST_F(StreamTest, TheValueGrowsAndIsThenTheResult) {
  Start();
  Script({ScriptedReply::EventStream(ToolEvents(InPieces(kAda, 4))).Dripping(150, 20ms)});
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
  EXPECT_LE(sent, impossible + (IsFullRun() ? 2'000 : 100'000)) << "of " << endless.size();
  std::cout << "early abort: " << sent - impossible << " bytes behind the impossible token, of "
            << endless.size() - impossible << "; about " << 2'000 - sent * 2'000 / endless.size()
            << " of 2000 pieces were never written\n";
  const v1::ExtractResponse result = call->events().back().result();
  EXPECT_TRUE(result.attempts(0).error_message().starts_with("stopped")) << "and it says so";
  EXPECT_TRUE(result.attempts(0).usage().estimated());
  EXPECT_GT(result.attempts(0).usage().output_tokens(), 0);
  EXPECT_TRUE(result.usage().estimated());
  const auto saved =
      result.attempts(1).usage().output_tokens() - result.attempts(0).usage().output_tokens();
  ASSERT_GT(saved, 0) << "the answer that followed was longer than what had come";
  EXPECT_TRUE(daemon->WaitForLog(fmt::format("\"saved_tokens\":{}", saved)));
  EXPECT_EQ(Counted("extractd_streams_stopped_total"), 1);
  EXPECT_EQ(Counted("extractd_stopped_tokens_saved_total"), static_cast<double>(saved));
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

}  // namespace
}  // namespace extractd::integration
