// The catalogue as callers see it.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

using CatalogTest = DaemonTest;

const v1::Provider* Find(const v1::ListProvidersResponse& response, std::string_view name) {
  const auto found = std::ranges::find(response.providers(), name, &v1::Provider::name);
  return found == response.providers().end() ? nullptr : &*found;
}

TEST_F(CatalogTest, ProvidersSayWhatTheyAreAndWhetherTheyCanBeUsed) {
  options.environment["GROQ_API_KEY"] = "groq-key-12345678";
  Start();
  const auto result = client->ListProviders();
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_TRUE(std::ranges::is_sorted(result->providers(), {}, &v1::Provider::name));
  for (const auto* name :
       {"deepseek", "groq", "llamacpp", "ollama", "openai", "openrouter", "together", "vllm", "acme"
       }) {
    ASSERT_NE(Find(*result, name), nullptr) << name;
  }
  EXPECT_EQ(Find(*result, "openai")->key_variable(), "OPENAI_API_KEY");
  EXPECT_FALSE(Find(*result, "openai")->configured());
  EXPECT_TRUE(Find(*result, "groq")->configured());
  EXPECT_TRUE(Find(*result, "acme")->configured());
  EXPECT_EQ(Find(*result, "acme")->origin(), "config");
  EXPECT_EQ(Find(*result, "acme")->default_model(), "acme-1");
}

TEST_F(CatalogTest, HandlersLoadAtFirstUse) {
  Start();
  auto before = client->ListProviders();
  EXPECT_FALSE(Find(*before, "acme")->loaded());
  Script({ToolAnswer(kAda)});
  ASSERT_TRUE(client->Extract(PersonRequest()).ok());
  auto after = client->ListProviders();
  EXPECT_TRUE(Find(*after, "acme")->loaded());
  EXPECT_EQ(after->loaded_handlers(), before->loaded_handlers() + 1);
  EXPECT_EQ(after->total_handlers(), before->total_handlers());
}

TEST_F(CatalogTest, WithoutLazyLoadingAllHandlersStandAtStart) {
  Start("lazy_load_providers: false\n");
  const auto result = client->ListProviders();
  EXPECT_EQ(result->loaded_handlers(), result->total_handlers());
}

TEST_F(CatalogTest, PagesAndFiltersGiveEveryProviderOnce) {
  Start();
  std::vector<std::string> names;
  v1::ListProvidersRequest request;
  request.set_page_size(4);
  do {
    const auto page = client->ListProviders(request);
    ASSERT_TRUE(page.ok()) << page.failure().message;
    EXPECT_LE(page->providers_size(), 4);
    for (const v1::Provider& provider : page->providers()) names.push_back(provider.name());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(names.size(), 9U);
  EXPECT_TRUE(std::ranges::is_sorted(names));

  v1::ListProvidersRequest configured;
  configured.set_configured_only(true);
  const auto usable = client->ListProviders(configured);
  EXPECT_EQ(Find(*usable, "openai"), nullptr);
  EXPECT_NE(Find(*usable, "acme"), nullptr);
}

TEST_F(CatalogTest, ModesNameTheirProvidersAndTheirLegacyNames) {
  Start();
  const auto result = client->ListModes();
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->modes_size(), 7);
  for (const v1::ModeInfo& mode : result->modes()) {
    EXPECT_FALSE(mode.description().empty());
    if (mode.mode() != v1::MODE_RESPONSES_TOOLS) EXPECT_FALSE(mode.providers().empty());
    // The youngest mode: nobody knows it by another name.
    if (mode.mode() != v1::MODE_REASONING_TOOLS) EXPECT_FALSE(mode.aliases().empty());
  }
}

}  // namespace
}  // namespace extractd::integration
