#include "server/engine/planning/settings_check.h"

#include <gtest/gtest.h>

#include "server/base/error.h"

namespace extractd {
namespace {

class SettingsCheckTest : public ::testing::Test {
 protected:
  SettingsCheckTest() {
    plan_.family = &family_;
    plan_.request.model = "m";
  }

  // The warnings' texts.
  std::string Warnings() {
    EXPECT_TRUE(CheckSettings(plan_).ok());
    std::string texts;
    for (const Warning& warning : plan_.warnings) texts += warning.message + ";";
    return texts;
  }

  ModelFamily family_;
  Plan plan_;
};

TEST_F(SettingsCheckTest, WhatNobodyKnowsToBeRefusedIsSent) {
  plan_.request.generation = {
      .temperature = 0.5, .seed = 1, .reasoning_effort = ReasoningEffort::kHigh
  };
  EXPECT_EQ(Warnings(), "");
  EXPECT_TRUE(plan_.request.generation.temperature.has_value());
  EXPECT_TRUE(plan_.request.generation.reasoning_effort.has_value());
}

TEST_F(SettingsCheckTest, SamplingIsLeftOutWhereTheModelReasonsOrRefused) {
  family_.reasons = true;
  family_.sampling_while_reasoning = false;
  plan_.request.generation.temperature = 0.5;
  EXPECT_EQ(Warnings(), "model 'm' takes no temperature while it reasons; it was left out;");
  EXPECT_FALSE(plan_.request.generation.temperature.has_value());
  plan_.request.generation.top_p = 0.5;
  plan_.on_unsupported = OnUnsupported::kFail;
  const auto details = DetailsOf(CheckSettings(plan_));
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->reason, Reason::kSettingNotSupported);
  EXPECT_EQ(details->metadata[0].second, "generation.top_p");
}

TEST_F(SettingsCheckTest, AnEffortWithoutACounterpartIsLeftOut) {
  family_.efforts = {"", "low", "", "high"};
  plan_.request.generation.reasoning_effort = ReasoningEffort::kMedium;
  EXPECT_NE(Warnings().find("takes no reasoning_effort"), std::string::npos);
  EXPECT_FALSE(plan_.request.generation.reasoning_effort.has_value());
  plan_.request.generation.reasoning_effort = ReasoningEffort::kHigh;
  EXPECT_TRUE(CheckSettings(plan_).ok());
  EXPECT_TRUE(plan_.request.generation.reasoning_effort.has_value());
}

TEST_F(SettingsCheckTest, NoEffortIsTheLeastThatTheModelCan) {
  family_.efforts = {"", "low", "medium", "high"};
  plan_.request.generation.reasoning_effort = ReasoningEffort::kNone;
  EXPECT_EQ(Warnings(), "");
  EXPECT_TRUE(plan_.request.generation.reasoning_effort.has_value());
}

TEST_F(SettingsCheckTest, WhatWasLearnedIsLeftOut) {
  plan_.learned.settings = {"seed", "stop", "reasoning"};
  plan_.request.generation = {
      .temperature = 0.5, .seed = 0, .stop = {"END"}, .thinking_budget_tokens = 1000
  };
  Warnings();
  EXPECT_EQ(plan_.warnings.size(), 3U);
  EXPECT_TRUE(plan_.request.generation.temperature.has_value());
  EXPECT_FALSE(plan_.request.generation.seed.has_value()) << "zero is a seed, too";
  EXPECT_TRUE(plan_.request.generation.stop.empty());
  EXPECT_FALSE(plan_.request.generation.thinking_budget_tokens.has_value());
}

TEST(CheckProviderOptionsTest, OnlyAnObjectOrNothing) {
  EXPECT_TRUE(CheckProviderOptions("").ok());
  EXPECT_TRUE(CheckProviderOptions("{}").ok());
  EXPECT_FALSE(CheckProviderOptions("[]").ok());
  EXPECT_FALSE(CheckProviderOptions("{").ok());
}

}  // namespace
}  // namespace extractd
