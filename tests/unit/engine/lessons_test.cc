#include "server/engine/lessons.h"

#include <gtest/gtest.h>

namespace extractd {
namespace {

using Kind = Lesson::Kind;

class LessonOfTest : public ::testing::Test {
 protected:
  LessonOfTest() { Mode("TOOLS"); }

  void Mode(std::string_view name) {
    plan_.handler = std::make_shared<const Handler>(Handler{
        .row = std::make_shared<const ProviderRow>(ProviderRow{.name = "acme"}),
        .mode = FindModeHandler(name),
    });
    plan_.request = {.messages = {{.text = "Ann is 40."}}};
    plan_.handler->mode->Ask({.name = "answer", .json = "{}"}, {}, plan_.request);
  }

  std::optional<Lesson> Told(WrongBelief belief, std::string parameter = {}) {
    return LessonOf(plan_, {.wrong_belief = belief, .refused_parameter = std::move(parameter)});
  }

  Plan plan_;
};

TEST_F(LessonOfTest, ARefusalThatSaysNothingTeachesNothing) {
  EXPECT_FALSE(Told(WrongBelief::kNone).has_value());
}

TEST_F(LessonOfTest, AForcedToolCanBeFreedOnce) {
  ASSERT_TRUE(Told(WrongBelief::kForcedTool).has_value());
  EXPECT_EQ(Told(WrongBelief::kForcedTool)->kind, Kind::kForcedTool);
  plan_.learned.no_forced_tool = true;
  EXPECT_FALSE(Told(WrongBelief::kForcedTool).has_value());
}

TEST_F(LessonOfTest, WhereNoToolIsForcedTheRefusalIsOfSomethingElse) {
  Mode("REASONING_TOOLS");
  EXPECT_FALSE(Told(WrongBelief::kForcedTool).has_value());
  Mode("JSON");
  EXPECT_FALSE(Told(WrongBelief::kForcedTool).has_value());
  EXPECT_FALSE(Told(WrongBelief::kTools).has_value());
}

TEST_F(LessonOfTest, AModelWithoutToolsIsAskedInAnotherModeUnlessTheCallerNamedThisOne) {
  EXPECT_EQ(Told(WrongBelief::kTools)->name, "TOOLS");
  plan_.mode_named = true;
  EXPECT_FALSE(Told(WrongBelief::kTools).has_value());
}

TEST_F(LessonOfTest, ASchemaIsFirstNotEnforcedThenNotSent) {
  plan_.strict = true;
  EXPECT_EQ(Told(WrongBelief::kSchema)->schema_use, SchemaUse::kUnenforced);
  plan_.strict = false;
  EXPECT_EQ(Told(WrongBelief::kSchema)->schema_use, SchemaUse::kPromptOnly);
  plan_.learned.schema_use = SchemaUse::kPromptOnly;
  EXPECT_FALSE(Told(WrongBelief::kSchema).has_value());
}

TEST_F(LessonOfTest, AModeOfNoUseUnenforcedGivesWayToAPrompt) {
  Mode("JSON_SCHEMA");
  plan_.strict = true;
  EXPECT_EQ(Told(WrongBelief::kSchema)->schema_use, SchemaUse::kPromptOnly);
}

TEST_F(LessonOfTest, DemandedEnforcementIsNotGivenUp) {
  plan_.strict = true;
  plan_.provider_strict = ProviderStrict::kRequired;
  EXPECT_FALSE(Told(WrongBelief::kSchema).has_value());
  EXPECT_FALSE(Told(WrongBelief::kFormat).has_value());
}

TEST_F(LessonOfTest, ARefusedFormatIsTheModeOrTheEnforcementOfTools) {
  EXPECT_FALSE(Told(WrongBelief::kFormat).has_value()) << "nothing was enforced";
  plan_.strict = true;
  EXPECT_EQ(Told(WrongBelief::kFormat)->kind, Kind::kEnforcement);
  Mode("JSON");
  EXPECT_EQ(Told(WrongBelief::kFormat)->name, "JSON");
  Mode("MD_JSON");
  EXPECT_FALSE(Told(WrongBelief::kFormat).has_value());
}

TEST_F(LessonOfTest, OnlyASettingThatWasSentCanBeLeftOut) {
  EXPECT_FALSE(Told(WrongBelief::kParameter, "seed").has_value());
  plan_.request.generation.seed = 7;
  EXPECT_EQ(Told(WrongBelief::kParameter, "seed")->name, "seed");
  plan_.request.generation.thinking_budget_tokens = 1000;
  EXPECT_EQ(Told(WrongBelief::kParameter, "reasoning")->kind, Kind::kSetting);
}

}  // namespace
}  // namespace extractd
