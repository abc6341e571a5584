// A call whose provider refuses something that it can do without.
#include "tests/unit/engine/extraction_fixture.h"

namespace extractd {
namespace {

using fakes::FakeUpstream;

class LearningTest : public ExtractionTest {
 protected:
  LearningTest() {
    plan_.request.tools = {{.name = "answer", .json = "{}"}};
    plan_.lesson_subject = "s";
  }

  static SendResult Refuses(WrongBelief belief) {
    SendResult result = Fails(SendFailure::kRejected);
    result.wrong_belief = belief;
    result.http_status = 400;
    return result;
  }

  Task<absl::StatusOr<std::unique_ptr<Plan>>> Replan(std::deque<SendResult> script) {
    auto plan = std::make_unique<Plan>();
    plan->handler = plan_.handler;
    plan->schema = plan_.schema;
    plan->request = plan_.request;
    plan->learned = lessons_.Of({"acme", "m", "s"});
    if (plan->learned.no_forced_tool) plan->request.tool_use = ToolUse::kFree;
    plan->retry = plan_.retry;
    plan->lesson_subject = "s";
    plan->upstream = std::make_unique<FakeUpstream>(std::move(script), seen_, clock_, latency_);
    ++replans_;
    co_return plan;
  }

  // The script of the plan, and that of the one after it.
  Extraction RunBoth(std::deque<SendResult> first, std::deque<SendResult> second) {
    plan_.upstream = std::make_unique<FakeUpstream>(std::move(first), seen_, clock_, latency_);
    fakes::FixedBits bits(0);
    ExtractionTools tools = {
        .clock = clock_,
        .random = bits,
        .latencies = latencies_,
        .health = health_,
        .observer = observer_,
        .lessons = &lessons_,
        .replan = [this, second] { return Replan(second); },
    };
    return fakes::Await(Extract(plan_, std::move(tools)));
  }

  Lessons lessons_;
  int replans_ = 0;
};

TEST_F(LearningTest, ARefusalIsLearnedAndTheTurnIsSentAgainWithoutIt) {
  const Extraction result = RunBoth({Refuses(WrongBelief::kForcedTool)}, {Calls(R"({"age":1})")});
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.answer.json, R"({"age":1})");
  ASSERT_EQ(result.attempts.size(), 2U);
  EXPECT_EQ(result.attempts[0].learned, "forced tool choice not supported");
  EXPECT_EQ(result.attempts[0].outcome, AttemptOutcome::kRejected);
  EXPECT_EQ(result.attempts[1].kind, AttemptKind::kRetry);
  EXPECT_EQ(result.attempts[1].turn, 1);
  EXPECT_EQ(result.attempts[1].learned, "");
  EXPECT_EQ(seen_.encoded.at(1).tool_use, ToolUse::kFree);
  EXPECT_TRUE(clock_.slept.empty());
  EXPECT_TRUE(lessons_.Of({"acme", "m", "other schema"}).no_forced_tool) << "for later calls";
}

TEST_F(LearningTest, TheSameRefusalTwiceIsTheEnd) {
  const SendResult refusal = Refuses(WrongBelief::kForcedTool);
  const Extraction result = RunBoth({refusal}, {refusal, Calls(R"({"age":1})")});
  EXPECT_EQ(ReasonOf(result), Reason::kProviderRejectedRequest);
  EXPECT_EQ(result.attempts.size(), 2U);
  EXPECT_EQ(replans_, 1);
}

TEST_F(LearningTest, AttemptsAreBoundedAllTheSame) {
  plan_.retry.max_attempts = 1;
  const Extraction result = RunBoth({Refuses(WrongBelief::kForcedTool)}, {Calls(R"({"age":1})")});
  EXPECT_EQ(ReasonOf(result), Reason::kProviderRejectedRequest);
  EXPECT_EQ(replans_, 0);
  EXPECT_TRUE(lessons_.Of({"acme", "m", "s"}).no_forced_tool) << "the next call is better off";
}

TEST_F(LearningTest, AReaskAfterTheLessonIsOfTheNewPlan) {
  const Extraction result = RunBoth(
      {Refuses(WrongBelief::kForcedTool)}, {Calls(R"({"age":"x"})"), Calls(R"({"age":1})")}
  );
  ASSERT_TRUE(result.status.ok()) << result.status;
  ASSERT_EQ(result.attempts.size(), 3U);
  EXPECT_EQ(result.attempts[2].turn, 2);
  EXPECT_EQ(seen_.encoded.at(2).tool_use, ToolUse::kFree);
}

}  // namespace
}  // namespace extractd
