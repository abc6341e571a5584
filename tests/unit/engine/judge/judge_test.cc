#include "server/engine/judge/judge.h"

#include <gtest/gtest.h>

namespace extractd {
namespace {

constexpr const char* kPerson =
    R"({"type":"object","properties":{"name":{"type":"string"}},"required":["name"]})";
constexpr const char* kPet =
    R"({"type":"object","properties":{"legs":{"type":"integer"}},"required":["legs"]})";

std::shared_ptr<const schema::PreparedSchema> Prepared(std::string text) {
  return *schema::Prepare(std::move(text), {});
}

// A plan for one schema, wrapped.
void PlanOne(Plan& plan, const char* schema, schema::Wrapping wrapping) {
  plan.handler = std::make_shared<const Handler>(Handler{
      .row = std::make_shared<const ProviderRow>(ProviderRow{.name = "acme"}),
      .mode = FindModeHandler("TOOLS"),
  });
  plan.given = Prepared(schema);
  plan.schema = wrapping == schema::Wrapping::kNone
                    ? plan.given
                    : Prepared(schema::WrapSchema(plan.given->compiled->root(), wrapping));
  plan.wrapping = wrapping;
}

// A plan with the tools "person", "pet" and "size", whose schema is no object.
void PlanTools(Plan& plan) {
  PlanOne(plan, kPerson, schema::Wrapping::kNone);
  const auto size = Prepared(R"({"type":"number"})");
  plan.tools = {
      {.name = "person", .schema = Prepared(kPerson)},
      {.name = "pet", .schema = Prepared(kPet)},
      {.name = "size",
       .schema = Prepared(schema::WrapSchema(size->compiled->root(), schema::Wrapping::kValue)),
       .wrapping = schema::Wrapping::kValue},
  };
}

ChatReply Calls(std::vector<ToolCall> calls) {
  return {.message = {.role = Role::kAssistant, .tool_calls = std::move(calls)}};
}

std::string PathsOf(const schema::IssueList& issues) {
  std::string paths;
  for (const schema::Issue& issue : issues.listed) paths += issue.path + ";";
  return paths;
}

TEST(JudgeTest, OneValueComesBackByteForByte) {
  Plan plan;
  PlanOne(plan, kPerson, schema::Wrapping::kNone);
  CallLedger calls;
  const Judgement judged =
      JudgeReply(plan, Calls({{"1", "answer", R"({ "name": "Ada" })"}}), calls);
  EXPECT_TRUE(judged.valid);
  EXPECT_EQ(judged.answer.json, R"({ "name": "Ada" })");
}

TEST(JudgeTest, AListIsJudgedItemByItem) {
  Plan plan;
  PlanOne(plan, kPerson, schema::Wrapping::kList);
  CallLedger calls;
  const Judgement judged = JudgeReply(
      plan, Calls({{"1", "answer", R"({"items":[{"name":"Ada"},{"name":1},{}]})"}}), calls
  );
  EXPECT_FALSE(judged.valid);
  EXPECT_EQ(PathsOf(judged.issues), "/1/name;/2;");
  EXPECT_EQ(PathsOf(judged.feedback), "/items/1/name;/items/2;");
}

TEST(JudgeTest, AReplyWithoutAnAnswerIsAnIssueForBoth) {
  Plan plan;
  PlanOne(plan, kPerson, schema::Wrapping::kNone);
  CallLedger calls;
  const Judgement judged = JudgeReply(plan, Calls({}), calls);
  EXPECT_FALSE(judged.valid);
  EXPECT_EQ(judged.issues.total, 1U);
  EXPECT_EQ(judged.feedback.total, 1U);
  EXPECT_TRUE(judged.answer.empty());
}

TEST(JudgeTest, ReplacedBytesAreAnIssueUnlessLossIsAllowed) {
  Plan plan;
  PlanOne(plan, kPerson, schema::Wrapping::kNone);
  ChatReply reply = Calls({{"1", "answer", R"({"name":"A"})"}});
  reply.sanitized = true;
  CallLedger calls;
  EXPECT_FALSE(JudgeReply(plan, reply, calls).valid);
  plan.judge.max_loss = json::MaxLoss::kLossy;
  const Judgement lossy = JudgeReply(plan, reply, calls);
  EXPECT_TRUE(lossy.valid);
  ASSERT_EQ(lossy.answer.repairs.size(), 1U);
  EXPECT_FALSE(lossy.answer.repairs[0].lossless);
}

TEST(JudgeCallsTest, EachCallIsJudgedByItsToolsSchema) {
  Plan plan;
  PlanTools(plan);
  CallLedger calls;
  const Judgement judged = JudgeReply(
      plan,
      Calls(
          {{"1", "pet", R"({"legs":4})"},
           {"2", "person", R"({"name":"Ada"})"},
           {"3", "size", R"({"value":1.50})"}}
      ),
      calls
  );
  EXPECT_TRUE(judged.valid);
  ASSERT_EQ(judged.answer.items.size(), 3U);
  EXPECT_EQ(judged.answer.items[0].tool, "pet");
  EXPECT_EQ(judged.answer.items[1].json, R"({"name":"Ada"})");
  EXPECT_EQ(judged.answer.items[2].json, "1.50");
}

TEST(JudgeCallsTest, IssuesBeginWithTheIndexOfTheirCall) {
  Plan plan;
  PlanTools(plan);
  CallLedger calls;
  const Judgement judged = JudgeReply(
      plan,
      Calls(
          {{"1", "pet", R"({"legs":"many"})"},
           {"2", "person", R"({"name":"Ada"})"},
           {"3", "horse", "{}"},
           {"4", "person", "{}"}}
      ),
      calls
  );
  EXPECT_FALSE(judged.valid);
  EXPECT_EQ(PathsOf(judged.issues), "/0/legs;/2;/3;");
  EXPECT_NE(judged.issues.listed[1].message.find("person, pet, size"), std::string::npos);
}

TEST(JudgeCallsTest, AcceptedCallsStayAndTheRejectedAreAskedForUntilTheyCome) {
  Plan plan;
  PlanTools(plan);
  CallLedger calls;
  JudgeReply(
      plan, Calls({{"1", "pet", R"({"legs":"many"})"}, {"2", "person", R"({"name":"Ada"})"}}), calls
  );
  const Judgement forgot = JudgeReply(plan, Calls({{"3", "person", R"({"name":"Bob"})"}}), calls);
  EXPECT_FALSE(forgot.valid);
  EXPECT_EQ(PathsOf(forgot.issues), ";");
  EXPECT_NE(forgot.issues.listed[0].message.find("'pet'"), std::string::npos);
  const Judgement done = JudgeReply(plan, Calls({{"4", "pet", R"({"legs":4})"}}), calls);
  EXPECT_TRUE(done.valid);
  ASSERT_EQ(done.answer.items.size(), 3U);
  EXPECT_EQ(done.answer.items[0].tool, "pet");
  EXPECT_EQ(done.answer.items[1].json, R"({"name":"Ada"})");
  EXPECT_EQ(done.answer.items[2].json, R"({"name":"Bob"})");
}

TEST(JudgeCallsTest, NoCallAndTooManyCallsAreIssues) {
  Plan plan;
  PlanTools(plan);
  CallLedger calls;
  EXPECT_FALSE(JudgeReply(plan, {.message = {.text = "I can't."}}, calls).valid);
  const std::vector<ToolCall> flood(257, {"1", "pet", R"({"legs":4})"});
  const Judgement judged = JudgeReply(plan, Calls(flood), calls);
  EXPECT_FALSE(judged.valid);
  EXPECT_EQ(judged.issues.total, 1U);
}

TEST(JudgeCallsTest, EveryRejectedCallHasAnIssueHoweverManyThereAre) {
  Plan plan;
  PlanTools(plan);
  std::vector<ToolCall> wrong(200, {"1", "pet", "{}"});
  CallLedger calls;
  const Judgement judged = JudgeReply(plan, Calls(wrong), calls);
  EXPECT_EQ(judged.issues.listed.size(), 200U);
  EXPECT_EQ(judged.issues.listed.back().path, "/199");
}

TEST(JudgeCallsTest, NoArgumentsAreAnEmptyObject) {
  Plan plan;
  PlanTools(plan);
  plan.tools.push_back({.name = "stop", .schema = Prepared(R"({"type":"object"})")});
  CallLedger calls;
  const Judgement judged = JudgeReply(plan, Calls({{"1", "stop", ""}}), calls);
  EXPECT_TRUE(judged.valid);
  EXPECT_EQ(judged.answer.items.at(0).json, "{}");
}

}  // namespace
}  // namespace extractd
