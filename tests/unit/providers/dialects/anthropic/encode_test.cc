#include "server/providers/dialects/anthropic/encode.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/modes/mode_handler.h"
#include "server/providers/dialects/anthropic/anthropic_messages.h"
#include "server/providers/provider_table.h"
#include "server/registry/catalog.h"

namespace extractd::providers {
namespace {

constexpr SchemaText kSchema = {
    .name = "person",
    .description = "A person.",
    .json = R"({"type":"object","properties":{"age":{"type":"integer"}},"required":["age"],)"
            R"("additionalProperties":false})",
    .strict = true,
};

ProviderRow Row() {
  return {
      .name = "acme",
      .dialect = "anthropic_messages",
      .chat_path = "/v1/messages",
      .sends_strict_tools = true,
  };
}

// What the built-in rows know of a model.
ModelFamily Family(std::string_view model) {
  Registry registry;
  const Catalog catalog(registry, &FindDialect, BuiltInModelFamilies());
  return catalog.FamilyOf("acme", model);
}

ChatRequest Chat(std::string model = "claude-haiku-5-5") {
  return {
      .model = std::move(model),
      .messages =
          {{.role = Role::kSystem, .text = "Be exact."},
           {.role = Role::kUser, .text = "Ann\nis 40."}},
  };
}

std::string Encode(const ChatRequest& request, const ProviderRow& row = Row()) {
  const ModelFamily family = Family(request.model);
  const auto body = AnthropicMessages().EncodeBody(row, family, request);
  EXPECT_TRUE(body.ok()) << body.status();
  const json::ParseResult parsed =
      json::ParseView(*body, {.duplicate_keys = json::DuplicateKeys::kReject});
  EXPECT_TRUE(std::holds_alternative<json::Document>(parsed)) << *body;
  return *body;
}

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

ChatRequest Asked(std::string_view mode, std::string model = "claude-haiku-5-5") {
  ChatRequest request = Chat(std::move(model));
  FindModeHandler(mode)->Ask(kSchema, {}, request);
  return request;
}

// `verbatim` as the decoder keeps it, what else is in it told apart.
ChatRequest Reasked(std::string_view mode, Message answer) {
  ChatRequest request = Asked(mode);
  schema::IssueList issues;
  issues.listed.push_back({.path = "/age", .message = "expected integer"});
  issues.total = 1;
  FindModeHandler(mode)->Reask({.message = std::move(answer)}, issues, request);
  return request;
}

TEST(AnthropicEncodeTest, ToolsFirstTurn) {
  EXPECT_EQ(
      Encode(Asked("TOOLS")),
      R"({"model":"claude-haiku-5-5","max_tokens":32768,"system":"Be exact.",)"
      R"("messages":[{"role":"user","content":"Ann\nis 40."}],)"
      R"("tools":[{"name":"person","description":"A person.","input_schema":{"type":"object",)"
      R"("properties":{"age":{"type":"integer"}},"required":["age"],"additionalProperties":false},)"
      R"("strict":true}],)"
      R"("tool_choice":{"type":"tool","name":"person","disable_parallel_tool_use":true}})"
  );
}

TEST(AnthropicEncodeTest, ToolsReaskEchoesTheTurnAndAnswersEveryCallFirst) {
  const std::string body = Encode(Reasked(
      "TOOLS",
      {.role = Role::kAssistant,
       .tool_calls = {{"t1", "person", R"({"age":"x"})"}, {"t2", "person", "{}"}},
       .verbatim = R"([{"type":"thinking","thinking":"","signature":"Eq=="},)"
                   R"({"type":"tool_use","id":"t1","name":"person","input":{"age":"x"}},)"
                   R"({"type":"tool_use","id":"t2","name":"person","input":{}}])"}
  ));
  EXPECT_TRUE(
      Has(body,
          R"({"role":"user","content":"Ann\nis 40."},)"
          R"({"role":"assistant","content":[{"type":"thinking","thinking":"","signature":"Eq=="},)"
          R"({"type":"tool_use","id":"t1","name":"person","input":{"age":"x"}},)"
          R"({"type":"tool_use","id":"t2","name":"person","input":{}}]},)"
          R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":)"
          R"("The arguments are not valid:\n- /age: expected integer\n)"
          R"(Call the tool again with every problem fixed.","is_error":true},)"
          R"({"type":"tool_result","tool_use_id":"t2","content":)"
          R"("Not used: only the first call counts.","is_error":true}]}],)")
  ) << body;
}

