#include "server/engine/stream/streamed_send.h"

#include <gtest/gtest.h>

#include "server/base/error.h"
#include "server/engine/extraction.h"
#include "tests/fakes/engine_fakes.h"
#include "tests/fakes/run_task.h"
#include "tests/unit/engine/stream/op_assembler.h"

namespace extractd {
namespace {

using namespace std::chrono_literals;
using fakes::FakeStreamUpstream, fakes::StreamScript;
using Log = std::vector<std::string>;

constexpr const char* kSchema =
    R"({"type":"object","properties":{"age":{"type":"integer","minimum":0},"name":{"type":"string"}},)"
    R"("required":["age"]})";

// Notes what it is told, and rebuilds the value.
class Notes final : public ExtractionStream {
 public:
  void OnStarted(const Plan&, const Attempt& attempt) override {
    log.push_back("started " + std::to_string(attempt.number));
    value = {};
  }
  void OnOp(const PartialOp& op) override { value.Apply(op); }
  void OnItem(const Item& item, size_t index) override {
    EXPECT_EQ(index, items++);
    log.push_back("item " + item.json);
  }
  void OnThinking(std::string_view text) override {
    log.push_back("thinking " + std::string(text));
  }
  StreamSink::Wish OnPieceEnd(const ShownValue&) override { return StreamSink::Wish::kMore; }
  void OnRetrying(const Plan&, const Attempt& attempt, std::chrono::milliseconds backoff) override {
    log.push_back(
        "retrying " + std::string(AttemptOutcomeName(attempt.outcome)) + " " +
        std::to_string(backoff.count())
    );
  }
  void OnEnded() override { log.emplace_back("ended"); }

  Log log;
  OpAssembler value;
  size_t items = 0;
};

SendResult Answered(std::string arguments) {
  SendResult result;
  result.reply.message.tool_calls = {{"c1", "answer", std::move(arguments)}};
  result.reply.usage = {.input_tokens = 10, .output_tokens = 5};
  result.reply.finish_reason = FinishReason::kToolCalls;
  result.http_status = 200;
  return result;
}

// A stream whose pieces are the whole answer.
StreamScript Streams(std::vector<std::string> pieces) {
  std::string all;
  for (const std::string& piece : pieces) all += piece;
  return {.arguments = std::move(pieces), .end = Answered(all)};
}

StreamScript Breaks(
    std::vector<std::string> pieces, SendFailure failure = SendFailure::kConnection
) {
  return {
      .arguments = std::move(pieces),
      .end = {.failure = failure, .message = "it broke", .http_status = 200},
  };
}

class StreamedSendTest : public ::testing::Test {
 protected:
  StreamedSendTest() {
    plan_.handler = std::make_shared<const Handler>(Handler{
        .row = std::make_shared<const ProviderRow>(ProviderRow{.name = "acme"}),
        .mode = FindModeHandler("TOOLS"),
    });
    plan_.schema = *schema::Prepare(kSchema, {});
    plan_.request = {
        .model = "m", .messages = {{.text = "Ann is 40."}}, .tools = {{.name = "answer"}}
    };
    plan_.deadline = clock_.Now() + 1h;
    plan_.retry.backoff_jitter = 0;
  }

  Extraction Run(std::deque<StreamScript> script) {
    plan_.upstream = std::make_unique<FakeStreamUpstream>(std::move(script), seen_);
    fakes::FixedBits bits(0);
    return fakes::Await(Extract(plan_, Tools(bits)));
  }

  ExtractionTools Tools(fakes::FixedBits& bits) {
    ExtractionTools tools{clock_, bits, latencies_, health_, observer_};
    tools.stream = &notes_;
    return tools;
  }

  // The call asks for a list of what it would ask for.
  void UseList() {
    const auto given = *schema::Compile(kSchema);
    plan_.wrapping = schema::Wrapping::kList;
    plan_.output_kind = OutputKind::kIterable;
    plan_.schema = *schema::Prepare(schema::WrapSchema(given->root(), plan_.wrapping), {});
  }

