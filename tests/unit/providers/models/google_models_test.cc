#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "server/providers/provider_table.h"
#include "server/registry/catalog.h"

namespace extractd::providers {
namespace {

std::string EffortsOf(std::string_view provider, std::string_view model) {
  Registry registry;
  const Catalog catalog(registry, FindDialect, BuiltInModelFamilies());
  return fmt::format("{}", fmt::join(catalog.FamilyOf(provider, model).efforts, " "));
}

TEST(GoogleModelsTest, EachGenerationHasItsWordsForAnEffort) {
  for (const auto* provider : {"google", "vertexai"}) {
    EXPECT_EQ(EffortsOf(provider, "gemini-2.5-flash"), "0 1024 8192 24576");
    EXPECT_EQ(EffortsOf(provider, "gemini-2.5-pro-preview-06-05"), "128 1024 8192 24576");
    EXPECT_EQ(EffortsOf(provider, "gemini-3-flash-preview"), "MINIMAL LOW MEDIUM HIGH");
    EXPECT_EQ(EffortsOf(provider, "gemini-3-pro-preview"), "LOW LOW HIGH HIGH");
    EXPECT_EQ(EffortsOf(provider, "gemini-3.5-flash-lite"), "MINIMAL LOW MEDIUM HIGH");
    EXPECT_EQ(EffortsOf(provider, "gemini-3.1-pro-preview"), "LOW LOW MEDIUM HIGH");
    EXPECT_EQ(EffortsOf(provider, "gemini-3.8-flash"), "LOW LOW MEDIUM HIGH");
    EXPECT_EQ(EffortsOf(provider, "gemini-4-argon"), "LOW LOW MEDIUM HIGH");
    EXPECT_EQ(EffortsOf(provider, "gemini-flash-latest"), "LOW LOW MEDIUM HIGH");
    EXPECT_EQ(EffortsOf(provider, "gemini-2.0-flash"), "   ") << "does not think";
  }
}

TEST(GoogleModelsTest, TheNamesMeanNothingAtOtherProviders) {
  EXPECT_EQ(EffortsOf("acme", "gemini-2.5-flash"), "");
}

}  // namespace
}  // namespace extractd::providers
