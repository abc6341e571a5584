#include "server/schema/coerce/directed.h"

#include <algorithm>
#include <ctime>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "server/json/write.h"
#include "server/schema/verdict.h"
#include "tests/fakes/test_settings.h"
#include "tests/unit/json/describe_repairs.h"

namespace extractd::schema {
namespace {

constexpr std::string_view kPerson =
    R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},)"
    R"("required":["name","age"]})";
constexpr std::string_view kPeople = R"({"type":"array","items":)"
                                     R"({"type":"object","properties":{"name":{"type":"string"}},)"
                                     R"("required":["name"]}})";

Verdict JudgeText(
    std::string_view schema, std::string_view text, json::MaxLoss max_loss = json::MaxLoss::kLossy
) {
  const auto compiled = Compile(std::string(schema));
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  return Judge(**compiled, text, {.max_loss = max_loss});
}

// The valid value, or "none".
std::string Read(
    std::string_view schema, std::string_view text, json::MaxLoss max_loss = json::MaxLoss::kLossy
) {
  const Verdict verdict = JudgeText(schema, text, max_loss);
  return verdict.valid ? verdict.json : "none";
}

constexpr json::MaxLoss kLossless = json::MaxLoss::kLossless;

TEST(DirectedTest, TheSchemaChoosesAmongTheValuesOfAText) {
  EXPECT_EQ(
      Read(kPerson, R"(Like {"x":1}: {"name":"A","age":1}. Ask {"y":2} again.)"),
      R"({"name":"A","age":1})"
  );
  EXPECT_EQ(
      Read(kPerson, R"(Not {"name":"A","age":1} but {"name":"B","age":2}.)"),
      R"({"name":"B","age":2})"
  ) << "the later of equals";
  EXPECT_EQ(
      Read(kPerson, R"({"name":"A","age":1} or {"name":"B","age":"2"})"), R"({"name":"A","age":1})"
  ) << "what is valid before what must be changed";
}

TEST(DirectedTest, AnotherValueIsALossThatIsNamed) {
  const std::string_view text = R"(Like {"name":"A","age":1}: {"name":"B","age":2})";
  EXPECT_EQ(Read(kPerson, text, kLossless), "none");
  EXPECT_NE(
      json::DescribeRepairs(JudgeText(kPerson, text).repairs).find(R"(candidate : {"name":"A")"),
      std::string::npos
  );
}

TEST(DirectedTest, ValuesSideBySideAreTheArrayThatIsWanted) {
  constexpr std::string_view kBoth = R"([{"name":"A"},{"name":"B"}])";
  EXPECT_EQ(Read(kPeople, "{\"name\":\"A\"}\n{\"name\":\"B\"}", kLossless), kBoth);
  EXPECT_EQ(Read(kPeople, R"(First {"name":"A"}, then {"name":"B"}.)", kLossless), kBoth);
  EXPECT_EQ(Read(kPeople, R"(Only {"name":"A"}.)", kLossless), R"([{"name":"A"}])");
  EXPECT_EQ(
      Read(kPerson, "{\"name\":\"A\",\"age\":1}\n{\"name\":\"B\",\"age\":2}", kLossless), "none"
  );
}

TEST(DirectedTest, AScrapOfACutAnswerIsNotTaken) {
  const Verdict verdict =
      JudgeText(R"({"type":"array","items":{"type":"integer"}})", R"(See [1]. {"a":1,"b":tru)");
  EXPECT_FALSE(verdict.valid);
  EXPECT_TRUE(verdict.truncated);
}

TEST(DirectedTest, AWordOrNumberMayBeAllOfTheText) {
  EXPECT_EQ(Read(R"({"enum":["LOW","HIGH"]})", "High", kLossless), R"("HIGH")");
  EXPECT_EQ(Read(R"({"type":"integer"})", "<think>5?</think> 12,111", kLossless), "12111");
  EXPECT_EQ(Read(R"({"type":"boolean"})", "The answer is true"), "true");
  EXPECT_EQ(Read(R"({"type":"boolean"})", "The answer is true", kLossless), "none");
}