  Plan plan_;
  fakes::FakeClock clock_;
  FakeStreamUpstream::Seen seen_;
  fakes::FakeObserver observer_;
  Latencies latencies_;
  ProviderHealth health_;
  Notes notes_;
};

TEST_F(StreamedSendTest, AnAnswerIsShownAndThenComplete) {
  const Extraction result = Run({Streams({R"({"name":"An)", R"(n","age":)", "40}"})});
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.answer.json, R"({"name":"Ann","age":40})");
  EXPECT_EQ(notes_.log, (Log{"started 1", "ended"}));
  EXPECT_EQ(
      notes_.value.log,
      (
          Log{"set  {}",
              "set /name \"An\"",
              "text /name n",
              "complete /name",
              "set /age 40",
              "complete "}
      )
  );
  EXPECT_TRUE(seen_.encoded.at(0).stream);
  EXPECT_EQ(result.usage.output_tokens, 5);
  EXPECT_FALSE(result.usage.estimated);
}

TEST_F(StreamedSendTest, ASendThatIsLostBeforeItsFirstPieceIsRepeatedWithoutAWord) {
  const Extraction result = Run({Breaks({}), Streams({R"({"age":1})"})});
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(notes_.log, (Log{"started 2", "ended"}));
  EXPECT_EQ(result.attempts.size(), 2U);
}

TEST_F(StreamedSendTest, ASendThatIsLostLaterIsTakenBack) {
  const Extraction result = Run({Breaks({R"({"name":"Bo)"}), Streams({R"({"age":1})"})});
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(notes_.log, (Log{"started 1", "retrying unavailable 500", "started 2", "ended"}));
  EXPECT_EQ(notes_.value.value, nlohmann::ordered_json::parse(R"({"age":1})"));
}

TEST_F(StreamedSendTest, TokensOfABrokenStreamAreEstimatedAndMarked) {
  const Extraction result = Run({Breaks({R"({"name":"Bo)"}), Streams({R"({"age":1})"})});
  ASSERT_EQ(result.attempts.size(), 2U);
  EXPECT_TRUE(result.attempts[0].usage.estimated);
  EXPECT_GT(result.attempts[0].usage.input_tokens, 0);
  EXPECT_GT(result.attempts[0].usage.output_tokens, 0);
  EXPECT_FALSE(result.attempts[1].usage.estimated);
  EXPECT_TRUE(result.usage.estimated) << "the sum has an estimate in it";
}

TEST_F(StreamedSendTest, AnAnswerThatCannotBecomeValidIsStoppedAndAskedForAgain) {
  const Extraction result =
      Run({Streams({R"({"age":-4,)", R"("name":")", "and so on"}), Streams({R"({"age":4})"})});
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(seen_.pieces, (std::vector<size_t>{1, 1})) << "the rest was not read";
  ASSERT_EQ(result.attempts.size(), 2U);
  EXPECT_EQ(result.attempts[0].outcome, AttemptOutcome::kInvalid);
  ASSERT_EQ(result.attempts[0].issues.total, 1U);
  EXPECT_EQ(result.attempts[0].issues.listed[0].path, "/age");
  EXPECT_EQ(result.attempts[1].kind, AttemptKind::kReask);
  EXPECT_EQ(notes_.log, (Log{"started 1", "retrying invalid 0", "started 2", "ended"}));

  const auto& messages = seen_.encoded.at(1).messages;
  ASSERT_EQ(messages.size(), 3U);
  ASSERT_EQ(messages[1].tool_calls.size(), 1U);
  EXPECT_EQ(messages[1].tool_calls[0].arguments, R"({"age":-4,)");
  EXPECT_FALSE(messages[1].tool_calls[0].id.empty());
  EXPECT_EQ(messages[2].tool_call_id, messages[1].tool_calls[0].id);
  EXPECT_NE(messages[2].text.find("/age"), std::string::npos) << messages[2].text;
}

TEST_F(StreamedSendTest, WhereNothingElseCanBeAskedTheAnswerRunsToItsEnd) {
  plan_.retry.max_reasks = 0;
  const Extraction result = Run({Streams({R"({"age":-4,)", R"("name":"x"})"})});
  EXPECT_EQ(seen_.pieces, (std::vector<size_t>{2}));
  EXPECT_EQ(DetailsOf(result.status)->reason, Reason::kOutputInvalid);
  EXPECT_EQ(result.answer.json, R"({"age":-4,"name":"x"})");
  EXPECT_EQ(notes_.log, (Log{"started 1", "ended"}));
}

TEST_F(StreamedSendTest, ACallerCanLetHopelessAnswersRun) {
  notes_.stops_hopeless = false;
  Run({Streams({R"({"age":-4,)", R"("name":"x"})"}), Streams({R"({"age":4})"})});
  EXPECT_EQ(seen_.pieces, (std::vector<size_t>{2, 1}));
}

TEST_F(StreamedSendTest, AnAnswerThatComesWholeIsOneDelta) {
  fakes::FakeUpstream::Seen seen;
  plan_.upstream = std::make_unique<fakes::FakeUpstream>(
      std::deque<SendResult>{Answered(R"({"age":4})")}, seen, clock_, 1ms
  );
  fakes::FixedBits bits(0);
  const Extraction result = fakes::Await(Extract(plan_, Tools(bits)));
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(notes_.log, (Log{"started 1", "ended"}));
  EXPECT_EQ(notes_.value.log, (Log{R"(set  {"age":4})", "complete "}));
  EXPECT_FALSE(seen.encoded.at(0).stream);
}

TEST_F(StreamedSendTest, AWholeAnswerThatIsInvalidKeepsItsReply) {
  fakes::FakeUpstream::Seen seen;
  plan_.upstream = std::make_unique<fakes::FakeUpstream>(
      std::deque<SendResult>{Answered(R"({"age":-4})"), Answered(R"({"age":4})")}, seen, clock_, 1ms
  );
  fakes::FixedBits bits(0);
  const Extraction result = fakes::Await(Extract(plan_, Tools(bits)));
  ASSERT_EQ(result.attempts.size(), 2U);
  EXPECT_EQ(result.usage.output_tokens, 10) << "as reported";
  EXPECT_EQ(seen.encoded.at(1).messages.at(1).tool_calls.at(0).id, "c1");
}

TEST_F(StreamedSendTest, ThoughtsAreToldInWholeCharactersWhereTheyAreWanted) {
  StreamScript script = Streams({R"({"age":1})"});
  script.thinking = {"Zo\xC3", "\xAB?"};
  plan_.request.include_thinking = true;
  Run({script});
  EXPECT_EQ(notes_.log, (Log{"started 1", "thinking Zo", "thinking \xC3\xAB?", "ended"}));
  notes_.log.clear();
  plan_.request.include_thinking = false;
  Run({script});
  EXPECT_EQ(notes_.log, (Log{"started 1", "ended"}));
}

TEST_F(StreamedSendTest, ItemsAreToldAsTheyEnd) {
  UseList();
  const Extraction result = Run({Streams({R"({"items":[{"age":1},{"a)", R"(ge":2}]})"})});
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(notes_.log, (Log{"started 1", R"(item {"age":1})", R"(item {"age":2})", "ended"}));
  ASSERT_EQ(result.answer.items.size(), 2U);
  EXPECT_TRUE(notes_.value.log.empty()) << "and nothing else is shown";
}

TEST_F(StreamedSendTest, AfterItemsOnlyTheRestIsAskedFor) {
  UseList();
  const Extraction result = Run({
      Streams({R"({"items":[{"age":1},{"age":-2},)", R"({"age":3}]})"}),
      Streams({R"({"items":[{"age":2},{"age":3}]})"}),
  });
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(
      notes_.log,
      (
          Log{"started 1",
              R"(item {"age":1})",
              "retrying invalid 0",
              "started 2",
              R"(item {"age":2})",
              R"(item {"age":3})",
              "ended"}
      )
  );
  EXPECT_EQ(result.answer.items.size(), 3U);
  const auto& messages = seen_.encoded.at(1).messages;
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_NE(messages[1].text.find(R"([{"age":1}])"), std::string::npos) << messages[1].text;
  EXPECT_NE(messages[1].text.find("/items/1/age"), std::string::npos) << messages[1].text;
}

TEST_F(StreamedSendTest, AListWhoseStreamBrokeOffGoesOnWhereItWas) {
  UseList();
  const Extraction result = Run({
      Breaks({R"({"items":[{"age":1},{"age":2},{"a)"}),
      Streams({R"({"items":[{"age":1},{"age":2},{"age":3}]})"}),
  });
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(
      notes_.log,
      (
          Log{"started 1",
              R"(item {"age":1})",
              R"(item {"age":2})",
              "retrying unavailable 500",
              "started 2",
              R"(item {"age":3})",
              "ended"}
      )
  ) << "though the model gave all of it again";
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_EQ(result.warnings[0].code, "ITEMS_REPEATED");
  ASSERT_EQ(seen_.encoded.size(), 2U) << "the second send asks something else";
  EXPECT_EQ(seen_.encoded[1].messages.size(), 2U);
}

TEST_F(StreamedSendTest, AnEndThatTakesItemsBackIsNoAnswer) {
  UseList();
  const Extraction result = Run({
      Streams({R"({"items":[{"age":1}],)", R"("items":[{"age":7}]})"}),
      Streams({R"({"items":[]})"}),
  });
  ASSERT_TRUE(result.status.ok()) << result.status;
  ASSERT_EQ(result.answer.items.size(), 1U);
  EXPECT_EQ(result.answer.items[0].json, R"({"age":1})");
  EXPECT_EQ(result.attempts[0].outcome, AttemptOutcome::kInvalid);
}

TEST_F(StreamedSendTest, ItemsCanBePartOfTheAnswerAlone) {
  UseList();
  notes_.tells_items = false;
  const Extraction result = Run({Streams({R"({"items":[{"age":1}]})"})});
  EXPECT_EQ(notes_.log, (Log{"started 1", "ended"}));
  EXPECT_EQ(result.answer.items.size(), 1U);
}

TEST_F(StreamedSendTest, TheBestEffortIsWhatWasShownInTheEnd) {
  plan_.retry.max_reasks = 1;
  plan_.on_invalid = OnInvalid::kReturnBestEffort;
  const Extraction result = Run({Streams({R"({"age":-4})"}), Streams({R"({"name":1,"age":-5})"})});
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_FALSE(result.valid);
  EXPECT_EQ(notes_.value.value, nlohmann::ordered_json::parse(result.answer.json));
}

}  // namespace
}  // namespace extractd
