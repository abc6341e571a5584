#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/providers/dialects/bedrock/bedrock_converse.h"

namespace extractd::providers::bedrock_converse {
namespace {

constexpr SchemaText kSchema = {
    .name = "person", .description = "A person.", .json = R"({"type":"object"})", .strict = true
};
const ProviderRow kRow = {.name = "bedrock", .sends_strict_tools = true};

ChatRequest Chat() {
  return {.model = "m", .messages = {{.role = Role::kUser, .text = "Ann is 40."}}};
}

std::string Written(
    const ChatRequest& request, const ModelFamily& family = {}, const ProviderRow& row = kRow
) {
  const auto body = Encode(row, family, request);
  EXPECT_TRUE(body.ok()) << body.status();
  const json::ParseResult parsed =
      json::ParseView(*body, {.duplicate_keys = json::DuplicateKeys::kReject});
  EXPECT_TRUE(std::holds_alternative<json::Document>(parsed)) << *body;
  return *body;
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

constexpr const char* kStart =
    R"({"messages":[{"role":"user","content":[{"text":"Ann is 40."}]}],)";

TEST(BedrockEncodeTest, PlainChatNamesNoModelInTheBody) {
  EXPECT_EQ(Written(Chat()), std::string(kStart) + R"("inferenceConfig":{}})");
}

TEST(BedrockEncodeTest, SettingsStandUnderTheirNames) {
  ChatRequest request = Chat();
  request.generation = {
      .temperature = 0.5, .top_p = 0.25, .max_output_tokens = 64, .seed = 7, .stop = {"END", "\n"}
  };
  EXPECT_EQ(
      Written(request),
      std::string(kStart) + R"("inferenceConfig":{"maxTokens":64,"temperature":0.5,"topP":0.25,)"
                            R"("stopSequences":["END","\n"]}})"
  );
}

TEST(BedrockEncodeTest, OneForcedToolIsNamed) {
  ChatRequest request = Chat();
  request.tools = {kSchema};
  EXPECT_EQ(
      Written(request),
      std::string(kStart) +
          R"("inferenceConfig":{},"toolConfig":{"tools":[{"toolSpec":{"name":"person",)"
          R"("description":"A person.","inputSchema":{"json":{"type":"object"}},"strict":true}}],)"
          R"("toolChoice":{"tool":{"name":"person"}}}})"
  );
}

TEST(BedrockEncodeTest, TheChoiceFollowsWhatMayBeCalledAndWhatTheModelTakes) {
  const std::string any = R"("toolChoice":{"any":{}})";
  ChatRequest request = Chat();
  request.tools = {kSchema, kSchema};
  EXPECT_TRUE(Has(Written(request), any));
  request.tools = {kSchema};
  request.tool_use = ToolUse::kAtLeastOne;
  EXPECT_TRUE(Has(Written(request), any));
  EXPECT_FALSE(Has(Written(request, {.forced_tool = false}), "toolChoice"));
  EXPECT_FALSE(Has(Written(request, {}, {.tool_choice = ToolChoiceForm::kNone}), "toolChoice"));
  request.tool_use = ToolUse::kFree;
  EXPECT_FALSE(Has(Written(request), "toolChoice"));
  request.tool_use = ToolUse::kForced;
  EXPECT_TRUE(Has(Written(request, {}, {.tool_choice = ToolChoiceForm::kRequired}), any));
}

TEST(BedrockEncodeTest, StrictIsSaidOnlyWhereItHolds) {
  ChatRequest request = Chat();
  request.tools = {kSchema};
  EXPECT_FALSE(Has(Written(request, {}, {.sends_strict_tools = false}), "strict"));
  request.tools[0].strict = false;
  EXPECT_FALSE(Has(Written(request), "strict"));
}

TEST(BedrockEncodeTest, TheSchemaOfTheOutputIsAString) {
  ChatRequest request = Chat();
  request.format = AnswerFormat::kJsonSchema;
  request.schema = kSchema;
  EXPECT_EQ(
      Written(request),
      std::string(kStart) +
          R"("inferenceConfig":{},"outputConfig":{"textFormat":{"type":"json_schema","structure":)"
          R"({"jsonSchema":{"name":"person","description":"A person.",)"
          R"("schema":"{\"type\":\"object\"}"}}}}})"
  );
}

// The API has no JSON mode: the prompt asks for it.
TEST(BedrockEncodeTest, AJsonObjectIsAskedForInWordsOnly) {
  ChatRequest request = Chat();
  request.format = AnswerFormat::kJsonObject;
  EXPECT_EQ(Written(request), Written(Chat()));
}

TEST(BedrockEncodeTest, ReasoningFreesTheToolChoiceAndTheSampling) {
  ChatRequest request = Chat();
  request.tools = {kSchema};
  request.generation = {.temperature = 0.5, .reasoning_effort = ReasoningEffort::kHigh};
  const ModelFamily claude = {
      .sampling_while_reasoning = false,
      .effort_form = R"({"additionalModelRequestFields":{"thinking":{"type":"adaptive"},)"
                     R"("output_config":{"effort":"${effort}"}}})",
  };
  const std::string body = Written(request, claude);
  EXPECT_FALSE(Has(body, "toolChoice")) << body;
  EXPECT_FALSE(Has(body, "temperature")) << body;
  EXPECT_TRUE(
      Has(body,
          R"("additionalModelRequestFields":{"thinking":{"type":"adaptive"},)"
          R"("output_config":{"effort":"high"}})")
  ) << body;
  request.generation.reasoning_effort = ReasoningEffort::kNone;
  EXPECT_TRUE(Has(Written(request, claude), "toolChoice"));
  EXPECT_TRUE(Has(Written(request, claude), R"("temperature":0.5)"));
}

TEST(BedrockEncodeTest, AnEffortStandsBesideTheFormatOfTheOutput) {
  ChatRequest request = Chat();
  request.format = AnswerFormat::kJsonSchema;
  request.schema = kSchema;
  request.generation.reasoning_effort = ReasoningEffort::kLow;
  const std::string body = Written(request);
  EXPECT_TRUE(Has(body, R"("textFormat")")) << body;
  EXPECT_TRUE(Has(body, R"("effort":"low")")) << body;
}

TEST(BedrockEncodeTest, CallsInTheConversationNeedTheirTools) {
  ChatRequest request = Chat();
  request.messages.push_back({.role = Role::kAssistant, .tool_calls = {{"t1", "old", "{}"}}});
  request.messages.push_back({.role = Role::kTool, .text = "ok", .tool_call_id = "t1"});
  EXPECT_TRUE(Has(
      Written(request),
      R"("toolConfig":{"tools":[{"toolSpec":{"name":"old","inputSchema":{"json":{"type":"object"}}}}]})"
  ));
  request.tools = {kSchema};
  EXPECT_FALSE(Has(Written(request), R"({"name":"old","inputSchema")"));
}

TEST(BedrockEncodeTest, TheCallersOptionsWinAndMustBeAnObject) {
  ChatRequest request = Chat();
  request.generation.max_output_tokens = 64;
  request.extra_body =
      R"({"inferenceConfig":{"maxTokens":8},"performanceConfig":{"latency":"optimized"}})";
  const std::string body = Written(request);
  EXPECT_TRUE(Has(body, R"("maxTokens":8)")) << body;
  EXPECT_TRUE(Has(body, R"("performanceConfig":{"latency":"optimized"})")) << body;
  request.extra_body = "[]";
  EXPECT_TRUE(absl::IsInvalidArgument(Encode(kRow, {}, request).status()));
}

}  // namespace
}  // namespace extractd::providers::bedrock_converse
