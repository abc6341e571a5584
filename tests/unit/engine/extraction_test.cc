#include "server/engine/extraction.h"

#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "tests/unit/engine/extraction_fixture.h"

namespace extractd {
namespace {

using namespace std::chrono_literals;

TEST_F(ExtractionTest, ValidAnswerEndsTheCallByteForByte) {
  const Extraction result = RunScript({Calls(R"({"age": 40.0})")});
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_TRUE(result.valid);
  EXPECT_EQ(result.answer.json, R"({"age": 40.0})");
  ASSERT_EQ(result.attempts.size(), 1U);
  EXPECT_EQ(result.attempts[0].outcome, AttemptOutcome::kValid);
  EXPECT_EQ(result.usage.input_tokens, 10);
  EXPECT_EQ(result.upstream_time, 100ms);
  EXPECT_EQ(observer_.extractions, 1);
}

TEST_F(ExtractionTest, InvalidAnswerIsReaskedWithItsIssuesAtOnce) {
  const Extraction result = RunScript({Calls(R"({"age": "forty"})"), Calls(R"({"age": 40})")});
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(KindsOf(result), (std::vector{AttemptKind::kFirst, AttemptKind::kReask}));
  EXPECT_EQ(result.attempts[1].turn, 2);
  EXPECT_EQ(result.attempts[0].outcome, AttemptOutcome::kInvalid);
  EXPECT_EQ(result.usage.input_tokens, 20) << "failed turns are paid for, too";
  EXPECT_TRUE(clock_.slept.empty()) << "a wrong answer must not cost a back-off";
  ASSERT_EQ(seen_.encoded.size(), 2U);
  const Message& correction = seen_.encoded[1].messages.back();
  EXPECT_EQ(correction.role, Role::kTool);
  EXPECT_EQ(correction.tool_call_id, "c1");
  EXPECT_NE(correction.text.find("/age"), std::string::npos) << correction.text;
}

TEST_F(ExtractionTest, OnlyTheLastFailedTurnIsShown) {
  const Extraction result =
      RunScript({Calls(R"({"age":"a"})"), Calls(R"({"age":"b"})"), Calls(R"({"age":1})")});
  ASSERT_TRUE(result.status.ok());
  EXPECT_EQ(seen_.encoded[1].messages.size(), seen_.encoded[2].messages.size());
  EXPECT_EQ(seen_.encoded[2].messages[1].tool_calls[0].arguments, R"({"age":"b"})");
}

TEST_F(ExtractionTest, TransportLossDoublesTheWaitAndKeepsTheTurn) {
  const SendResult lost = Fails(SendFailure::kServerError);
  const Extraction result = RunScript({lost, lost, Calls(R"({"age": 1})")});
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(clock_.slept, (std::vector<std::chrono::milliseconds>{500ms, 1000ms}));
  EXPECT_EQ(
      KindsOf(result), (std::vector{AttemptKind::kFirst, AttemptKind::kRetry, AttemptKind::kRetry})
  );
  EXPECT_EQ(result.attempts[2].turn, 1);
  EXPECT_EQ(result.attempts[2].backoff, 1000ms);
  EXPECT_EQ(seen_.encoded.size(), 1U) << "the same bytes are sent again";
}

TEST_F(ExtractionTest, TransportRetriesCountPerTurn) {
  plan_.retry.max_transport_retries = 1;
  const SendResult lost = Fails(SendFailure::kConnection);
  const Extraction result = RunScript({lost, Calls(R"({"age":"x"})"), lost, Calls(R"({"age":1})")});
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.attempts.size(), 4U);
}

TEST_F(ExtractionTest, TooManyLossesEndWithTheLastOnesReason) {
  plan_.retry.max_transport_retries = 2;
  const SendResult lost = Fails(SendFailure::kConnection);
  const Extraction result = RunScript({lost, lost, Fails(SendFailure::kMalformed)});
  EXPECT_EQ(ReasonOf(result), Reason::kProviderMalformed);
  EXPECT_TRUE(result.retries_exhausted);
  EXPECT_EQ(result.attempts.size(), 3U);
}

TEST_F(ExtractionTest, PermanentFailuresAreSentOnce) {
  const std::vector<std::pair<SendFailure, Reason>> cases = {
      {SendFailure::kAuth, Reason::kProviderAuth},
      {SendFailure::kQuotaExhausted, Reason::kProviderRateLimited},
      {SendFailure::kUnknownModel, Reason::kUnknownModel},
      {SendFailure::kSchemaRejected, Reason::kSchemaRejected},
      {SendFailure::kContextTooLong, Reason::kContextTooLong},
      {SendFailure::kContentFiltered, Reason::kProviderRefused},
      {SendFailure::kRejected, Reason::kProviderRejectedRequest},
      {SendFailure::kTooLarge, Reason::kProviderResponseTooLarge},
  };
  for (const auto& [failure, reason] : cases) {
    const Extraction result = RunScript({Fails(failure), Calls(R"({"age":1})")});
    EXPECT_EQ(ReasonOf(result), reason);
    EXPECT_EQ(result.attempts.size(), 1U);
    EXPECT_FALSE(result.retries_exhausted);
  }
}

TEST_F(ExtractionTest, RefusedCredentialsThatWereRenewedAreTriedAtOnceAsAnAttempt) {
  SendResult stale = Fails(SendFailure::kAuth);
  stale.send_again = true;
  plan_.retry.max_transport_retries = 0;
  const Extraction done = RunScript({stale, Calls(R"({"age": 1})")});
  EXPECT_TRUE(done.status.ok()) << done.status;
  ASSERT_EQ(done.attempts.size(), 2U);
  EXPECT_EQ(done.attempts[0].outcome, AttemptOutcome::kAuthFailed);
  EXPECT_EQ(done.attempts[1].kind, AttemptKind::kRetry);
  EXPECT_EQ(done.attempts[1].backoff, 0ms);

  plan_.retry.max_attempts = 1;
  EXPECT_EQ(ReasonOf(RunScript({stale})), Reason::kProviderAuth);
}

TEST_F(ExtractionTest, ConditionThatIsNotWantedIsNotRetried) {
  plan_.retry.retry_on = static_cast<RetryConditions>(RetryCondition::kConnect);
  EXPECT_EQ(RunScript({Fails(SendFailure::kServerError)}).attempts.size(), 1U);
  EXPECT_EQ(
      RunScript({Fails(SendFailure::kConnection), Calls(R"({"age":1})")}).attempts.size(), 2U
  );
}

TEST_F(ExtractionTest, ProviderThatSaysDontRetryIsObeyed) {
  SendResult final = Fails(SendFailure::kServerError);
  final.final = true;
  EXPECT_EQ(RunScript({final, Calls(R"({"age":1})")}).attempts.size(), 1U);
}

TEST_F(ExtractionTest, RetryAfterIsTheWait) {
  const Extraction result = RunScript({RateLimited(7s), Calls(R"({"age":1})")});
  ASSERT_TRUE(result.status.ok());
  EXPECT_EQ(clock_.slept, (std::vector<std::chrono::milliseconds>{7000ms}));
}

TEST_F(ExtractionTest, RetryAfterBeyondTheDeadlineFailsNow) {
  plan_.deadline = clock_.Now() + 5s;
  const Extraction result = RunScript({RateLimited(47s)});
  EXPECT_EQ(ReasonOf(result), Reason::kProviderRateLimited);
  EXPECT_EQ(DetailsOf(result.status)->retry_after, 47s);
  EXPECT_TRUE(clock_.slept.empty());
}

TEST_F(ExtractionTest, RetryAfterBeyondTwoMinutesFailsNow) {
  EXPECT_EQ(ReasonOf(RunScript({RateLimited(121s)})), Reason::kProviderRateLimited);
  EXPECT_TRUE(clock_.slept.empty());
}

TEST_F(ExtractionTest, MaxReasksBoundsTheTurns) {
  plan_.retry.max_reasks = 1;
  const SendResult wrong = Calls("{}");
  const Extraction result = RunScript({wrong, wrong, Calls(R"({"age":1})")});
  EXPECT_EQ(ReasonOf(result), Reason::kOutputInvalid);
  EXPECT_EQ(result.attempts.size(), 2U);
  EXPECT_EQ(result.issues.total, 1U);
}

TEST_F(ExtractionTest, NoReasksMeansOneTurn) {
  plan_.retry.max_reasks = 0;
  const Extraction result = RunScript({Calls("{}")});
  EXPECT_EQ(ReasonOf(result), Reason::kOutputInvalid);
  EXPECT_EQ(result.attempts.size(), 1U);
}

TEST_F(ExtractionTest, MaxAttemptsBoundsSendsOfAllTurnsAndTheLastFailureCounts) {
  plan_.retry.max_attempts = 3;
  const SendResult lost = Fails(SendFailure::kServerError);
  EXPECT_EQ(
      ReasonOf(RunScript({lost, Calls("{}"), lost, Calls(R"({"age":1})")})),
      Reason::kProviderUnavailable
  );
  EXPECT_EQ(ReasonOf(RunScript({lost, lost, Calls("{}")})), Reason::kOutputInvalid);
}

TEST_F(ExtractionTest, TruncatedAnswerIsItsOwnOutcomeAndNeverReasked) {
  SendResult cut = Calls(R"({"age": 4)");
  const Extraction open = RunScript({cut, Calls(R"({"age":1})")});
  EXPECT_EQ(ReasonOf(open), Reason::kOutputTruncated);
  EXPECT_EQ(open.attempts.size(), 1U);
  EXPECT_EQ(open.attempts[0].outcome, AttemptOutcome::kTruncated);

  SendResult at_limit = Calls(R"({"age": 4})");
  at_limit.reply.finish_reason = FinishReason::kLength;
  EXPECT_EQ(ReasonOf(RunScript({at_limit})), Reason::kOutputTruncated)
      << "an answer at the token limit may have been cut between two digits";
}

TEST_F(ExtractionTest, RefusalIsFinal) {
  SendResult refusal;
  refusal.reply.refusal = "I can't help with that.";
  refusal.reply.finish_reason = FinishReason::kRefusal;
  const Extraction result = RunScript({refusal, Calls(R"({"age":1})")});
  EXPECT_EQ(ReasonOf(result), Reason::kProviderRefused);
  EXPECT_EQ(result.attempts.size(), 1U);
  SendResult filtered;
  filtered.reply.finish_reason = FinishReason::kContentFilter;
  EXPECT_EQ(ReasonOf(RunScript({filtered})), Reason::kProviderRefused);
}

TEST_F(ExtractionTest, BestEffortReturnsTheAnswerWithTheFewestIssues) {
  plan_.on_invalid = OnInvalid::kReturnBestEffort;
  plan_.retry.max_reasks = 2;
  const Extraction result =
      RunScript({Calls("[]"), Calls(R"({"age":"x"})"), Calls(R"({"age":"x","age":2.5})")});
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_FALSE(result.valid);
  EXPECT_EQ(result.attempts.size(), 3U);
  EXPECT_FALSE(result.answer.json.empty());
  EXPECT_GE(result.issues.total, 1U);
}

TEST_F(ExtractionTest, RepairedAnswerListsItsRepairs) {
  const Extraction result = RunScript({Calls(R"({"age": 1,})")});
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.answer.json, R"({"age":1})");
  ASSERT_EQ(result.answer.repairs.size(), 1U);
  EXPECT_EQ(result.answer.repairs[0].kind, "trailing_comma");
}

