#include <span>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/providers/provider_table.h"

namespace extractd::providers {
namespace {

TEST(KnownModelsTest, AreSortedWholeAndOfProvidersThatHaveThem) {
  const std::span<const KnownModel> models = KnownModels();
  ASSERT_GT(models.size(), 150U);
  for (size_t i = 0; i < models.size(); ++i) {
    SCOPED_TRACE(fmt::format("{} {}", models[i].provider, models[i].model));
    EXPECT_FALSE(models[i].model.empty());
    EXPECT_GE(models[i].max_input_tokens, 0);
    EXPECT_TRUE(models[i].max_output_tokens == 0 || models[i].max_output_tokens >= 1000);
    if (i == 0) continue;
    const auto before = std::pair(models[i - 1].provider, models[i - 1].model);
    EXPECT_LT(before, std::pair(models[i].provider, models[i].model));
  }
}

TEST(KnownModelsTest, AreFoundByProviderAndName) {
  const KnownModel* known = FindKnownModel("cohere", "command-a-plus-05-2026");
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(known->max_input_tokens, 128'000);
  EXPECT_EQ(known->max_output_tokens, 64'000);
  EXPECT_EQ(known->capabilities, CapabilitySet({Capability::kVision, Capability::kReasoning}));
  EXPECT_EQ(FindKnownModel("cohere", "gpt-6-luna"), nullptr);
  EXPECT_EQ(FindKnownModel("nobody", "gpt-6-luna"), nullptr);
  EXPECT_EQ(KnownModelsOf("cohere").size(), 5U);
  EXPECT_TRUE(KnownModelsOf("nobody").empty());
}

}  // namespace
}  // namespace extractd::providers