TEST(AnthropicEncodeTest, JsonSchemaFirstTurn) {
  EXPECT_EQ(
      Encode(Asked("JSON_SCHEMA")),
      R"({"model":"claude-haiku-5-5","max_tokens":32768,"system":"Be exact.",)"
      R"("messages":[{"role":"user","content":"Ann\nis 40."}],)"
      R"("output_config":{"format":{"type":"json_schema","schema":{"type":"object",)"
      R"("properties":{"age":{"type":"integer"}},"required":["age"],"additionalProperties":false}}}})"
  );
}

TEST(AnthropicEncodeTest, JsonSchemaReaskSendsTheAnswerBackAndTheIssues) {
  const std::string body = Encode(Reasked(
      "JSON_SCHEMA",
      {.role = Role::kAssistant,
       .text = R"({"age":"x"})",
       .verbatim = R"([{"type":"text","text":"{\"age\":\"x\"}"}])"}
  ));
  EXPECT_TRUE(
      Has(body,
          R"({"role":"assistant","content":[{"type":"text","text":"{\"age\":\"x\"}"}]},)"
          R"({"role":"user","content":"The JSON is not valid:\n- /age: expected integer\n)")
  ) << body;
  EXPECT_TRUE(Has(body, R"("output_config":{"format")"));
}

