#include "server/engine/planning/dialect_choice.h"

#include <memory>

#include <gtest/gtest.h>

#include "server/base/error.h"
#include "server/engine/planning/generation_check.h"
#include "server/providers/provider_table.h"

namespace extractd {
namespace {

class DialectChoiceTest : public testing::Test {
 protected:
  DialectChoiceTest() {
    plan_.handler = std::make_shared<const Handler>(Handler{
        .row = std::make_shared<const ProviderRow>(row_),
        .mode = FindModeHandler("TOOLS"),
        .dialect = providers::FindDialect("openai_chat"),
        .responses = providers::FindDialect("openai_responses"),
    });
    plan_.family = &family_;
    plan_.request.model = "m";
    plan_.request.tools = {SchemaText{.name = "person", .json = "{}"}};
  }

  std::string_view Chosen() {
    ChooseDialect(plan_);
    return plan_.handler->dialect->name();
  }

  ProviderRow row_ = {.name = "acme", .refuses = {"seed"}};
  ModelFamily family_;
  Plan plan_;
};

TEST_F(DialectChoiceTest, ChatIsChosenWhereItTakesWhatIsAsked) {
  plan_.request.generation.reasoning_effort = ReasoningEffort::kHigh;
  EXPECT_EQ(Chosen(), "openai_chat");
}

TEST_F(DialectChoiceTest, ThoughtsAndToolsTogetherGoOverResponsesWhereChatRefusesThem) {
  family_.responses = ResponsesUse::kThinkingWithTools;
  EXPECT_EQ(Chosen(), "openai_chat");
  plan_.request.generation.reasoning_effort = ReasoningEffort::kNone;
  plan_.request.tool_use = ToolUse::kFree;
  EXPECT_EQ(Chosen(), "openai_chat") << "no thoughts are wanted";
  plan_.request.generation.reasoning_effort.reset();
  EXPECT_EQ(Chosen(), "openai_responses") << "who is not forced to call may think first";
}

TEST_F(DialectChoiceTest, BudgetAsksForThoughts) {
  family_.responses = ResponsesUse::kThinkingWithTools;
  plan_.request.generation.thinking_budget_tokens = 1024;
  EXPECT_EQ(Chosen(), "openai_responses");
}

TEST_F(DialectChoiceTest, ModelsThatAlwaysThinkGetToolsOverResponses) {
  family_.responses = ResponsesUse::kTools;
  EXPECT_EQ(Chosen(), "openai_responses");
}

TEST_F(DialectChoiceTest, WithoutToolsTheyStayWithChat) {
  family_.responses = ResponsesUse::kTools;
  plan_.request.tools.clear();
  EXPECT_EQ(Chosen(), "openai_chat");
}

TEST_F(DialectChoiceTest, ModelsThatAreServedThereOnlyAlwaysGoThere) {
  family_.responses = ResponsesUse::kAll;
  plan_.request.tools.clear();
  EXPECT_EQ(Chosen(), "openai_responses");
}

TEST_F(DialectChoiceTest, ProviderWithOneProtocolKeepsIt) {
  family_.responses = ResponsesUse::kAll;
  Handler handler = *plan_.handler;
  handler.responses = nullptr;
  plan_.handler = std::make_shared<const Handler>(handler);
  EXPECT_EQ(Chosen(), "openai_chat");
}

TEST_F(DialectChoiceTest, ForcedToolsSwitchReasoningOffInChatOnly) {
  family_.tools_need_reasoning_off = true;
  EXPECT_TRUE(IsReasoningOff(plan_));
  plan_.request.tool_use = ToolUse::kFree;
  EXPECT_FALSE(IsReasoningOff(plan_));
  plan_.request.tool_use = ToolUse::kForced;
  family_.responses = ResponsesUse::kTools;
  ChooseDialect(plan_);
  EXPECT_FALSE(IsReasoningOff(plan_));
}

TEST_F(DialectChoiceTest, RefusedSettingsAreLeftOutWithAWarningEach) {
  family_.refuses = {"stop", "reasoning_effort", "thinking_budget_tokens"};
  plan_.request.generation = {
      .temperature = 0.5,
      .seed = 7,
      .stop = {"x"},
      .reasoning_effort = ReasoningEffort::kLow,
  };
  ASSERT_TRUE(CheckGeneration(plan_).ok());
  EXPECT_FALSE(plan_.request.generation.seed.has_value());
  EXPECT_TRUE(plan_.request.generation.stop.empty());
  EXPECT_FALSE(plan_.request.generation.reasoning_effort.has_value());
  EXPECT_TRUE(plan_.request.generation.temperature.has_value());
  ASSERT_EQ(plan_.warnings.size(), 3U);
  EXPECT_EQ(plan_.warnings[0].code, "SETTING_NOT_SUPPORTED");
  EXPECT_EQ(plan_.warnings[0].message, "model 'm' takes no reasoning_effort; it was left out");
}

TEST_F(DialectChoiceTest, RefusedSettingFailsIfTheCallerWantsThat) {
  plan_.on_unsupported = OnUnsupported::kFail;
  plan_.request.generation.seed = 7;
  const absl::Status status = CheckGeneration(plan_);
  ASSERT_TRUE(DetailsOf(status).has_value());
  EXPECT_EQ(DetailsOf(status)->reason, Reason::kSettingNotSupported);
}

TEST_F(DialectChoiceTest, ResponsesHaveNeitherSeedNorStop) {
  family_.responses = ResponsesUse::kAll;
  ChooseDialect(plan_);
  plan_.request.generation = {.stop = {"x"}};
  ASSERT_TRUE(CheckGeneration(plan_).ok());
  EXPECT_TRUE(plan_.request.generation.stop.empty());
}

}  // namespace
}  // namespace extractd
