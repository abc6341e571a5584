#include "server/registry/catalog.h"

#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "server/providers/provider_table.h"

namespace extractd {
namespace {

ProviderRow Acme() {
  return {
      .name = "acme",
      .aliases = {"acme-ai"},
      .base_url = "https://llm.acme.example/v1",
      .modes = {"TOOLS", "JSON"},
  };
}

class CatalogTest : public testing::Test {
 protected:
  Registry registry_;
  Catalog catalog_{
      registry_,
      &providers::FindDialect,
      {{.prefix = "tiny", .worked_example = true},
       {.provider = "acme", .prefix = "tiny-2", .forced_tool = false},
       {.provider = "acme", .prefix = "t", .reasons = true}}
  };
};

TEST_F(CatalogTest, RowIsFoundByNameAndAliasAndItsModesAreRegistered) {
  ASSERT_TRUE(catalog_.Put(Acme()).ok());
  EXPECT_EQ(catalog_.Find("acme")->name, "acme");
  EXPECT_EQ(catalog_.Find("acme-ai")->name, "acme");
  EXPECT_EQ(catalog_.Find("nobody"), nullptr);
  EXPECT_EQ(registry_.ModesOf("acme"), (std::vector<std::string>{"JSON", "TOOLS"}));
  EXPECT_EQ(registry_.stats().lazy, 2);
  const auto handler = registry_.Find("acme", "TOOLS");
  ASSERT_TRUE(handler.ok()) << handler.status();
  EXPECT_EQ((*handler)->row->base_url, "https://llm.acme.example/v1");
  EXPECT_EQ((*handler)->dialect->name(), "openai_chat");
}

TEST_F(CatalogTest, ReplacedRowTakesEffectAndDropsItsOldModes) {
  ASSERT_TRUE(catalog_.Put(Acme()).ok());
  ProviderRow next = Acme();
  next.base_url = "http://127.0.0.1:1";
  next.modes = {"MD_JSON"};
  next.aliases = {};
  ASSERT_TRUE(catalog_.Put(next).ok());
  EXPECT_EQ(registry_.ModesOf("acme"), (std::vector<std::string>{"MD_JSON"}));
  EXPECT_EQ((*registry_.Find("acme", "MD_JSON"))->row->base_url, "http://127.0.0.1:1");
  EXPECT_EQ(catalog_.Find("acme-ai"), nullptr);
}

TEST_F(CatalogTest, RemovedRowIsGoneEverywhere) {
  ASSERT_TRUE(catalog_.Put(Acme()).ok());
  ASSERT_TRUE(catalog_.Remove("acme").ok());
  EXPECT_EQ(catalog_.Find("acme"), nullptr);
  EXPECT_EQ(catalog_.Find("acme-ai"), nullptr);
  EXPECT_FALSE(registry_.HasProvider("acme"));
  EXPECT_TRUE(absl::IsNotFound(catalog_.Remove("acme")));
}

TEST_F(CatalogTest, WrongFieldsAreRefusedByName) {
  struct Case {
    std::string field;
    std::function<void(ProviderRow&)> break_it;
  };
  const std::vector<Case> cases = {
      {"name", [](ProviderRow& row) { row.name = "Acme!"; }},
      {"name", [](ProviderRow& row) { row.name = ""; }},
      {"aliases", [](ProviderRow& row) { row.aliases = {"A B"}; }},
      {"dialect", [](ProviderRow& row) { row.dialect = "esperanto"; }},
      {"base_url", [](ProviderRow& row) { row.base_url = "llm.acme.example"; }},
      {"base_url", [](ProviderRow& row) { row.base_url = "file:///etc/passwd"; }},
      {"base_url", [](ProviderRow& row) { row.base_url += "/"; }},
      {"modes", [](ProviderRow& row) { row.modes = {}; }},
      {"modes", [](ProviderRow& row) { row.modes = {"TELEPATHY"}; }},
      {"body", [](ProviderRow& row) { row.body = "[1]"; }},
      {"responses_body", [](ProviderRow& row) { row.responses_body = "7"; }},
  };
  for (const Case& c : cases) {
    ProviderRow row = Acme();
    c.break_it(row);
    const absl::Status status = catalog_.Put(row);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << c.field;
    EXPECT_NE(status.message().find(": " + c.field + ":"), std::string::npos) << status;
  }
  EXPECT_TRUE(catalog_.Rows().empty());
}

TEST_F(CatalogTest, NamesBelongToOneRow) {
  ASSERT_TRUE(catalog_.Put(Acme()).ok());
  ProviderRow thief = Acme();
  thief.name = "other";
  EXPECT_TRUE(absl::IsAlreadyExists(catalog_.Put(thief))) << "its alias is taken";
  thief.aliases = {"acme"};
  EXPECT_TRUE(absl::IsAlreadyExists(catalog_.Put(thief))) << "an alias may not hide a name";
  thief.name = "acme-ai";
  thief.aliases = {};
  EXPECT_TRUE(absl::IsAlreadyExists(catalog_.Put(thief))) << "a name may not hide an alias";
}

TEST_F(CatalogTest, ModelFamilyIsTheLongestPrefixOfTheProviderThenOfAny) {
  EXPECT_TRUE(catalog_.FamilyOf("other", "tiny-2-chat").worked_example);
  EXPECT_FALSE(catalog_.FamilyOf("acme", "tiny-2-chat").forced_tool);
  EXPECT_TRUE(catalog_.FamilyOf("acme", "tiny-1").reasons)
      << "its own row beats a longer foreign one";
  EXPECT_EQ(catalog_.FamilyOf("other", "unknown").prefix, "");
}

TEST_F(CatalogTest, WhatARowSaysOfItsModelsCountsFirst) {
  ProviderRow row = {.name = "acme"};
  row.own_models = {
      {.name = "tiny-*", .family = ModelFamily{.enforces = false}},
      {.name = "tiny-2*", .max_input_tokens = 5},
      {.name = "tiny-3", .family = ModelFamily{.streams_schemas = false}},
  };
  EXPECT_FALSE(catalog_.FamilyOf(row, "tiny-1").enforces);
  EXPECT_FALSE(catalog_.FamilyOf(row, "tiny-3").streams_schemas) << "the name before a pattern";
  EXPECT_FALSE(catalog_.FamilyOf(row, "tiny-3-b").enforces);
  EXPECT_EQ(&catalog_.FamilyOf(row, "tiny-2-chat"), &catalog_.FamilyOf("acme", "tiny-2-chat"))
      << "the longest pattern, which says nothing of the family";
  EXPECT_EQ(FindOwnModel(row, "other"), nullptr);
}

TEST_F(CatalogTest, BuiltInRowsAreSane) {
  const std::vector<ProviderRow> rows = providers::BuiltInProviders();
  for (const ProviderRow& row : rows) EXPECT_TRUE(catalog_.Put(row).ok()) << row.name;
  for (const auto& row : catalog_.Rows()) {
    EXPECT_FALSE(row->docs_url.empty()) << row->name;
    EXPECT_FALSE(row->key_variable.empty() && row->signer.empty()) << row->name;
  }
}

TEST_F(CatalogTest, EveryBuiltInRowHasItsPageAndEveryPageItsRow) {
  std::set<std::string> rows;
  for (const ProviderRow& row : providers::BuiltInProviders()) rows.insert(row.name);
  std::set<std::string> pages;
  const auto folder = std::filesystem::path(EXTRACTD_SOURCE_DIR) / "docs" / "providers";
  for (const auto& page : std::filesystem::directory_iterator(folder)) {
    if (page.path().stem() != "README") pages.insert(page.path().stem());
  }
  EXPECT_EQ(rows, pages);
}

TEST_F(CatalogTest, ModeOfAnotherProtocolNeedsItsPath) {
  ProviderRow row = Acme();
  row.modes = {"RESPONSES_TOOLS"};
  const absl::Status status = catalog_.Put(row);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_NE(status.message().find("needs responses_path"), std::string::npos) << status;
}

TEST_F(CatalogTest, ModeIsAskedForInItsProtocol) {
  ProviderRow row = Acme();
  row.modes = {"TOOLS", "RESPONSES_TOOLS"};
  row.responses_path = "/responses";
  ASSERT_TRUE(catalog_.Put(row).ok());
  const auto tools = registry_.Find("acme", "TOOLS");
  EXPECT_EQ((*tools)->dialect->name(), "openai_chat");
  EXPECT_EQ((*tools)->responses->name(), "openai_responses");
  EXPECT_EQ((*registry_.Find("acme", "RESPONSES_TOOLS"))->dialect->name(), "openai_responses");
}

TEST_F(CatalogTest, RowWithoutASecondProtocolHasNone) {
  ASSERT_TRUE(catalog_.Put(Acme()).ok());
  EXPECT_EQ((*registry_.Find("acme", "TOOLS"))->responses, nullptr);
}

}  // namespace
}  // namespace extractd
