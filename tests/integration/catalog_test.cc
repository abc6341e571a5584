// The catalogue as callers see it.
#include <algorithm>
#include <string>
#include <utility>
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
       {"anthropic",
        "bedrock",
        "cohere",
        "deepseek",
        "groq",
        "llamacpp",
        "ollama",
        "openai",
        "openrouter",
        "together",
        "vllm",
        "acme"}) {
    ASSERT_NE(Find(*result, name), nullptr) << name;
  }
  EXPECT_EQ(Find(*result, "openai")->key_variable(), "OPENAI_API_KEY");
  EXPECT_FALSE(Find(*result, "openai")->configured());
  EXPECT_TRUE(Find(*result, "groq")->configured());
  EXPECT_TRUE(Find(*result, "acme")->configured());
  EXPECT_EQ(Find(*result, "acme")->origin(), "config");
  EXPECT_EQ(Find(*result, "acme")->default_model(), "acme-1");
}

bool Can(const auto& thing, v1::Capability capability) {
  return std::ranges::find(thing.capabilities(), capability) != thing.capabilities().end();
}

TEST_F(CatalogTest, ProvidersSayWhatTheyCanAndWhereTheirModesStand) {
  Start();
  v1::ListProvidersRequest request;
  request.add_capabilities(v1::CAPABILITY_VISION);
  request.add_capabilities(v1::CAPABILITY_STRICT);
  const auto result = client->ListProviders(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  const v1::Provider* ollama = Find(*result, "ollama");
  ASSERT_NE(ollama, nullptr);
  EXPECT_EQ(Find(*result, "acme"), nullptr) << "nobody said what acme takes";
  for (const v1::Provider& provider : result->providers()) {
    EXPECT_TRUE(Can(provider, v1::CAPABILITY_VISION)) << provider.name();
    EXPECT_TRUE(Can(provider, v1::CAPABILITY_STRICT)) << provider.name();
    EXPECT_FALSE(provider.loaded()) << provider.name() << ": a list loads nothing";
  }
  ASSERT_EQ(ollama->modes_size(), ollama->mode_names_size());
  EXPECT_EQ(ollama->modes(0).mode_name(), "JSON_SCHEMA");
  ASSERT_EQ(ollama->modes(0).api_fields_size(), 1);
  EXPECT_EQ(ollama->modes(0).api_fields(0), "format");
}

TEST_F(CatalogTest, ModelsSayWhatTheyCanAndHowMuchFits) {
  Start();
  v1::ListModelsRequest request;
  request.set_provider("cohere");
  request.add_capabilities(v1::CAPABILITY_REASONING);
  const auto result = client->ListModels(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  ASSERT_EQ(result->models_size(), 1);
  const v1::Model& model = result->models(0);
  EXPECT_EQ(model.provider(), "cohere");
  EXPECT_EQ(model.model(), "command-a-plus-05-2026");
  EXPECT_TRUE(Can(model, v1::CAPABILITY_VISION));
  EXPECT_TRUE(Can(model, v1::CAPABILITY_STREAMING));
  EXPECT_EQ(model.max_input_tokens(), 128'000);
  EXPECT_EQ(model.max_output_tokens(), 64'000);
  EXPECT_EQ(model.mode_names(0), "JSON_SCHEMA");
}

TEST_F(CatalogTest, AModelHasItsPriceIfThereIsOne) {
  Start();
  v1::ListModelsRequest request;
  request.set_provider("openai");
  const auto result = client->ListModels(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  const auto model = std::ranges::find(result->models(), "gpt-6.1-sol", &v1::Model::model);
  ASSERT_NE(model, result->models().end());
  EXPECT_DOUBLE_EQ(model->price().input_usd_nanos_per_token(), 2000);
  EXPECT_DOUBLE_EQ(model->price().output_usd_nanos_per_token(), 10'000);
  EXPECT_DOUBLE_EQ(model->price().cached_input_usd_nanos_per_token(), 100);
  request.set_provider("acme");
  EXPECT_FALSE(client->ListModels(request)->models(0).has_price()) << "unknown is not nothing";
}

TEST_F(CatalogTest, PagesGiveEveryModelOnceByProviderAndName) {
  Start();
  std::vector<std::pair<std::string, std::string>> names;
  v1::ListModelsRequest request;
  request.set_page_size(7);
  request.set_mode_name("tools");
  do {
    const auto page = client->ListModels(request);
    ASSERT_TRUE(page.ok()) << page.failure().message;
    EXPECT_LE(page->models_size(), 7);
    for (const v1::Model& model : page->models())
      names.emplace_back(model.provider(), model.model());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_TRUE(std::ranges::is_sorted(names));
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
  request.set_page_size(1000);
  EXPECT_EQ(names.size(), static_cast<size_t>(client->ListModels(request)->models_size()));
}

TEST_F(CatalogTest, AProviderIsAskedForItsOwnListIfTheCallerWants) {
  Start({}, "    models_path: /models\n");
  v1::ListModelsRequest request;
  request.set_provider("acme");
  EXPECT_EQ(client->ListModels(request)->models_size(), 1) << "its default model";
  request.set_discover(true);
  acme.Reply(fakes::ScriptedReply::Json(
      R"({"models":[{"name":"eye","capabilities":["completion","vision"],"context_length":4096}]})"
  ));
  const auto result = client->ListModels(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  ASSERT_EQ(result->models_size(), 2);
  EXPECT_EQ(result->models(0).model(), "acme-1");
  EXPECT_EQ(result->models(1).model(), "eye");
  EXPECT_TRUE(Can(result->models(1), v1::CAPABILITY_VISION));
  EXPECT_EQ(result->models(1).max_input_tokens(), 4096);

  acme.Reply(fakes::ScriptedReply::Status(503));
  EXPECT_EQ(client->ListModels(request).failure().reason, "PROVIDER_UNAVAILABLE");
}

TEST_F(CatalogTest, WrongRequestsForModelsAreRefusedByField) {
  Start();
  v1::ListModelsRequest request;
  request.set_discover(true);
  EXPECT_EQ(client->ListModels(request).failure().bad_fields.at(0).field, "discover");
  request.set_provider("acme");
  EXPECT_EQ(client->ListModels(request).failure().bad_fields.at(0).field, "discover");
  request.set_provider("nobody");
  EXPECT_EQ(client->ListModels(request).failure().reason, "UNKNOWN_PROVIDER");
  request.Clear();
  request.add_capabilities(v1::CAPABILITY_UNSPECIFIED);
  EXPECT_EQ(client->ListModels(request).failure().bad_fields.at(0).field, "capabilities[0]");
  request.Clear();
  request.set_page_size(1001);
  EXPECT_EQ(client->ListModels(request).failure().bad_fields.at(0).field, "page_size");
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
  EXPECT_EQ(names.size(), static_cast<size_t>(client->ListProviders()->providers_size()));
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
