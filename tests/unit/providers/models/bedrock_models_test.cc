#include <gtest/gtest.h>

#include "server/providers/provider_table.h"
#include "server/registry/catalog.h"

namespace extractd::providers {
namespace {

class BedrockModelsTest : public ::testing::Test {
 protected:
  const ModelFamily& Family(std::string_view model) { return catalog_.FamilyOf("bedrock", model); }

  Registry registry_;
  Catalog catalog_{registry_, &FindDialect, BuiltInModelFamilies()};
};

TEST_F(BedrockModelsTest, TheRegionsPrefixChangesNothing) {
  for (const char* region : {"", "us.", "eu.", "apac.", "us-gov.", "global."}) {
    const std::string model = std::string(region) + "anthropic.claude-haiku-4-5-20251001-v1:0";
    EXPECT_TRUE(Family(model).enforces) << model;
    EXPECT_TRUE(Family(model).forced_tool) << model;
    EXPECT_NE(Family(model).effort_form.find("budget_tokens"), std::string::npos) << model;
  }
}

TEST_F(BedrockModelsTest, TheNewestClaudeRefusesAForcedTool) {
  EXPECT_FALSE(Family("us.anthropic.claude-opus-5-5").forced_tool);
  EXPECT_EQ(Family("us.anthropic.claude-opus-5-5").modes.front(), "JSON_SCHEMA");
  EXPECT_FALSE(Family("anthropic.claude-fable-5-1").forced_tool);
  EXPECT_TRUE(Family("anthropic.claude-fable-5").forced_tool);
  EXPECT_TRUE(Family("us.anthropic.claude-opus-5").forced_tool);
}

TEST_F(BedrockModelsTest, OldClaudeAndNovaAreForcedButNotEnforced) {
  for (const char* model :
       {"us.anthropic.claude-sonnet-4-20250514-v1:0",
        "anthropic.claude-3-haiku-20240307-v1:0",
        "us.amazon.nova-micro-v1:0",
        "amazon.nova-2-lite-v1:0"}) {
    EXPECT_TRUE(Family(model).forced_tool) << model;
    EXPECT_FALSE(Family(model).enforces) << model;
  }
}

TEST_F(BedrockModelsTest, WhatIsUnknownIsAskedForNothingThatOnlySomeTake) {
  for (const char* model :
       {"meta.llama4-maverick-17b-instruct-v1:0",
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123"}) {
    EXPECT_FALSE(Family(model).forced_tool) << model;
    EXPECT_FALSE(Family(model).enforces) << model;
    EXPECT_EQ(Family(model).modes.front(), "TOOLS") << model;
  }
}

}  // namespace
}  // namespace extractd::providers
