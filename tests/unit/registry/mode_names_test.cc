#include "server/registry/mode_names.h"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "server/base/error.h"

namespace extractd {
namespace {

const std::vector<std::string> kProviders = {"acme", "llamacpp", "openai"};

NormalizedMode Normalized(std::string_view name, std::string_view provider = "") {
  const auto mode = NormalizeModeName(name, provider, kProviders);
  EXPECT_TRUE(mode.ok()) << name << ": " << mode.status();
  return mode.value_or(NormalizedMode{});
}

// Name, value and target of the 38 names, as their users know them.
struct Row {
  std::string name;
  std::string value;
  std::string mode;
};
const std::vector<Row> kLegacy = {
    {"FUNCTIONS", "function_call", "TOOLS"},
    {"TOOLS", "tool_call", "TOOLS"},
    {"TOOLS_STRICT", "tools_strict", "TOOLS"},
    {"PARALLEL_TOOLS", "parallel_tool_call", "PARALLEL_TOOLS"},
    {"JSON", "json_mode", "JSON"},
    {"JSON_O1", "json_o1", "JSON_SCHEMA"},
    {"MD_JSON", "markdown_json_mode", "MD_JSON"},
    {"JSON_SCHEMA", "json_schema_mode", "JSON_SCHEMA"},
    {"RESPONSES_TOOLS", "responses_tools", "RESPONSES_TOOLS"},
    {"RESPONSES_TOOLS_WITH_INBUILT_TOOLS", "responses_tools_with_inbuilt_tools", "RESPONSES_TOOLS"},
    {"XAI_JSON", "xai_json", "MD_JSON"},
    {"XAI_TOOLS", "xai_tools", "TOOLS"},
    {"ANTHROPIC_TOOLS", "anthropic_tools", "TOOLS"},
    {"ANTHROPIC_REASONING_TOOLS", "anthropic_reasoning_tools", "TOOLS"},
    {"ANTHROPIC_JSON", "anthropic_json", "JSON"},
    {"ANTHROPIC_PARALLEL_TOOLS", "anthropic_parallel_tools", "PARALLEL_TOOLS"},
    {"MISTRAL_TOOLS", "mistral_tools", "TOOLS"},
    {"MISTRAL_STRUCTURED_OUTPUTS", "mistral_structured_outputs", "JSON_SCHEMA"},
    {"VERTEXAI_TOOLS", "vertexai_tools", "TOOLS"},
    {"VERTEXAI_JSON", "vertexai_json", "MD_JSON"},
    {"VERTEXAI_PARALLEL_TOOLS", "vertexai_parallel_tools", "PARALLEL_TOOLS"},
    {"GEMINI_JSON", "gemini_json", "MD_JSON"},
    {"GEMINI_TOOLS", "gemini_tools", "TOOLS"},
    {"GENAI_TOOLS", "genai_tools", "TOOLS"},
    {"GENAI_JSON", "genai_json", "JSON"},
    {"GENAI_STRUCTURED_OUTPUTS", "genai_structured_outputs", "JSON"},
    {"COHERE_TOOLS", "cohere_tools", "TOOLS"},
    {"COHERE_JSON_SCHEMA", "json_object", "JSON_SCHEMA"},
    {"CEREBRAS_TOOLS", "cerebras_tools", "TOOLS"},
    {"CEREBRAS_JSON", "cerebras_json", "MD_JSON"},
    {"FIREWORKS_TOOLS", "fireworks_tools", "TOOLS"},
    {"FIREWORKS_JSON", "fireworks_json", "MD_JSON"},
    {"WRITER_TOOLS", "writer_tools", "TOOLS"},
    {"WRITER_JSON", "writer_json", "MD_JSON"},
    {"BEDROCK_TOOLS", "bedrock_tools", "TOOLS"},
    {"BEDROCK_JSON", "bedrock_json", "MD_JSON"},
    {"PERPLEXITY_JSON", "perplexity_json", "MD_JSON"},
    {"OPENROUTER_STRUCTURED_OUTPUTS", "openrouter_structured_outputs", "JSON_SCHEMA"},
};

TEST(ModeNamesTest, All38LegacyNamesAndValuesNormalizeInAnyCase) {
  ASSERT_EQ(kLegacy.size(), 38U);
  for (const Row& row : kLegacy) {
    EXPECT_EQ(Normalized(row.name).mode, row.mode) << row.name;
    EXPECT_EQ(Normalized(row.value).mode, row.mode) << row.value;
    std::string mixed = row.name;
    for (size_t i = 0; i < mixed.size(); i += 2)
      mixed[i] = static_cast<char>(std::tolower(mixed[i]));
    EXPECT_EQ(Normalized(mixed).mode, row.mode) << mixed;
  }
}

TEST(ModeNamesTest, CanonicalNamesAreNotDeprecatedLegacyOnesAre) {
  for (const std::string_view mode : CanonicalModes()) {
    EXPECT_FALSE(Normalized(mode).deprecated) << mode;
    EXPECT_EQ(Normalized(mode).mode, mode);
  }
  for (const Row& row : kLegacy) {
    const bool canonical = std::ranges::find(CanonicalModes(), row.name) != CanonicalModes().end();
    EXPECT_EQ(Normalized(row.name).deprecated, !canonical) << row.name;
  }
  EXPECT_TRUE(Normalized("tool_call").deprecated);
}

TEST(ModeNamesTest, ShortForms) {
  EXPECT_EQ(Normalized("parallel").mode, "PARALLEL_TOOLS");
  EXPECT_EQ(Normalized("Structured").mode, "JSON_SCHEMA");
  EXPECT_EQ(Normalized("REASONING").mode, "REASONING_TOOLS");
  EXPECT_FALSE(Normalized("structured").deprecated);
}

TEST(ModeNamesTest, AnyProviderPrefixOfAKnownProvider) {
  EXPECT_EQ(Normalized("LLAMACPP_JSON_SCHEMA").mode, "JSON_SCHEMA");
  EXPECT_EQ(Normalized("acme_md_json").provider, "acme");
  EXPECT_FALSE(NormalizeModeName("NOBODY_TOOLS", "", kProviders).ok());
}

TEST(ModeNamesTest, NameOfAnotherProviderIsAnErrorNamingBoth) {
  const auto mode = NormalizeModeName("anthropic_tools", "openai", kProviders);
  ASSERT_FALSE(mode.ok());
  EXPECT_EQ(DetailsOf(mode.status())->reason, Reason::kInvalidRequest);
  EXPECT_NE(mode.status().message().find("'anthropic'"), std::string::npos);
  EXPECT_NE(mode.status().message().find("'openai'"), std::string::npos);
  EXPECT_FALSE(NormalizeModeName("OPENAI_TOOLS", "acme", kProviders).ok());
  EXPECT_TRUE(NormalizeModeName("OPENAI_TOOLS", "openai", kProviders).ok());
  EXPECT_TRUE(NormalizeModeName("TOOLS", "acme", kProviders).ok());
}

TEST(ModeNamesTest, UnknownNameSuggestsTheNearest) {
  const auto mode = NormalizeModeName("JSON_SHEMA", "", kProviders);
  ASSERT_FALSE(mode.ok());
  EXPECT_NE(mode.status().message().find("did you mean 'JSON_SCHEMA'?"), std::string::npos);
  EXPECT_FALSE(NormalizeModeName("", "", kProviders).ok());
  const auto huge = NormalizeModeName(std::string(1 << 20, 'x'), "", kProviders);
  EXPECT_LT(huge.status().message().size(), 300U);
}

TEST(ModeNamesTest, LegacyNamesOfAModeAreListed) {
  const std::vector<std::string> names = LegacyNamesOf("MD_JSON");
  EXPECT_NE(std::ranges::find(names, "markdown_json_mode"), names.end());
  EXPECT_NE(std::ranges::find(names, "GEMINI_JSON"), names.end());
  EXPECT_EQ(std::ranges::find(names, "MD_JSON"), names.end());
}

}  // namespace
}  // namespace extractd
