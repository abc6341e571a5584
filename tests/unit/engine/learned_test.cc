#include "server/engine/learned.h"

#include <gtest/gtest.h>

#include "tests/unit/engine/extraction_fixture.h"

namespace extractd {
namespace {

using Kind = Lesson::Kind;

constexpr Lessons::Subject kOne = {.provider = "acme", .model = "m", .schema_id = "s"};
constexpr Lessons::Subject kOtherSchema = {.provider = "acme", .model = "m", .schema_id = "t"};
constexpr Lessons::Subject kOtherModel = {.provider = "acme", .model = "n", .schema_id = "s"};

TEST(LessonsTest, NothingIsKnownOfAModelAtFirst) {
  Lessons lessons;
  const LearnedFacts facts = lessons.Of(kOne);
  EXPECT_FALSE(facts.no_forced_tool);
  EXPECT_FALSE(facts.no_enforcement);
  EXPECT_FALSE(facts.Refuses("TOOLS"));
  EXPECT_EQ(facts.schema_use, SchemaUse::kAny);
}

TEST(LessonsTest, LessonsAddUpAndAreOfTheModel) {
  Lessons lessons;
  lessons.Add(kOne, {.kind = Kind::kForcedTool});
  lessons.Add(kOne, {.kind = Kind::kMode, .name = "JSON"});
  lessons.Add(kOne, {.kind = Kind::kSetting, .name = "seed"});
  lessons.Add(kOne, {.kind = Kind::kSetting, .name = "seed"});
  const LearnedFacts facts = lessons.Of(kOtherSchema);
  EXPECT_TRUE(facts.no_forced_tool);
  EXPECT_TRUE(facts.Refuses("JSON"));
  EXPECT_EQ(facts.settings, std::vector<std::string>{"seed"});
  EXPECT_FALSE(lessons.Of(kOtherModel).no_forced_tool);
}

TEST(LessonsTest, ARefusedSchemaSaysNothingOfOthers) {
  Lessons lessons;
  lessons.Add(kOne, {.kind = Kind::kSchema, .schema_use = SchemaUse::kUnenforced});
  EXPECT_EQ(lessons.Of(kOne).schema_use, SchemaUse::kUnenforced);
  EXPECT_EQ(lessons.Of(kOtherSchema).schema_use, SchemaUse::kAny);
  EXPECT_EQ(lessons.Of(kOtherModel).schema_use, SchemaUse::kAny);
}

TEST(LessonsTest, TheOldestAreForgotten) {
  Lessons lessons;
  for (size_t i = 0; i <= Lessons::kMaxEntries; ++i) {
    const std::string model = std::to_string(i);
    lessons.Add({.provider = "acme", .model = model}, {.kind = Kind::kForcedTool});
  }
  EXPECT_FALSE(lessons.Of({.provider = "acme", .model = "0"}).no_forced_tool);
  EXPECT_TRUE(lessons.Of({.provider = "acme", .model = "4096"}).no_forced_tool);
}

TEST(LessonTest, SaysWhatItIs) {
  EXPECT_EQ(Lesson{.kind = Kind::kForcedTool}.Text(), "forced tool choice not supported");
  EXPECT_EQ((Lesson{.kind = Kind::kSetting, .name = "seed"}.Text()), "setting seed not supported");
  EXPECT_EQ(LessonKindName(Kind::kSchema), "schema");
}

// A call whose provider refuses something that it can do without.
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
    plan->upstream =
        std::make_unique<fakes::FakeUpstream>(std::move(script), seen_, clock_, latency_);
    ++replans_;
    co_return plan;
  }

  // The script of the plan, and that of the one after it.
  Extraction RunBoth(std::deque<SendResult> first, const std::deque<SendResult>& second) {
    plan_.upstream =
        std::make_unique<fakes::FakeUpstream>(std::move(first), seen_, clock_, latency_);
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
