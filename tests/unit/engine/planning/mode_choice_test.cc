#include "server/engine/planning/mode_choice.h"

#include <gtest/gtest.h>

#include "server/base/error.h"

namespace extractd {
namespace {

class ModeChoiceTest : public ::testing::Test {
 protected:
  ModeChoiceTest() {
    row_.name = "acme";
    row_.modes = {"JSON_SCHEMA", "TOOLS", "JSON", "MD_JSON", "PARALLEL_TOOLS"};
    for (const std::string& mode : row_.modes) {
      Registration::Loader loader = []() -> absl::StatusOr<Handler> { return Handler{}; };
      EXPECT_TRUE(registry_.Register("acme", mode, {.loader = std::move(loader)}).ok());
    }
    plan_.family = &family_;
  }

  // The mode, or the reason of the refusal.
  std::string Chosen() {
    const auto mode = ChooseMode({call_, row_, registry_, nullptr, lowered_tool_}, plan_);
    if (mode.ok()) return *mode;
    const auto details = DetailsOf(mode.status());
    return details.has_value() ? std::string(ReasonName(details->reason)) : "";
  }

  ProviderRow row_;
  Registry registry_;
  ModelFamily family_;
  ExtractCall call_;
  Plan plan_;
  const schema::LoweredSchema* lowered_tool_ = nullptr;
};

TEST_F(ModeChoiceTest, TheFirstIsTheBestAndTheFamilyKnowsBetter) {
  EXPECT_EQ(Chosen(), "JSON_SCHEMA");
  EXPECT_FALSE(plan_.mode_named);
  family_.modes = {"TOOLS", "JSON"};
  EXPECT_EQ(Chosen(), "TOOLS");
}

TEST_F(ModeChoiceTest, ANamedModeIsTakenIfTheModelHasIt) {
  call_.mode = "json";
  EXPECT_EQ(Chosen(), "JSON");
  EXPECT_TRUE(plan_.mode_named);
  family_.modes = {"TOOLS"};
  EXPECT_EQ(Chosen(), "MODE_NOT_SUPPORTED");
}

TEST_F(ModeChoiceTest, SeveralToolsNeedAModeThatTakesThem) {
  call_.output_kind = OutputKind::kParallel;
  EXPECT_EQ(Chosen(), "PARALLEL_TOOLS");
  call_.mode = "TOOLS";
  EXPECT_EQ(Chosen(), "INVALID_REQUEST");
  call_.mode.clear();
  family_.modes = {"TOOLS"};
  EXPECT_EQ(Chosen(), "MODE_NOT_SUPPORTED");
}

TEST_F(ModeChoiceTest, AModeOfSeveralToolsNeedsThem) {
  call_.mode = "PARALLEL_TOOLS";
  EXPECT_EQ(Chosen(), "INVALID_REQUEST");
}

TEST_F(ModeChoiceTest, WhatTheProviderRefusedIsPassedOverAndSaid) {
  plan_.learned.modes = {"JSON_SCHEMA"};
  EXPECT_EQ(Chosen(), "TOOLS");
  ASSERT_EQ(plan_.downgrades.size(), 1U);
  EXPECT_EQ(plan_.downgrades[0].action, "mode JSON_SCHEMA -> TOOLS");
}

TEST_F(ModeChoiceTest, ASchemaThatIsNotEnforcedGoesWhereThatIsOfUse) {
  plan_.learned.schema_use = SchemaUse::kUnenforced;
  EXPECT_EQ(Chosen(), "TOOLS");
  plan_.learned.schema_use = SchemaUse::kPromptOnly;
  EXPECT_EQ(Chosen(), "JSON");
}

TEST_F(ModeChoiceTest, ASchemaThatToolsCannotCarryGoesToAnotherMode) {
  family_.modes = {"TOOLS", "JSON_SCHEMA"};
  schema::LoweredSchema tool;
  lowered_tool_ = &tool;
  EXPECT_EQ(Chosen(), "TOOLS");
  tool.lowered.obstacle = schema::lower::Obstacle{"/properties", "properties", "17 are too many"};
  EXPECT_EQ(Chosen(), "JSON_SCHEMA");
  ASSERT_EQ(plan_.downgrades.size(), 1U);
  EXPECT_EQ(plan_.downgrades[0].action, "mode TOOLS -> JSON_SCHEMA");
  EXPECT_EQ(plan_.downgrades[0].reason, "17 are too many");
  call_.mode = "TOOLS";
  EXPECT_EQ(Chosen(), "TOOLS") << "the caller says so";
}

TEST_F(ModeChoiceTest, ToonGoesWhereTextIsFree) {
  call_.output_encoding = TextEncoding::kToon;
  EXPECT_EQ(Chosen(), "MD_JSON");
}

}  // namespace
}  // namespace extractd
