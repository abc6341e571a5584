#include "server/modes/mode_handler.h"

#include <array>

#include <gtest/gtest.h>

namespace extractd {
namespace {

constexpr SchemaText kSchema = {
    .name = "person", .description = "A person.", .json = R"({"type":"object"})", .strict = true
};

ChatRequest Chat() {
  return {
      .model = "m",
      .messages =
          {{.role = Role::kSystem, .text = "Be exact."}, {.role = Role::kUser, .text = "Ann is 40."}
          },
  };
}

ChatRequest Asked(std::string_view mode, const AskStyle& style = {}) {
  ChatRequest request = Chat();
  FindModeHandler(mode)->Ask(kSchema, style, request);
  return request;
}

ChatReply TextReply(std::string text) {
  return {.message = {.role = Role::kAssistant, .text = std::move(text)}};
}

ChatReply CallReply(std::vector<ToolCall> calls) {
  return {.message = {.role = Role::kAssistant, .tool_calls = std::move(calls)}};
}

schema::IssueList OneIssue() {
  return {.listed = {{.path = "/age", .message = "expected integer, got string"}}, .total = 1};
}

TEST(ModeHandlerTest, AllModesAreFoundByName) {
  constexpr std::array kNames = {
      "JSON",
      "JSON_SCHEMA",
      "MD_JSON",
      "PARALLEL_TOOLS",
      "REASONING_TOOLS",
      "RESPONSES_TOOLS",
      "TOOLS"
  };
  for (const auto* name : kNames) {
    ASSERT_NE(FindModeHandler(name), nullptr) << name;
    EXPECT_EQ(FindModeHandler(name)->traits().name, name);
  }
  EXPECT_EQ(AllModes().size(), kNames.size());
  EXPECT_EQ(FindModeHandler("tools"), nullptr);
}

TEST(ToolsModeTest, SchemaIsTheOneToolAndTheChatStaysAsItIs) {
  const ChatRequest request = Asked("TOOLS");
  ASSERT_EQ(request.tools.size(), 1U);
  EXPECT_EQ(request.tools[0].name, "person");
  EXPECT_EQ(request.tools[0].json, kSchema.json);
  EXPECT_TRUE(request.tools[0].strict);
  EXPECT_EQ(request.messages.size(), 2U);
  EXPECT_EQ(request.messages[1].text, "Ann is 40.");
}

TEST(ToolsModeTest, AnswerIsTheArgumentsOfTheFirstCallElseTheText) {
  const ModeHandler& mode = *FindModeHandler("TOOLS");
  EXPECT_EQ(
      mode.Find(CallReply({{"1", "person", "{\"a\":1}"}, {"2", "person", "{}"}})).value(),
      "{\"a\":1}"
  );
  EXPECT_EQ(mode.Find(TextReply("{}")).value(), "{}");
  EXPECT_TRUE(absl::IsNotFound(mode.Find(TextReply("")).status()));
}

TEST(ToolsModeTest, ReaskAnswersEveryCallAndTheFirstWithTheIssues) {
  ChatRequest request = Asked("TOOLS");
  const ChatReply reply = CallReply({{"c1", "person", "{}"}, {"c2", "person", "{}"}});
  FindModeHandler("TOOLS")->Reask(reply, OneIssue(), request);
  ASSERT_EQ(request.messages.size(), 5U);
  EXPECT_EQ(request.messages[2].role, Role::kAssistant);
  EXPECT_EQ(request.messages[2].tool_calls.size(), 2U);
  EXPECT_EQ(request.messages[3].tool_call_id, "c1");
  EXPECT_NE(
      request.messages[3].text.find("- /age: expected integer, got string"), std::string::npos
  );
  EXPECT_EQ(request.messages[4].tool_call_id, "c2");
  EXPECT_EQ(request.messages[4].text.find("/age"), std::string::npos);
}

TEST(ToolsModeTest, ReaskAfterProseIsAUserMessage) {
  ChatRequest request = Asked("TOOLS");
  FindModeHandler("TOOLS")->Reask(TextReply("Ann is 40."), OneIssue(), request);
  ASSERT_EQ(request.messages.size(), 4U);
  EXPECT_EQ(request.messages[2].role, Role::kAssistant);
  EXPECT_EQ(request.messages[3].role, Role::kUser);
}

TEST(ResponsesToolsModeTest, IsToolsByAnotherName) {
  const ChatRequest tools = Asked("TOOLS");
  const ChatRequest responses = Asked("RESPONSES_TOOLS");
  EXPECT_EQ(responses.tools.size(), 1U);
  EXPECT_EQ(responses.tools[0].json, tools.tools[0].json);
  EXPECT_EQ(responses.tool_use, ToolUse::kForced);
}

TEST(ReasoningToolsModeTest, TheModelIsToldToCallTheToolButFreeNotTo) {
  const ChatRequest request = Asked("REASONING_TOOLS");
  ASSERT_EQ(request.tools.size(), 1U);
  EXPECT_EQ(request.tool_use, ToolUse::kFree);
  EXPECT_NE(request.messages[0].text.find("call the tool 'person'"), std::string::npos);
}

TEST(ReasoningToolsModeTest, AnAnswerInWordsIsAskedForAgain) {
  const ModeHandler& mode = *FindModeHandler("REASONING_TOOLS");
  EXPECT_EQ(mode.Find(TextReply("Ann is 40.")).value(), "Ann is 40.");
  ChatRequest request = Asked("REASONING_TOOLS");
  mode.Reask(TextReply("Ann is 40."), OneIssue(), request);
  EXPECT_EQ(request.messages.back().role, Role::kUser);
}

constexpr SchemaText kPet = {.name = "pet", .json = R"({"type":"object"})"};

TEST(ParallelToolsModeTest, EverySchemaIsAToolAndAtLeastOneMustBeCalled) {
  ChatRequest request = Chat();
  const std::array tools = {kSchema, kPet};
  FindModeHandler("PARALLEL_TOOLS")->AskTools(tools, {}, request);
  ASSERT_EQ(request.tools.size(), 2U);
  EXPECT_EQ(request.tools[0].description, "A person.");
  EXPECT_FALSE(request.tools[1].description.empty()) << "some providers refuse tools without";
  EXPECT_EQ(request.tool_use, ToolUse::kAtLeastOne);
}

TEST(ParallelToolsModeTest, ReaskAnswersEveryCallAndKeepsTheGoodOnes) {
  ChatRequest request = Chat();
  const ChatReply reply =
      CallReply({{"c1", "person", "{}"}, {"c2", "pet", "{}"}, {"c3", "pet", "x"}});
  const schema::IssueList issues = {
      .listed =
          {{.path = "/0/age", .message = "expected integer"},
           {.path = "/2", .message = "expected object"}},
      .total = 2,
  };
  FindModeHandler("PARALLEL_TOOLS")->Reask(reply, issues, request);
  ASSERT_EQ(request.messages.size(), 6U);
  EXPECT_EQ(request.messages[2].tool_calls.size(), 3U);
  const Message& first = request.messages[3];
  EXPECT_EQ(first.tool_call_id, "c1");
  EXPECT_TRUE(first.tool_failed);
  EXPECT_NE(first.text.find("- /age: expected integer"), std::string::npos) << first.text;
  EXPECT_EQ(first.text.find("expected object"), std::string::npos) << "that is another call's";
  EXPECT_FALSE(request.messages[4].tool_failed);
  EXPECT_TRUE(request.messages[4].text.starts_with("Accepted")) << request.messages[4].text;
  EXPECT_NE(request.messages[5].text.find("the whole answer: expected object"), std::string::npos);
}

TEST(ParallelToolsModeTest, ProseIsAskedForAgainAsAUserMessage) {
  const ModeHandler& mode = *FindModeHandler("PARALLEL_TOOLS");
  EXPECT_TRUE(absl::IsNotFound(mode.Find(TextReply("No.")).status()));
  ChatRequest request = Chat();
  mode.Reask(TextReply("No."), OneIssue(), request);
  ASSERT_EQ(request.messages.size(), 4U);
  EXPECT_EQ(request.messages[3].role, Role::kUser);
}

TEST(JsonSchemaModeTest, ProviderGetsTheSchemaAndTheChatStaysAsItIs) {
  const ChatRequest request = Asked("JSON_SCHEMA");
  EXPECT_EQ(request.format, AnswerFormat::kJsonSchema);
  EXPECT_EQ(request.schema->json, kSchema.json);
  EXPECT_EQ(request.messages.size(), 2U);
}

TEST(JsonSchemaModeTest, DescribedSchemaFollowsTheText) {
  const ChatRequest request = Asked(
      "JSON_SCHEMA", {.describe_schema = true, .instruct_last = true, .outline = "{name: string}"}
  );
  ASSERT_EQ(request.messages.size(), 2U);
  EXPECT_EQ(
      request.messages[1].text,
      "Ann is 40.\n\nExtract the data from the text above as JSON: {name: string}"
  );
}

TEST(JsonSchemaModeTest, WorkedExampleStandsBetweenSystemAndFirstTurn) {
  const ChatRequest request = Asked(
      "JSON_SCHEMA",
      {.describe_schema = true,
       .instruct_last = true,
       .worked_example = true,
       .outline = "{name: string}"}
  );
  ASSERT_EQ(request.messages.size(), 4U);
  EXPECT_EQ(request.messages[0].role, Role::kSystem);
  EXPECT_EQ(request.messages[1].role, Role::kUser);
  EXPECT_EQ(request.messages[2].role, Role::kAssistant);
  EXPECT_TRUE(request.messages[3].text.starts_with("Ann is 40."));
}

TEST(PromptModesTest, SchemaStandsInTheSystemMessageAndJsonIsNamed) {
  for (const auto* mode : {"JSON", "MD_JSON"}) {
    const ChatRequest request = Asked(mode);
    ASSERT_EQ(request.messages.size(), 2U) << mode;
    const std::string& system = request.messages[0].text;
    EXPECT_TRUE(system.starts_with("Be exact.\n\n")) << mode;
    EXPECT_NE(system.find("JSON"), std::string::npos) << "some providers refuse JSON mode without";
    EXPECT_NE(system.find(kSchema.json), std::string::npos) << mode;
    EXPECT_EQ(request.messages[1].text, "Ann is 40.") << mode;
  }
  EXPECT_EQ(Asked("JSON").format, AnswerFormat::kJsonObject);
  EXPECT_EQ(Asked("MD_JSON").format, AnswerFormat::kText);
}

TEST(PromptModesTest, WithoutASystemMessageOneIsMade) {
  ChatRequest request = {.messages = {{.role = Role::kUser, .text = "Hi"}}};
  FindModeHandler("JSON")->Ask(kSchema, {}, request);
  ASSERT_EQ(request.messages.size(), 2U);
  EXPECT_EQ(request.messages[0].role, Role::kSystem);
}

TEST(PromptModesTest, InstructionsBehindTheTextMakeAUserMessageIfTheLastIsNone) {
  ChatRequest request = {.messages = {{.role = Role::kAssistant, .text = "Hi"}}};
  FindModeHandler("MD_JSON")->Ask(kSchema, {.instruct_last = true}, request);
  ASSERT_EQ(request.messages.size(), 2U);
  EXPECT_EQ(request.messages[1].role, Role::kUser);
}

TEST(TextModesTest, AnswerIsTheText) {
  for (const auto* mode : {"JSON", "JSON_SCHEMA", "MD_JSON"}) {
    EXPECT_EQ(FindModeHandler(mode)->Find(TextReply("{}")).value(), "{}");
    EXPECT_TRUE(absl::IsNotFound(FindModeHandler(mode)->Find(TextReply("")).status()));
  }
}

TEST(TextModesTest, ReaskRepeatsTheAnswerAndNamesTheIssues) {
  for (const auto* mode : {"JSON", "JSON_SCHEMA", "MD_JSON"}) {
    ChatRequest request = Chat();
    FindModeHandler(mode)->Reask(TextReply("{\"age\":\"x\"}"), OneIssue(), request);
    ASSERT_EQ(request.messages.size(), 4U);
    EXPECT_EQ(request.messages[2].text, "{\"age\":\"x\"}");
    EXPECT_EQ(request.messages[2].role, Role::kAssistant);
    EXPECT_EQ(request.messages[3].role, Role::kUser);
    EXPECT_NE(request.messages[3].text.find("/age"), std::string::npos);
  }
}

TEST(TextModesTest, EmptyAnswerIsNotRepeatedSinceProvidersRefuseEmptyMessages) {
  ChatRequest request = Chat();
  FindModeHandler("JSON")->Reask(TextReply(""), OneIssue(), request);
  ASSERT_EQ(request.messages.size(), 3U);
  EXPECT_EQ(request.messages[2].role, Role::kUser);
}

}  // namespace
}  // namespace extractd
