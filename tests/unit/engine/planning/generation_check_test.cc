#include "server/engine/planning/generation_check.h"

#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

#include "server/base/error.h"

namespace extractd {
namespace {

class GenerationCheckTest : public testing::Test {
 protected:
  absl::Status Check() {
    plan_.handler =
        std::make_shared<const Handler>(Handler{.row = std::make_shared<const ProviderRow>(row_)});
    plan_.family = &family_;
    plan_.request.model = "m";
    return CheckGeneration(plan_);
  }

  bool WarnsOf(std::string_view words) const {
    return std::ranges::any_of(plan_.warnings, [words](const Warning& warning) {
      return warning.message.find(words) != std::string::npos;
    });
  }

  Generation& generation() { return plan_.request.generation; }

  ProviderRow row_;
  ModelFamily family_;
  Plan plan_;
};

TEST_F(GenerationCheckTest, WhatNobodyRefusesIsKept) {
  generation() = {
      .temperature = 0.5,
      .top_p = 1,
      .max_output_tokens = 5,
      .seed = 1,
      .stop = {"x"},
      .reasoning_effort = ReasoningEffort::kNone
  };
  ASSERT_TRUE(Check().ok());
  EXPECT_TRUE(plan_.warnings.empty());
  EXPECT_EQ(generation().temperature, 0.5);
  EXPECT_EQ(generation().reasoning_effort, ReasoningEffort::kNone);
}

TEST_F(GenerationCheckTest, RefusedByRowOrFamilyIsLeftOutWithAWarning) {
  row_.refuses = {"temperature", "stop"};
  family_.refuses = {"seed", "reasoning_effort"};
  generation() = {
      .temperature = 0,
      .top_p = 0.9,
      .seed = 1,
      .stop = {"x"},
      .reasoning_effort = ReasoningEffort::kLow
  };
  ASSERT_TRUE(Check().ok());
  EXPECT_FALSE(generation().temperature.has_value());
  EXPECT_FALSE(generation().seed.has_value());
  EXPECT_FALSE(generation().reasoning_effort.has_value());
  EXPECT_TRUE(generation().stop.empty());
  EXPECT_EQ(generation().top_p, 0.9);
  EXPECT_EQ(plan_.warnings.size(), 4U);
  EXPECT_TRUE(WarnsOf("model 'm' takes no temperature; it was left out"));
  EXPECT_TRUE(WarnsOf("takes no seed"));
}

TEST_F(GenerationCheckTest, RefusedFailsTheCallWhereItMust) {
  row_.refuses = {"seed"};
  plan_.on_unsupported = OnUnsupported::kFail;
  generation().seed = 1;
  const auto details = DetailsOf(Check());
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->reason, Reason::kSettingNotSupported);
  EXPECT_EQ(
      details->metadata.front(), (std::pair<std::string, std::string>{"field", "generation.seed"})
  );
}

TEST_F(GenerationCheckTest, SamplingIsLeftOutOnlyWhileTheModelReasons) {
  family_.sampling_while_reasoning = false;
  generation().temperature = 0.5;
  ASSERT_TRUE(Check().ok());
  EXPECT_TRUE(generation().temperature.has_value()) << "it does not reason unless told to";

  generation().thinking_budget_tokens = 2000;
  ASSERT_TRUE(Check().ok());
  EXPECT_FALSE(generation().temperature.has_value());
  EXPECT_TRUE(WarnsOf("takes no temperature while it reasons"));
}

TEST_F(GenerationCheckTest, FreeChoiceOfToolsCountsAsReasoning) {
  family_.sampling_while_reasoning = false;
  generation().temperature = 0.5;
  plan_.request.tools = {{.name = "t"}};
  ASSERT_TRUE(Check().ok());
  EXPECT_TRUE(generation().temperature.has_value());
  plan_.request.tool_use = ToolUse::kFree;
  ASSERT_TRUE(Check().ok());
  EXPECT_FALSE(generation().temperature.has_value());
}

TEST_F(GenerationCheckTest, ReasonersSampleAgainOnceReasoningIsSwitchedOff) {
  family_ = {.reasons = true, .sampling_while_reasoning = false, .reasoning_off = "{}"};
  generation() = {.temperature = 0.5, .reasoning_effort = ReasoningEffort::kNone};
  ASSERT_TRUE(Check().ok());
  EXPECT_TRUE(generation().temperature.has_value());

  family_.tools_need_reasoning_off = true;
  generation().reasoning_effort.reset();
  plan_.request.tools = {{.name = "t"}};
  ASSERT_TRUE(Check().ok());
  EXPECT_TRUE(generation().temperature.has_value());
  plan_.request.tools.clear();
  ASSERT_TRUE(Check().ok());
  EXPECT_FALSE(generation().temperature.has_value());
}

TEST_F(GenerationCheckTest, ModelThatAlwaysReasonsIsNotToldNotTo) {
  family_ = {.reasons = true};
  generation().reasoning_effort = ReasoningEffort::kNone;
  ASSERT_TRUE(Check().ok());
  EXPECT_FALSE(generation().reasoning_effort.has_value());
  EXPECT_TRUE(WarnsOf("cannot be told not to reason"));

  plan_.on_unsupported = OnUnsupported::kFail;
  generation().thinking_budget_tokens = 0;
  const auto details = DetailsOf(Check());
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->metadata.front().second, "generation.thinking_budget_tokens");
}

TEST_F(GenerationCheckTest, AnEffortWithoutACounterpartIsLeftOut) {
  family_.efforts = {"", "low", "", "high"};
  generation().reasoning_effort = ReasoningEffort::kMedium;
  ASSERT_TRUE(Check().ok());
  EXPECT_TRUE(WarnsOf("takes no reasoning_effort of that kind"));
  EXPECT_FALSE(generation().reasoning_effort.has_value());
  generation().reasoning_effort = ReasoningEffort::kHigh;
  ASSERT_TRUE(Check().ok());
  EXPECT_TRUE(generation().reasoning_effort.has_value());
}

TEST_F(GenerationCheckTest, NoEffortIsTheLeastThatTheModelCan) {
  family_.efforts = {"", "low", "medium", "high"};
  generation().reasoning_effort = ReasoningEffort::kNone;
  ASSERT_TRUE(Check().ok());
  EXPECT_TRUE(plan_.warnings.empty());
  EXPECT_TRUE(generation().reasoning_effort.has_value());
}

TEST_F(GenerationCheckTest, WhatWasLearnedIsLeftOut) {
  plan_.learned.settings = {"seed", "stop", "reasoning"};
  generation() = {.temperature = 0.5, .seed = 0, .stop = {"END"}, .thinking_budget_tokens = 1000};
  ASSERT_TRUE(Check().ok());
  EXPECT_EQ(plan_.warnings.size(), 3U);
  EXPECT_TRUE(generation().temperature.has_value());
  EXPECT_FALSE(generation().seed.has_value()) << "zero is a seed, too";
  EXPECT_TRUE(generation().stop.empty());
  EXPECT_FALSE(generation().thinking_budget_tokens.has_value());
}

TEST(CheckProviderOptionsTest, OnlyAnObjectOrNothing) {
  EXPECT_TRUE(CheckProviderOptions("").ok());
  EXPECT_TRUE(CheckProviderOptions("{}").ok());
  EXPECT_FALSE(CheckProviderOptions("[]").ok());
  EXPECT_FALSE(CheckProviderOptions("{").ok());
}

}  // namespace
}  // namespace extractd