TEST(AnthropicEncodeTest, JsonAndMdJsonLiveInThePromptAlone) {
  for (const auto* mode : {"JSON", "MD_JSON"}) {
    const std::string body = Encode(Asked(mode));
    EXPECT_TRUE(Has(body, R"("system":"Be exact.\n\nExtract the data)")) << body;
    EXPECT_TRUE(Has(body, R"(\"required\":[\"age\"])")) << body;
    EXPECT_FALSE(Has(body, "output_config")) << body;
    EXPECT_FALSE(Has(body, "tool")) << body;
    EXPECT_TRUE(body.ends_with(R"("messages":[{"role":"user","content":"Ann\nis 40."}]})")) << body;
  }
}

TEST(AnthropicEncodeTest, ModelsThatRefuseForceAreLeftFree) {
  for (const auto* model :
       {"claude-opus-5-5", "claude-sonnet-5-5", "claude-fable-5-2-fast", "claude-new-9"}) {
    EXPECT_TRUE(
        Has(Encode(Asked("TOOLS", model)),
            R"("tool_choice":{"type":"auto","disable_parallel_tool_use":true})")
    ) << model;
  }
}

TEST(AnthropicEncodeTest, ToolChoiceFollowsToolUse) {
  ChatRequest request = Asked("TOOLS");
  request.tool_use = ToolUse::kFree;
  EXPECT_TRUE(Has(Encode(request), R"("tool_choice":{"type":"auto"})"));
  request.tool_use = ToolUse::kAtLeastOne;
  EXPECT_TRUE(Has(Encode(request), R"("tool_choice":{"type":"any"})"));
  request.tools.push_back(kSchema);
  request.tool_use = ToolUse::kForced;
  EXPECT_TRUE(
      Has(Encode(request), R"("tool_choice":{"type":"any","disable_parallel_tool_use":true})")
  );
}

TEST(AnthropicEncodeTest, StrictIsSaidOnlyWhereItHolds) {
  ChatRequest request = Asked("TOOLS");
  request.tools[0].strict = false;
  EXPECT_FALSE(Has(Encode(request), "strict"));
  request.tools[0].strict = true;
  ProviderRow row = Row();
  row.sends_strict_tools = false;
  EXPECT_FALSE(Has(Encode(request, row), "strict"));
}

TEST(AnthropicEncodeTest, GenerationSettings) {
  ChatRequest request = Chat("claude-sonnet-4-5");
  request.generation = {
      .temperature = 0.5, .top_p = 0.9, .max_output_tokens = 99, .seed = 7, .stop = {"\n", "x"}
  };
  request.stream = true;
  const std::string body = Encode(request);
  EXPECT_TRUE(Has(body, R"("max_tokens":99,)")) << body;
  EXPECT_TRUE(
      body.ends_with(R"("temperature":0.5,"top_p":0.9,"stop_sequences":["\n","x"],"stream":true})")
  ) << body;
  EXPECT_FALSE(Has(body, "seed"));
}

TEST(AnthropicEncodeTest, EffortAndSchemaShareOutputConfig) {
  ChatRequest request = Asked("JSON_SCHEMA");
  request.generation.reasoning_effort = ReasoningEffort::kLow;
  request.include_thinking = true;
  const std::string body = Encode(request);
  EXPECT_TRUE(Has(body, R"("thinking":{"type":"adaptive","display":"summarized"},)")) << body;
  EXPECT_TRUE(body.ends_with(R"(},"effort":"low"}})")) << body;
}

TEST(AnthropicEncodeTest, ModelThatIsToldToThinkIsNotForced) {
  ChatRequest request = Asked("TOOLS", "claude-haiku-4-5");
  EXPECT_TRUE(Has(Encode(request), R"("type":"tool")"));
  request.generation.thinking_budget_tokens = 2000;
  const std::string body = Encode(request);
  EXPECT_TRUE(Has(body, R"("thinking":{"type":"enabled","budget_tokens":2000})")) << body;
  EXPECT_TRUE(Has(body, R"("tool_choice":{"type":"auto")")) << body;
  EXPECT_TRUE(Has(body, R"("max_tokens":18384,)")) << "the answer keeps its room";
}

TEST(AnthropicEncodeTest, ThinkingIsSwitchedOffWhereItCanBe) {
  ChatRequest request = Chat();
  request.generation.reasoning_effort = ReasoningEffort::kNone;
  EXPECT_TRUE(Has(Encode(request), R"("thinking":{"type":"disabled"})"));
  request.model = "claude-opus-4-6";
  EXPECT_FALSE(Has(Encode(request), "thinking")) << "it does not think by itself";
}

// As on Google Cloud: the version stands in the body, the model in the path.
TEST(AnthropicEncodeTest, HostsThatNameTheModelInThePath) {
  ProviderRow row = Row();
  row.chat_path = "/publishers/anthropic/models/{model}:rawPredict";
  row.stream_path = "/publishers/anthropic/models/{model}:streamRawPredict";
  row.body = R"({"anthropic_version":"vertex-2023-10-16"})";
  ChatRequest request = Chat("claude-sonnet-4-5@20250929");
  EXPECT_EQ(
      AnthropicMessages().Path(row, request),
      "/publishers/anthropic/models/claude-sonnet-4-5%4020250929:rawPredict"
  );
  request.stream = true;
  EXPECT_TRUE(AnthropicMessages().Path(row, request).ends_with(":streamRawPredict"));
  const std::string body = Encode(request, row);
  EXPECT_TRUE(body.starts_with(R"({"anthropic_version":"vertex-2023-10-16","max_tokens":16384,)"))
      << body;
  EXPECT_FALSE(Has(body, R"("model")"));
}

TEST(AnthropicEncodeTest, OptionsOfTheCallerWinAndMustBeAnObject) {
  ChatRequest request = Chat();
  request.extra_body = R"({"cache_control":{"type":"ephemeral"},"max_tokens":5})";
  const std::string body = Encode(request);
  EXPECT_TRUE(Has(body, R"("cache_control":{"type":"ephemeral"})"));
  EXPECT_TRUE(Has(body, R"("max_tokens":5)"));
  request.extra_body = "[]";
  EXPECT_TRUE(absl::IsInvalidArgument(AnthropicMessages().EncodeBody(Row(), {}, request).status()));
}

TEST(AnthropicEncodeTest, AudioIsRefused) {
  ChatRequest request = Chat();
  request.messages[1].media = {
      {.kind = MediaKind::kAudio, .content = "x", .media_type = "audio/wav"}
  };
  const auto body = AnthropicMessages().EncodeBody(Row(), {}, request);
  EXPECT_TRUE(absl::IsInvalidArgument(body.status())) << body.status();
}

}  // namespace
}  // namespace extractd::providers
