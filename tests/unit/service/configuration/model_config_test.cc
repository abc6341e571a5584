#include "server/service/configuration/model_config.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

namespace extractd {
namespace {

class ModelConfigTest : public testing::Test {
 protected:
  std::string Read(const std::string& yaml) { return ReadModels(YAML::Load(yaml), row_, prices_); }

  ProviderRow row_ = {.name = "acme", .models = {"before"}};
  std::vector<Price> prices_;
};

TEST_F(ModelConfigTest, ANameIsAModelOfWhichNothingIsKnown) {
  EXPECT_EQ(Read("[a, b]"), "");
  EXPECT_EQ(row_.models, (std::vector<std::string>{"a", "b"})) << "in place of those before";
  EXPECT_TRUE(row_.own_models.empty());
}

TEST_F(ModelConfigTest, ABlockSaysWhatIsKnown) {
  EXPECT_EQ(
      Read("- name: a\n"
           "  capabilities: [vision, reasoning]\n"
           "  max_input_tokens: 1000\n"
           "  max_output_tokens: 10\n"
           "  modes: [JSON]\n"
           "  forced_tool: false\n"
           "  streams_schemas: false\n"
           "  refuses: [seed]\n"
           "  price: {input: 2.5, output: 10, batch: {input: 1, output: 5}}\n"),
      ""
  );
  ASSERT_EQ(row_.own_models.size(), 1U);
  const OwnModel& model = row_.own_models[0];
  EXPECT_EQ(model.capabilities, CapabilitySet({Capability::kVision, Capability::kReasoning}));
  EXPECT_EQ(model.max_input_tokens, 1000);
  EXPECT_EQ(model.max_output_tokens, 10);
  ASSERT_TRUE(model.family.has_value());
  EXPECT_EQ(model.family->modes, (std::vector<std::string>{"JSON"}));
  EXPECT_FALSE(model.family->forced_tool);
  EXPECT_TRUE(model.family->enforces);
  EXPECT_FALSE(model.family->streams_schemas);
  EXPECT_EQ(model.family->no_media, (std::vector{MediaKind::kAudio, MediaKind::kDocument}));
  ASSERT_EQ(prices_.size(), 1U);
  EXPECT_EQ(prices_[0].provider, "acme");
  EXPECT_EQ(prices_[0].model, "a");
  EXPECT_EQ(prices_[0].rates.input, 2'500'000);
  EXPECT_EQ(prices_[0].batch->output, 5'000'000);
}

TEST_F(ModelConfigTest, APatternIsNoModel) {
  EXPECT_EQ(Read("[{name: \"a-*\", forced_tool: false}]"), "");
  EXPECT_TRUE(row_.models.empty());
  EXPECT_EQ(row_.own_models.size(), 1U);
}

TEST_F(ModelConfigTest, FactsBeginAsWhatIsBuiltInForTheModel) {
  EXPECT_EQ(Read("[{name: gpt-oss-120b, enforces: false}]"), "");
  EXPECT_FALSE(row_.own_models[0].family->forced_tool) << "no host of it forces a tool";
  EXPECT_EQ(Read("[{name: gpt-oss-120b, max_input_tokens: 5}]"), "");
  EXPECT_FALSE(row_.own_models[0].family.has_value()) << "nothing was said of its family";
}

TEST_F(ModelConfigTest, WhatIsWrongIsNamedWithItsElementAndKey) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a", "must be a list"},
      {"[[a]]", "[0]: must be a name, or a block with one, of 1 to 256 bytes"},
      {"[a, {max_input_tokens: 1}]", "[1]: must be a name, or a block with one"},
      {"[{name: " + std::string(257, 'x') + "}]", "[0]: must be a name"},
      {"- name: a\n  capabilites: []",
       "[0]: capabilites (line 2): unknown key; did you mean 'capabilities'?"},
      {"[{name: a, capabilities: [flight]}]", "must be a list of vision, audio"},
      {"[{name: a, capabilities: vision}]", "must be a list of vision, audio"},
      {"[{name: a, max_input_tokens: 0}]", "must be an integer 1…1000000000"},
      {"[{name: a, max_input_tokens: many}]", "must be an integer 1…1000000000"},
      {"[{name: a, forced_tool: maybe}]", "must be true or false"},
      {"[{name: a, modes: JSON}]", "must be a list of texts"},
      {"[{name: a, price: 3}]", "must be a block of rates"},
      {"[{name: a, price: {input: 1}}]", "output: is missing"},
      {"[{name: a, price: {input: 1, output: dear}}]", "output: must be USD per million tokens"},
      {"[{name: a, price: {input: 1, output: 2, cached: 1}}]", "cached: unknown member"},
      {"[{name: a, price: {input: 1, output: 2, provider: x}}]", "provider is that of the row"},
      {"[{name: a, price: {input: 1, output: 2, batch: {input: x}}}]", "batch."},
      {"[{name: a, price: {input: [1], output: 2}}]", "input: must be USD"},
  };
  for (const auto& [yaml, problem] : cases) {
    const std::string said = Read(yaml);
    EXPECT_NE(said.find(problem), std::string::npos) << yaml << " → " << said;
  }
}

TEST_F(ModelConfigTest, AListHasALimit) {
  std::string yaml = "[a";
  for (int i = 0; i < 1'000; ++i) yaml += ", a";
  EXPECT_EQ(Read(yaml + "]"), "has more than 1000 elements");
}

}  // namespace
}  // namespace extractd
