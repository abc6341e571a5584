// The built-in rows, and what they make of a request: tests/unit/providers/snapshots has the first
// turn and the re-ask of every mode of a provider, so that a change in any prompt or field is seen.
// EXTRACTD_UPDATE_SNAPSHOTS=1 writes the files anew.
#include "server/providers/provider_table.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/json/write.h"
#include "server/modes/mode_handler.h"
#include "tests/fakes/test_data.h"

namespace extractd::providers {
namespace {

constexpr std::string_view kSchema =
    R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},)"
    R"("required":["name","age"],"additionalProperties":false})";
constexpr std::string_view kOutline = "{name: string, age: integer}";
constexpr std::string_view kWrong = R"({"name":"Ada","age":"x"})";

std::string Indented(std::string_view body) {
  const json::ParseResult parsed = json::ParseView(body);
  const auto* document = std::get_if<json::Document>(&parsed);
  return document == nullptr ? std::string(body) : json::ToIndentedText(document->root());
}

const ModelFamily& FamilyOf(const ProviderRow& row, const std::vector<ModelFamily>& families) {
  static const ModelFamily kNone;
  const ModelFamily* best = &kNone;
  for (const ModelFamily& family : families) {
    const bool fits = family.provider == row.name && row.default_model.starts_with(family.prefix);
    if (fits && family.prefix.size() >= best->prefix.size()) best = &family;
  }
  return *best;
}

// A wrong answer, where the mode looks for it.
ChatReply WrongReply(const ChatRequest& request) {
  ChatReply reply;
  if (request.tools.empty()) {
    reply.message.text = std::string(kWrong);
  } else {
    const std::string name(request.tools[0].name);
    reply.message.tool_calls = {{"call_1", name, std::string(kWrong)}, {"call_2", name, "{}"}};
  }
  return reply;
}

std::string SnapshotOf(const ProviderRow& row, const ModelFamily& family, const ModeHandler& mode) {
  const bool strict = !row.enforcement.empty() && family.enforces;
  ChatRequest request = {
      .model = row.default_model.empty() ? "a-model" : row.default_model,
      .messages = {{.role = Role::kUser, .text = "Ada is 36."}},
  };
  mode.Ask(
      {.name = "person", .description = "A person.", .json = kSchema, .strict = strict},
      {.describe_schema = row.describe_schema,
       .instruct_last = row.instruct_last,
       .worked_example = family.worked_example,
       .outline = kOutline},
      request
  );
  const Dialect& dialect = *FindDialect(row.dialect);
  const auto first = dialect.EncodeBody(row, family, request);
  EXPECT_TRUE(first.ok()) << first.status();
  const schema::IssueList issues = {
      .listed = {{.path = "/age", .message = "expected integer, got string"}}, .total = 1
  };
  mode.Reask(WrongReply(request), issues, request);
  const auto again = dialect.EncodeBody(row, family, request);
  EXPECT_TRUE(again.ok()) << again.status();
  return fmt::format(
      "# {0}\nPOST {1}\n{2}\n\n# {0}, re-ask\n{3}\n\n",
      mode.traits().name,
      dialect.Path(row, request),
      Indented(first.value_or("")),
      Indented(again.value_or(""))
  );
}

std::string SnapshotsOf(const ProviderRow& row) {
  const std::vector<ModelFamily> families = BuiltInModelFamilies();
  const ModelFamily& family = FamilyOf(row, families);
  std::string text;
  for (const std::string& name : row.modes) {
    const ModeHandler* mode = FindModeHandler(name);
    EXPECT_NE(mode, nullptr) << name;
    if (mode != nullptr) text += SnapshotOf(row, family, *mode);
  }
  return text;
}

std::filesystem::path SnapshotDir() {
  return std::filesystem::path(EXTRACTD_SOURCE_DIR) / "tests" / "unit" / "providers" / "snapshots";
}

TEST(RequestSnapshotsTest, RequestsAreAsTheyWereReviewed) {
  const bool update = std::getenv("EXTRACTD_UPDATE_SNAPSHOTS") != nullptr;
  std::set<std::string> providers;
  for (const auto& file : std::filesystem::directory_iterator(SnapshotDir())) {
    providers.insert(file.path().stem().string());
  }
  ASSERT_FALSE(providers.empty());
  for (const ProviderRow& row : BuiltInProviders()) {
    if (providers.erase(row.name) == 0) continue;
    SCOPED_TRACE(row.name);
    const std::filesystem::path file = SnapshotDir() / (row.name + ".txt");
    const std::string made = SnapshotsOf(row);
    if (update) std::ofstream(file, std::ios::binary) << made;
    EXPECT_EQ(made, ReadFile(file));
  }
  EXPECT_TRUE(providers.empty()) << *providers.begin() << " is no provider";
}

TEST(ProviderTableTest, EveryRowNamesADialectAndModesThatThereAre) {
  for (const ProviderRow& row : BuiltInProviders()) {
    EXPECT_NE(FindDialect(row.dialect), nullptr) << row.name;
    for (const std::string& mode : row.modes) {
      EXPECT_NE(FindModeHandler(mode), nullptr) << row.name << " " << mode;
    }
    EXPECT_FALSE(row.base_url.ends_with('/')) << row.name;
    EXPECT_TRUE(row.docs_url.starts_with("https://")) << row.name;
  }
}

TEST(ProviderTableTest, DialectsAreFoundByTheirNames) {
  for (const auto* name : {"cohere_chat", "ollama_chat", "openai_chat"}) {
    ASSERT_NE(FindDialect(name), nullptr) << name;
    EXPECT_EQ(FindDialect(name)->name(), name);
  }
  EXPECT_EQ(FindDialect("telepathy"), nullptr);
}

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