TEST_F(ExtractionTest, ReplacedBytesAreALossyRepair) {
  SendResult mended = Calls(R"({"age": 1})");
  mended.reply.sanitized = true;
  plan_.retry.max_reasks = 0;
  EXPECT_EQ(ReasonOf(RunScript({mended})), Reason::kOutputInvalid);
  plan_.judge.max_loss = json::MaxLoss::kLossy;
  const Extraction result = RunScript({mended});
  ASSERT_TRUE(result.valid);
  EXPECT_EQ(result.answer.repairs[0].kind, "invalid_utf8");
}

TEST_F(ExtractionTest, CancelDuringBackOffStopsSending) {
  clock_.sleep_result = absl::CancelledError("gone");
  const Extraction result = RunScript({Fails(SendFailure::kServerError), Calls(R"({"age":1})")});
  EXPECT_EQ(ReasonOf(result), Reason::kCancelled);
  EXPECT_EQ(result.attempts.size(), 1U);
}

TEST_F(ExtractionTest, CancelDuringASendIsNotRetried) {
  const Extraction result = RunScript({Fails(SendFailure::kCancelled), Calls(R"({"age":1})")});
  EXPECT_EQ(ReasonOf(result), Reason::kCancelled);
  EXPECT_EQ(result.attempts.size(), 1U);
}

