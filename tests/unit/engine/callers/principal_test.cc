#include "server/engine/callers/principal.h"

#include <gtest/gtest.h>

#include "server/base/error.h"

namespace extractd {
namespace {

TEST(MatchesPatternTest, AStarAtTheEndStandsForAnyText) {
  EXPECT_TRUE(MatchesPattern("openai/gpt", "openai/gpt"));
  EXPECT_FALSE(MatchesPattern("openai/gpt", "openai/gpt-6"));
  EXPECT_TRUE(MatchesPattern("openai/gpt*", "openai/gpt-6"));
  EXPECT_TRUE(MatchesPattern("openai/gpt*", "openai/gpt"));
  EXPECT_TRUE(MatchesPattern("*", ""));
  EXPECT_FALSE(MatchesPattern("", "x"));
  EXPECT_FALSE(MatchesPattern("o*i", "openai")) << "elsewhere it is itself";
}

TEST(CheckAllowedTest, WhoHasNoListMayUseEverything) {
  const Principal free = {.name = "free"};
  EXPECT_TRUE(CheckAllowed(nullptr, "acme", "m").ok());
  EXPECT_TRUE(CheckAllowed(&free, "acme", "m").ok());
}

TEST(CheckAllowedTest, TheRefusalNamesWhatWasAskedForAndNotTheRule) {
  const Principal bound = {
      .name = "bound", .providers = {"acme", "other"}, .models = {"acme/m-*", "other/x"}
  };
  EXPECT_TRUE(CheckAllowed(&bound, "acme", "m-1").ok());
  EXPECT_TRUE(CheckAllowed(&bound, "other", "x").ok());
  for (const auto& [provider, model, resource] :
       {std::tuple{"acme", "n", "acme/n"}, {"other", "xy", "other/xy"}, {"third", "m-1", "third"}
       }) {
    const absl::Status status = CheckAllowed(&bound, provider, model);
    const auto details = DetailsOf(status);
    ASSERT_TRUE(details.has_value());
    EXPECT_EQ(details->reason, Reason::kNotAllowed);
    ASSERT_EQ(details->metadata.size(), 1U);
    EXPECT_EQ(details->metadata[0], (std::pair<std::string, std::string>("resource", resource)));
    EXPECT_EQ(std::string(status.message()).find("m-*"), std::string::npos);
  }
}

}  // namespace
}  // namespace extractd
