#include "server/schema/toon_verdict.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/unit/schema/schema_test.h"

namespace extractd::schema {
namespace {

constexpr std::string_view kCrew =
    R"({"type":"object","properties":{"crew":{"type":"array","items":{"type":"object",)"
    R"("properties":{"name":{"type":"string"},"age":{"type":"integer"}},)"
    R"("required":["name","age"]}}},"required":["crew"]})";
constexpr std::string_view kAda = R"({"crew":[{"name":"Ada","age":36}]})";

ToonVerdict JudgeCrew(std::string_view text, json::MaxLoss max_loss = json::MaxLoss::kLossless) {
  return JudgeToon(*CompileOrDie(std::string(kCrew)), text, {.max_loss = max_loss});
}

TEST(ToonVerdictTest, ReadsTheLastCodeBlockOrAllOfTheText) {
  for (const std::string_view text :
       {"crew[1]{name,age}:\n  Ada,36",
        "\n```toon\ncrew[1]{name,age}:\n  Ada,36\n```\n",
        "For example:\n```\nx: 1\n```\nThe crew:\n```toon\ncrew[1]{name,age}:\n  Ada,36\n```",
        "```toon\ncrew[1]{name,age}:\n  Ada,36\n"}) {
    const ToonVerdict judged = JudgeCrew(text);
    EXPECT_TRUE(judged.verdict.valid) << text;
    EXPECT_TRUE(judged.toon);
    EXPECT_EQ(judged.verdict.json, kAda);
    EXPECT_TRUE(judged.verdict.repairs.empty());
  }
}

TEST(ToonVerdictTest, JsonIsTakenInItsPlace) {
  for (const std::string_view text :
       {R"({"crew":[{"name":"Ada","age":36}]})",
        "```json\n{\"crew\":[{\"name\":\"Ada\",\"age\":36}]}\n```",
        "Sure: {\"crew\":[{\"name\":\"Ada\",\"age\":36}]}"}) {
    const ToonVerdict judged = JudgeCrew(text);
    EXPECT_TRUE(judged.verdict.valid) << text;
    EXPECT_FALSE(judged.toon);
    EXPECT_EQ(judged.verdict.json, kAda);
  }
}

TEST(ToonVerdictTest, ChangesAreRepairsWithinTheGate) {
  const std::string_view longer = "crew[1]{name,age}:\n  Ada,36\n  Bo,7";
  const ToonVerdict mended = JudgeCrew(longer);
  EXPECT_TRUE(mended.verdict.valid);
  ASSERT_EQ(mended.verdict.repairs.size(), 1U);
  EXPECT_EQ(mended.verdict.repairs[0].kind, "toon_length");
  EXPECT_FALSE(JudgeCrew(longer, json::MaxLoss::kNone).verdict.valid);

  const std::string_view shorter = "crew[2]{name,age}:\n  Ada,36";
  const ToonVerdict refused = JudgeCrew(shorter);
  EXPECT_FALSE(refused.verdict.valid);
  ASSERT_EQ(refused.verdict.issues.listed.size(), 1U);
  EXPECT_EQ(
      refused.verdict.issues.listed[0].message,
      "the answer is not TOON: line 1: the header declares 2 entries, there are 1"
  );
  EXPECT_TRUE(JudgeCrew(shorter, json::MaxLoss::kLossy).verdict.valid);
}

TEST(ToonVerdictTest, WhatBreaksTheSchemaIsListedByItsPlace) {
  const ToonVerdict judged = JudgeCrew("crew[1]{name,age}:\n  Ada,old");
  EXPECT_FALSE(judged.verdict.valid);
  EXPECT_TRUE(judged.toon);
  ASSERT_EQ(judged.verdict.issues.listed.size(), 1U);
  EXPECT_EQ(judged.verdict.issues.listed[0].path, "/crew/0/age");
}

TEST(ToonVerdictTest, WhatBreaksTheSchemaIsCoercedWhereThatIsSure) {
  const ToonVerdict judged = JudgeCrew("crew[2]{name,age}:\n  Ada,\"36\"\n  7,41");
  EXPECT_TRUE(judged.verdict.valid);
  EXPECT_TRUE(judged.toon);
  EXPECT_EQ(judged.verdict.json, R"({"crew":[{"name":"Ada","age":36},{"name":"7","age":41}]})");
  ASSERT_EQ(judged.verdict.repairs.size(), 2U);
  EXPECT_EQ(judged.verdict.repairs[0].path, "/crew/0/age");
  EXPECT_EQ(judged.verdict.repairs[1].path, "/crew/1/name");
  EXPECT_TRUE(judged.verdict.issues.empty());

  EXPECT_FALSE(JudgeCrew("crew[1]{name,age}:\n  Ada,\"36\"", json::MaxLoss::kNone).verdict.valid);
}

TEST(ToonVerdictTest, CoercionObeysTheGate) {
  const std::string_view months = "crew[1]{name,age}:\n  Ada,36.7";
  const ToonVerdict refused = JudgeCrew(months);
  EXPECT_FALSE(refused.verdict.valid);
  EXPECT_TRUE(refused.verdict.repairs.empty());
  ASSERT_EQ(refused.verdict.issues.listed.size(), 1U);
  EXPECT_EQ(refused.verdict.issues.listed[0].path, "/crew/0/age");
}

TEST(ToonVerdictTest, RepairsOfTheNotationComeBeforeThoseOfTheSchema) {
  const ToonVerdict judged = JudgeCrew("crew[1]{name,age}:\n  Ada,\"36\"\n  Bo,7");
  EXPECT_TRUE(judged.verdict.valid);
  EXPECT_TRUE(judged.toon);
  ASSERT_EQ(judged.verdict.repairs.size(), 2U);
  EXPECT_EQ(judged.verdict.repairs[0].kind, "toon_length");
  EXPECT_EQ(judged.verdict.repairs[1].path, "/crew/0/age");
}

TEST(ToonVerdictTest, DamagedJsonIsNotTakenForToon) {
  for (const std::string_view text :
       {R"({"crew":[{"name":"Ada","age":"36"},]})",
        R"(Sure: {"crew":[{"name":"Ada","age":"36",}]})",
        R"([{"crew":[{"name":"Ada","age":"36"}]},])"}) {
    const ToonVerdict judged = JudgeCrew(text);
    EXPECT_TRUE(judged.verdict.valid) << text;
    EXPECT_FALSE(judged.toon) << text;
    EXPECT_EQ(judged.verdict.json, kAda) << text;
  }
}

TEST(ToonVerdictTest, ProseIsNoAnswer) {
  for (const std::string_view text : {"I cannot do that.", "", "```toon\n```", "note: nothing"}) {
    EXPECT_FALSE(JudgeCrew(text).verdict.valid) << text;
    EXPECT_FALSE(JudgeCrew(text).verdict.issues.empty()) << text;
  }
}

}  // namespace
}  // namespace extractd::schema
