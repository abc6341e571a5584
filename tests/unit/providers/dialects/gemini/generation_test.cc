#include "server/providers/dialects/gemini/generation.h"

#include <gtest/gtest.h>

namespace extractd::providers::gemini {
namespace {

constexpr SchemaText kSchema = {.name = "person", .json = R"({"type":"object"})", .strict = true};
const ModelFamily kByLevel = {.efforts = {"MINIMAL", "LOW", "MEDIUM", "HIGH"}};
const ModelFamily kByBudget = {.efforts = {"0", "1024", "8192", "24576"}};
const ModelFamily kThoughtless = {.efforts = {"", "", "", ""}};

std::string Config(
    const ChatRequest& request, const ModelFamily& model = {}, const ProviderRow& row = {}
) {
  json::TextWriter out;
  out.BeginObject();
  WriteGenerationConfig(row, model, request, out);
  return std::move(out.EndObject()).Take();
}

std::string Thinking(const ModelFamily& model, const Generation& generation, bool show = false) {
  return Config({.generation = generation, .include_thinking = show}, model);
}

TEST(GeminiGenerationTest, NothingIsSentOfWhatIsNotSet) {
  EXPECT_EQ(Config({}), "{}");
}

TEST(GeminiGenerationTest, Sampling) {
  const Generation generation = {
      .temperature = 0.5, .top_p = 1, .max_output_tokens = 99, .seed = -7, .stop = {"\n", "x"}
  };
  EXPECT_EQ(
      Config({.generation = generation}),
      R"({"generationConfig":{"temperature":0.5,"topP":1,"maxOutputTokens":99,"seed":-7,)"
      R"("stopSequences":["\n","x"]}})"
  );
}

TEST(GeminiGenerationTest, FormatsOfTheAnswer) {
  EXPECT_EQ(
      Config({.format = AnswerFormat::kJsonObject}),
      R"({"generationConfig":{"responseMimeType":"application/json"}})"
  );
  EXPECT_EQ(
      Config({.format = AnswerFormat::kJsonSchema, .schema = kSchema}),
      R"({"generationConfig":{"responseMimeType":"application/json",)"
      R"("responseJsonSchema":{"type":"object"}}})"
  );
}

TEST(GeminiGenerationTest, TheRowsSubsetDecidesTheFieldOfTheSchema) {
  const ProviderRow row = {.enforcement = "gemini_openapi"};
  ChatRequest request = {.format = AnswerFormat::kJsonSchema, .schema = kSchema};
  EXPECT_EQ(
      Config(request, {}, row),
      R"({"generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"object"}}})"
  );
  request.schema->strict = false;
  EXPECT_NE(Config(request, {}, row).find("responseJsonSchema"), std::string::npos)
      << "what was not lowered is JSON Schema";
}

TEST(GeminiGenerationTest, EffortIsALevelOrABudget) {
  EXPECT_EQ(
      Thinking(kByLevel, {.reasoning_effort = ReasoningEffort::kNone}),
      R"({"generationConfig":{"thinkingConfig":{"thinkingLevel":"MINIMAL"}}})"
  );
  EXPECT_EQ(
      Thinking(kByBudget, {.reasoning_effort = ReasoningEffort::kHigh}),
      R"({"generationConfig":{"thinkingConfig":{"thinkingBudget":24576}}})"
  );
  EXPECT_EQ(
      Thinking({}, {.reasoning_effort = ReasoningEffort::kNone}),
      R"({"generationConfig":{"thinkingConfig":{"thinkingLevel":"LOW"}}})"
  ) << "of an unknown model: what all since the third generation take";
  EXPECT_EQ(Thinking(kThoughtless, {.reasoning_effort = ReasoningEffort::kHigh}), "{}");
}

TEST(GeminiGenerationTest, ABudgetOfTokensBecomesTheLevelThatIsNearest) {
  EXPECT_EQ(
      Thinking(kByBudget, {.thinking_budget_tokens = 5000}),
      R"({"generationConfig":{"thinkingConfig":{"thinkingBudget":5000}}})"
  );
  const auto level = [](std::int32_t budget) {
    const std::string config = Thinking(kByLevel, {.thinking_budget_tokens = budget});
    const size_t begin = config.find("Level\":\"") + 8;
    return config.substr(begin, config.find('"', begin) - begin);
  };
  EXPECT_EQ(level(0), "MINIMAL") << "the least that there is";
  EXPECT_EQ(level(1), "LOW");
  EXPECT_EQ(level(4096), "LOW");
  EXPECT_EQ(level(4097), "MEDIUM");
  EXPECT_EQ(level(16385), "HIGH");
  EXPECT_EQ(level(2'000'000'000), "HIGH");
}

TEST(GeminiGenerationTest, ThoughtsAreAskedForWhereThereAreAny) {
  EXPECT_EQ(
      Thinking(kByLevel, {}, true),
      R"({"generationConfig":{"thinkingConfig":{"includeThoughts":true}}})"
  );
  EXPECT_EQ(
      Thinking(kByBudget, {.reasoning_effort = ReasoningEffort::kNone}, true),
      R"({"generationConfig":{"thinkingConfig":{"thinkingBudget":0}}})"
  );
  EXPECT_EQ(Thinking(kThoughtless, {}, true), "{}");
}

}  // namespace
}  // namespace extractd::providers::gemini
