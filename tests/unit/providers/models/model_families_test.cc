#include <set>
#include <string>
#include <utility>
#include <variant>

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/modes/mode_handler.h"
#include "server/providers/provider_table.h"

namespace extractd::providers {
namespace {

// `$` stands for a number.
bool IsJsonObjectOrEmpty(std::string text) {
  if (text.empty()) return true;
  if (const size_t number = text.find(":$}"); number != std::string::npos) text[number + 1] = '1';
  const json::ParseResult parsed = json::ParseView(text);
  const auto* document = std::get_if<json::Document>(&parsed);
  return document != nullptr && document->root().is_object();
}

TEST(ModelFamiliesTest, FamiliesAreOfProvidersAndModesThatThereAreAndTheirBodiesAreObjects) {
  std::set<std::string> providers = {""};
  for (const ProviderRow& row : BuiltInProviders()) {
    providers.insert(row.name);
    EXPECT_TRUE(IsJsonObjectOrEmpty(row.budget)) << row.name;
  }
  for (const ModelFamily& family : BuiltInModelFamilies()) {
    SCOPED_TRACE(family.provider + "/" + family.prefix);
    EXPECT_TRUE(providers.contains(family.provider));
    for (const std::string& mode : family.modes) EXPECT_NE(FindModeHandler(mode), nullptr) << mode;
    EXPECT_TRUE(IsJsonObjectOrEmpty(family.body));
    EXPECT_TRUE(IsJsonObjectOrEmpty(family.reasoning_off));
    EXPECT_TRUE(IsJsonObjectOrEmpty(family.effort_form));
    EXPECT_TRUE(IsJsonObjectOrEmpty(family.thinking_shown));
    EXPECT_TRUE(family.efforts.empty() || family.efforts.size() == 4U);
    EXPECT_TRUE(!family.tools_need_reasoning_off || !family.reasoning_off.empty());
  }
}

TEST(ModelFamiliesTest, NoTwoFamiliesAreOfTheSameModels) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const ModelFamily& family : BuiltInModelFamilies()) {
    EXPECT_TRUE(seen.emplace(family.provider, family.prefix).second)
        << family.provider << "/" << family.prefix;
  }
}

}  // namespace
}  // namespace extractd::providers