TEST_F(ExtractionTest, EverySendIsBoundedByTheDeadline) {
  plan_.deadline = clock_.Now() + 3s;
  plan_.timers.total = 10s;
  RunScript({Calls("{}"), Calls(R"({"age":1})")});
  ASSERT_EQ(seen_.timers.size(), 2U);
  EXPECT_EQ(seen_.timers[0].total, 3000ms);
  EXPECT_EQ(seen_.timers[1].total, 2900ms);
}

TEST_F(ExtractionTest, TimeoutAtTheDeadlineIsTheDeadline) {
  latency_ = 2s;
  plan_.deadline = clock_.Now() + 2s;
  SendResult late = Fails(SendFailure::kTimeout);
  late.cause = "total";
  const Extraction result = RunScript({late});
  EXPECT_EQ(ReasonOf(result), Reason::kDeadline);
  EXPECT_EQ(result.attempts.size(), 1U);
}

TEST_F(ExtractionTest, ReaskThatCannotEndInTimeIsNotStarted) {
  for (int i = 0; i < 5; ++i) latencies_.Add("acme", "m", 4s);
  plan_.deadline = clock_.Now() + 3s;
  const Extraction result = RunScript({Calls("{}"), Calls(R"({"age":1})")});
  EXPECT_EQ(ReasonOf(result), Reason::kDeadline);
  EXPECT_EQ(result.attempts.size(), 1U);
}