TEST(DirectedTest, ProseIsATextOnlyWhereLossesAre) {
  EXPECT_EQ(Read(R"({"type":"string"})", "Hello there"), R"("Hello there")");
  EXPECT_EQ(Read(R"({"type":"string"})", "Hello there", kLossless), "none");
  EXPECT_EQ(Read("{}", "Hello there"), "none") << "anything, but no JSON";
  EXPECT_EQ(Read(R"({"type":"string"})", R"(So: {"a": 1})"), R"("So: {\"a\": 1}")");
}

TEST(DirectedTest, NamesAndValuesInLines) {
  constexpr std::string_view kAda = R"({"name":"Ada","age":36})";
  EXPECT_EQ(Read(kPerson, "name: Ada\nage: 36", kLossless), kAda);
  EXPECT_EQ(Read(kPerson, "Here you are:\n- **Name**: Ada\n- **Age:** 36", kLossless), kAda);
  EXPECT_EQ(Read(kPerson, "```yaml\nname: Ada\nage: 36\n```", kLossless), kAda);
  EXPECT_EQ(
      Read(kPeople, "- name: Ada\n- name: Bo", kLossless), R"([{"name":"Ada"},{"name":"Bo"}])"
  );
  EXPECT_EQ(Read(kPerson, "name: Ada\nI do not know the age.", kLossless), "none");
}

TEST(DirectedTest, Toon) {
  EXPECT_EQ(
      Read(kPeople, "[2]{name}:\n  Ada\n  Bo", kLossless), R"([{"name":"Ada"},{"name":"Bo"}])"
  );
}

TEST(DirectedTest, AnAnswerThatEndsOpenIsClosedOnlyForThoseWhoAsk) {
  const auto compiled = Compile(std::string(kPerson));
  const std::string_view text = R"({"name":"Ada","age":"36 y)";
  EXPECT_FALSE(Judge(**compiled, text, {.max_loss = json::MaxLoss::kLossy}).valid);
  const Verdict closed =
      Judge(**compiled, text, {.max_loss = json::MaxLoss::kLossy, .close_truncated = true});
  EXPECT_TRUE(closed.valid);
  EXPECT_TRUE(closed.truncated);
  EXPECT_EQ(closed.json, R"({"name":"Ada","age":36})");
  EXPECT_FALSE(Judge(**compiled, text, {.max_loss = kLossless, .close_truncated = true}).valid);
}

TEST(DirectedTest, WhatCannotBeMadeValidStaysAsItWas) {
  const Verdict verdict = JudgeText(kPerson, R"({"name":7,"age":"old"})");
  EXPECT_EQ(verdict.json, R"({"name":7,"age":"old"})");
  EXPECT_TRUE(verdict.repairs.empty());
  EXPECT_EQ(verdict.issues.total, 2U);
}

TEST(DirectedTest, NothingIsCoercedWithoutRepairs) {
  EXPECT_EQ(Read(kPerson, R"({"name":"Ada","age":"36"})", json::MaxLoss::kNone), "none");
  EXPECT_EQ(Read(kPerson, R"({"name":"Ada","age":"36"})", kLossless), R"({"name":"Ada","age":36})");
}

// Of the fastest of three runs.
double CpuSeconds(std::string_view schema, const std::string& text) {
  const auto compiled = Compile(std::string(schema));
  double least = 1e9;
  for (int run = 0; run < 3; ++run) {
    const std::clock_t start = std::clock();
    Judge(**compiled, text, {.max_loss = json::MaxLoss::kLossy});
    least = std::min(least, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return least;
}

TEST(DirectedTest, TenTimesTheTextCostsTenTimesTheWork) {
  const auto repeat = [](std::string_view part, size_t times) {
    std::string text;
    for (size_t i = 0; i < times; ++i) text += part;
    return text;
  };
  struct Case {
    std::string_view schema;
    std::string_view part;
    size_t times;
  };
  for (const Case& c : {
           Case{kPeople, "{\"Name\":\"A\"}\n", 60},
           Case{kPeople, "{\"name\":\"A\",\"x\":[1,2,3]} and ", 60},
           Case{kPeople, "- name: Ada\n", 400},
           Case{kPeople, "- name: Ada\nx", 400},
           Case{kPerson, "{\"a\":\"x\"y ", 400},
           Case{kPerson, "The answer is 5. ", 400},
           Case{R"({"type":"array","items":{"type":"integer"}})", "1, ", 400},
           Case{
               R"({"anyOf":[{"type":"string"},{"type":"array","items":{"type":"integer"}}]})",
               "[1] ",
               90
           },
       }) {
    const double once = CpuSeconds(c.schema, repeat(c.part, c.times));
    const double ten_times = CpuSeconds(c.schema, repeat(c.part, 10 * c.times));
    // Where a quadratic step would make it a hundred; a busy machine adds to either.
    EXPECT_LT(ten_times, ((IsFullRun() ? 11 : 30) * once) + 0.1) << c.part;
  }
}

}  // namespace
}  // namespace extractd::schema
