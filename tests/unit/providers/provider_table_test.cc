#include "server/providers/provider_table.h"

#include <cstdlib>
#include <fstream>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/modes/mode_handler.h"
#include "tests/fakes/test_data.h"
#include "tests/unit/providers/golden_requests.h"

namespace extractd::providers {
namespace {

// With EXTRACTD_RENEW_GOLDEN=1 the files are written instead; the change is then seen in review.
bool RenewsGolden() {
  const char* renew = std::getenv("EXTRACTD_RENEW_GOLDEN");
  return renew != nullptr && std::string_view(renew) == "1";
}

TEST(ProviderTableTest, EveryProviderIsSentWhatItsGoldenFileSays) {
  int compared = 0;
  for (const ProviderRow& row : BuiltInProviders()) {
    SCOPED_TRACE(row.name);
    const std::string requests = GoldenRequests(row);
    if (requests.empty()) continue;
    if (RenewsGolden()) std::ofstream(GoldenFile(row.name), std::ios::binary) << requests;
    EXPECT_EQ(ReadFile(GoldenFile(row.name)), requests)
        << "if this is as it should be, run this test with EXTRACTD_RENEW_GOLDEN=1";
    ++compared;
  }
  EXPECT_GE(compared, 20);
}

TEST(ProviderTableTest, EveryGoldenFileIsThatOfAProvider) {
  std::set<std::string> providers;
  for (const ProviderRow& row : BuiltInProviders()) providers.insert(row.name);
  for (const auto& file : std::filesystem::directory_iterator(GoldenFile("x").parent_path())) {
    EXPECT_TRUE(providers.contains(file.path().stem())) << file.path();
  }
}

// `$` stands for a number, `${effort}` for a word or a number.
bool IsJsonObjectOrEmpty(std::string text) {
  if (text.empty()) return true;
  if (const size_t effort = text.find("${effort}"); effort != std::string::npos) {
    text.replace(effort, std::string_view("${effort}").size(), "1");
  }
  if (const size_t number = text.find(":$}"); number != std::string::npos) text[number + 1] = '1';
  const json::ParseResult parsed = json::ParseView(text);
  const auto* document = std::get_if<json::Document>(&parsed);
  return document != nullptr && document->root().is_object();
}

TEST(ProviderTableTest, FamiliesAreOfProvidersAndModesThatThereAreAndTheirBodiesAreObjects) {
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

TEST(ProviderTableTest, NoTwoFamiliesAreOfTheSameModels) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const ModelFamily& family : BuiltInModelFamilies()) {
    EXPECT_TRUE(seen.emplace(family.provider, family.prefix).second)
        << family.provider << "/" << family.prefix;
  }
}

TEST(ProviderTableTest, DialectsAreFoundByName) {
  for (const auto* name : {"openai_chat", "openai_responses"}) {
    ASSERT_NE(FindDialect(name), nullptr) << name;
    EXPECT_EQ(FindDialect(name)->name(), name);
  }
  EXPECT_EQ(FindDialect("esperanto"), nullptr);
}

}  // namespace
}  // namespace extractd::providers