TEST_F(ExtractionTest, RawTextIsKeptOnlyOnDemandAndBounded) {
  EXPECT_EQ(RunScript({Calls(R"({"age":1})")}).attempts[0].raw_text, "");
  plan_.include_raw = true;
  EXPECT_EQ(RunScript({Calls(R"({"age":1})")}).attempts[0].raw_text, R"({"age":1})");
  plan_.retry.max_reasks = 0;
  const Extraction long_one = RunScript({Calls(std::string(300'000, 'x'))});
  EXPECT_EQ(long_one.attempts[0].raw_text.size(), 256U * 1024);
}

TEST_F(ExtractionTest, NothingIsSentToAProviderThatOnlyFails) {
  for (int i = 0; i < 20; ++i) health_.Record("acme", SendFailure::kServerError, clock_.Now());
  const Extraction result = RunScript({Calls(R"({"age":40})")});
  EXPECT_EQ(ReasonOf(result), Reason::kCircuitOpen);
  ASSERT_EQ(result.attempts.size(), 1U);
  EXPECT_EQ(result.attempts[0].outcome, AttemptOutcome::kCircuitOpen);
  EXPECT_TRUE(seen_.timers.empty());
  EXPECT_TRUE(observer_.started.empty());
}

TEST_F(ExtractionTest, ASendIsNotRepeatedWhenTheBudgetForRetriesIsSpent) {
  while (health_.TakeRetry("acme", clock_.Now())) {
  }
  const Extraction result = RunScript({Fails(SendFailure::kServerError), Calls(R"({"age":40})")});
  EXPECT_EQ(ReasonOf(result), Reason::kProviderUnavailable);
  EXPECT_EQ(result.attempts.size(), 1U);
  EXPECT_TRUE(result.retries_exhausted);
}

// The calls of one reply.
SendResult CallsOf(std::vector<ToolCall> calls) {
  SendResult result = Calls("");
  result.reply.message.tool_calls = std::move(calls);
  return result;
}

class SeveralToolsTest : public ExtractionTest {
 protected:
  SeveralToolsTest() {
    plan_.handler = std::make_shared<const Handler>(Handler{
        .row = plan_.handler->row,
        .mode = FindModeHandler("PARALLEL_TOOLS"),
    });
    plan_.output_kind = OutputKind::kParallel;
    plan_.tools = {
        {.name = "age", .schema = plan_.schema},
        {.name = "note", .schema = *schema::Prepare(R"({"type":"object"})", {})},
    };
  }
};

TEST_F(SeveralToolsTest, EveryCallOfAReplyIsAnItem) {
  const Extraction result =
      RunScript({CallsOf({{"1", "note", R"({"t":1})"}, {"2", "age", R"({"age":40})"}})});
  ASSERT_TRUE(result.status.ok()) << result.status;
  ASSERT_EQ(result.answer.items.size(), 2U);
  EXPECT_EQ(result.answer.items[0].tool, "note");
  EXPECT_EQ(result.answer.items[1].json, R"({"age":40})");
}

TEST_F(SeveralToolsTest, OneBadCallIsAskedForAgainAndEveryCallIsAnswered) {
  const Extraction result = RunScript(
      {CallsOf({{"1", "age", R"({"age":"forty"})"}, {"2", "note", "{}"}}),
       CallsOf({{"3", "age", R"({"age":"41"x})"}}),
       CallsOf({{"4", "age", R"({"age":40})"}})}
  );
  ASSERT_TRUE(result.status.ok()) << result.status;
  ASSERT_EQ(result.answer.items.size(), 2U);
  EXPECT_EQ(result.answer.items[0].json, R"({"age":40})") << "in the place of the bad one";
  EXPECT_EQ(result.attempts[0].issues.listed[0].path, "/0/age");
  const std::vector<Message>& second = seen_.encoded.at(1).messages;
  ASSERT_EQ(second.size(), 4U);
  EXPECT_TRUE(second[2].tool_failed);
  EXPECT_FALSE(second[3].tool_failed) << "the good call is kept";
  EXPECT_EQ(seen_.encoded.at(2).messages.size(), 6U)
      << "the model must see which calls were accepted before";
}

TEST_F(SeveralToolsTest, NoCallAtAllIsAskedForAgain) {
  SendResult words = Calls("");
  words.reply.message = {.role = Role::kAssistant, .text = "Nothing to do."};
  const Extraction result = RunScript({words, CallsOf({{"1", "note", "{}"}})});
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.answer.items.size(), 1U);
}

}  // namespace
}  // namespace extractd
