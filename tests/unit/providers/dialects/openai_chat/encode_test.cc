// What differs between the providers of one protocol: each fact of a row or a family, and what it
// makes of the body.
#include <string>

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/providers/dialects/openai_chat/openai_chat.h"

namespace extractd::providers::openai_chat {
namespace {

constexpr SchemaText kSchema = {
    .name = "person", .description = "A person.", .json = R"({"type":"object"})", .strict = true
};

ChatRequest Chat() {
  return {.model = "m", .messages = {{.role = Role::kUser, .text = "Ann is 40."}}};
}

ChatRequest WithTools(ToolUse use, size_t tools = 1) {
  ChatRequest request = Chat();
  request.tools.assign(tools, kSchema);
  request.tool_use = use;
  return request;
}

std::string BodyOf(
    const ChatRequest& request, const ProviderRow& row = {}, const ModelFamily& family = {}
) {
  const auto body = Encode(row, family, request);
  EXPECT_TRUE(body.ok()) << body.status();
  if (!body.ok()) return {};
  const json::ParseResult parsed =
      json::ParseView(*body, {.duplicate_keys = json::DuplicateKeys::kReject});
  EXPECT_TRUE(std::holds_alternative<json::Document>(parsed)) << *body;
  return *body;
}

#define EXPECT_HAS(body, part) \
  EXPECT_NE((body).find(part), std::string::npos) << "no " << (part) << " in " << (body)
#define EXPECT_LACKS(body, part) \
  EXPECT_EQ((body).find(part), std::string::npos) << "a " << (part) << " in " << (body)

TEST(OpenAiChatDeviationsTest, ForcedToolInTheWordsOfTheProvider) {
  const ChatRequest forced = WithTools(ToolUse::kForced);
  EXPECT_HAS(BodyOf(forced, {.tool_choice = ToolChoiceForm::kAny}), R"("tool_choice":"any")");
  EXPECT_HAS(BodyOf(forced, {.tool_choice = ToolChoiceForm::kAuto}), R"("tool_choice":"auto")");
  EXPECT_LACKS(BodyOf(forced, {.tool_choice = ToolChoiceForm::kNone}), "tool_choice");
}

TEST(OpenAiChatDeviationsTest, ToolsThatMayOrMustBeCalledSeveralTimes) {
  const std::string several = BodyOf(WithTools(ToolUse::kAtLeastOne, 2));
  EXPECT_HAS(several, R"("tool_choice":"required","parallel_tool_calls":true)");
  const std::string one = BodyOf(WithTools(ToolUse::kAtLeastOne));
  EXPECT_HAS(one, R"("tool_choice":"required","parallel_tool_calls":true)");
  EXPECT_HAS(
      BodyOf(WithTools(ToolUse::kFree)), R"("tool_choice":"auto","parallel_tool_calls":false)"
  );
  EXPECT_HAS(
      BodyOf(WithTools(ToolUse::kFree, 2)), R"("tool_choice":"auto","parallel_tool_calls":true)"
  );
  EXPECT_LACKS(
      BodyOf(WithTools(ToolUse::kAtLeastOne), {.sends_parallel_tool_calls = false}), "parallel"
  );
}

TEST(OpenAiChatDeviationsTest, SchemaInEveryForm) {
  ChatRequest request = Chat();
  request.format = AnswerFormat::kJsonSchema;
  request.schema = kSchema;
  const auto format = [&request](SchemaForm form) {
    return BodyOf(request, {.schema_form = form});
  };
  EXPECT_HAS(
      format(SchemaForm::kPlain),
      R"({"name":"person","description":"A person.","schema":{"type":"object"}}})"
  );
  EXPECT_HAS(format(SchemaForm::kSchemaOnly), R"("json_schema":{"schema":{"type":"object"}}})");
  EXPECT_HAS(format(SchemaForm::kFlat), R"({"type":"json_schema","schema":{"type":"object"}})");
}

TEST(OpenAiChatDeviationsTest, InstructionsComeFromTheDeveloperWhereModelsKnowOne) {
  ChatRequest request = Chat();
  request.messages.insert(request.messages.begin(), {.role = Role::kSystem, .text = "s"});
  EXPECT_HAS(BodyOf(request), R"("role":"system")");
  EXPECT_HAS(BodyOf(request, {}, {.developer_role = true}), R"("role":"developer")");
}

TEST(OpenAiChatDeviationsTest, SeedUnderTheNameOfTheProvider) {
  ChatRequest request = Chat();
  request.generation.seed = 7;
  EXPECT_HAS(BodyOf(request, {.seed_field = "random_seed"}), R"("random_seed":7)");
}

TEST(OpenAiChatDeviationsTest, StreamsAskForUsageUnlessItComesUnasked) {
  ChatRequest request = Chat();
  EXPECT_LACKS(BodyOf(request), "stream");
  request.stream = true;
  EXPECT_HAS(BodyOf(request), R"("stream":true,"stream_options":{"include_usage":true})");
  EXPECT_LACKS(BodyOf(request, {.asks_for_stream_usage = false}), "stream_options");
}

TEST(OpenAiChatDeviationsTest, EffortInTheWordsOfTheModel) {
  ChatRequest request = Chat();
  EXPECT_LACKS(BodyOf(request), "reasoning");
  request.generation.reasoning_effort = ReasoningEffort::kMedium;
  EXPECT_HAS(BodyOf(request), R"("reasoning_effort":"medium")");
  const ModelFamily family = {.efforts = {"low", "low", "high", "high"}};
  EXPECT_HAS(BodyOf(request, {}, family), R"("reasoning_effort":"high")");
  const ModelFamily other = {
      .effort_form = R"({"thinking":{"type":"enabled"},"effort":"${effort}"})"
  };
  const std::string body = BodyOf(request, {}, other);
  EXPECT_HAS(body, R"("thinking":{"type":"enabled"},"effort":"medium")");
  EXPECT_LACKS(body, "reasoning_effort");
}

TEST(OpenAiChatDeviationsTest, NoEffortSwitchesReasoningOff) {
  ChatRequest request = Chat();
  request.generation.reasoning_effort = ReasoningEffort::kNone;
  EXPECT_HAS(BodyOf(request), R"("reasoning_effort":"none")");
  const std::string body =
      BodyOf(request, {}, {.reasoning_off = R"({"thinking":{"type":"disabled"}})"});
  EXPECT_HAS(body, R"("thinking":{"type":"disabled"})");
  EXPECT_LACKS(body, "reasoning_effort");
}

TEST(OpenAiChatDeviationsTest, BudgetOfTokensOrTheEffortThatSpendsAsMuch) {
  ChatRequest request = Chat();
  const auto effort = [&request](std::int32_t budget) {
    request.generation.thinking_budget_tokens = budget;
    return BodyOf(request);
  };
  EXPECT_HAS(effort(1024), R"("reasoning_effort":"low")");
  EXPECT_HAS(effort(5000), R"("reasoning_effort":"medium")");
  EXPECT_HAS(effort(50000), R"("reasoning_effort":"high")");
  const std::string body = BodyOf(request, {.budget = R"({"reasoning":{"max_tokens":$}})"});
  EXPECT_HAS(body, R"("reasoning":{"max_tokens":50000})");
  EXPECT_LACKS(body, "effort");
}

TEST(OpenAiChatDeviationsTest, ToolsThatAreFreeLeaveReasoningOn) {
  const ModelFamily family = {
      .reasons = true,
      .reasoning_off = R"({"thinking":{"type":"disabled"}})",
      .tools_need_reasoning_off = true,
  };
  EXPECT_HAS(BodyOf(WithTools(ToolUse::kForced), {}, family), "disabled");
  EXPECT_HAS(BodyOf(WithTools(ToolUse::kAtLeastOne), {}, family), "disabled");
  EXPECT_LACKS(BodyOf(WithTools(ToolUse::kFree), {}, family), "disabled");
}

TEST(OpenAiChatDeviationsTest, ThoughtsAreAskedForOnlyIfTheCallerWantsThem) {
  const ModelFamily family = {
      .body = R"({"include_reasoning":false})", .thinking_shown = R"({"include_reasoning":true})"
  };
  ChatRequest request = Chat();
  EXPECT_HAS(BodyOf(request, {}, family), R"("include_reasoning":false)");
  request.include_thinking = true;
  EXPECT_HAS(BodyOf(request, {}, family), R"("include_reasoning":true)");
}

ChatRequest SecondTurn() {
  ChatRequest request = WithTools(ToolUse::kFree);
  request.messages.push_back({
      .role = Role::kAssistant,
      .thinking = {{.text = "hm", .opaque = R"([{"type":"reasoning.text","text":"hm"}])"}},
      .tool_calls = {{.id = "c1", .name = "person", .arguments = "{}"}},
  });
  request.messages.push_back({.role = Role::kTool, .text = "wrong", .tool_call_id = "c1"});
  return request;
}

TEST(OpenAiChatDeviationsTest, ThoughtsAreSentBackWhereTheyAreDemanded) {
  ChatRequest request = SecondTurn();
  const ProviderRow text = {.thinking_echo = ThinkingEcho::kText};
  EXPECT_LACKS(BodyOf(request), "hm");
  EXPECT_HAS(BodyOf(request, text), R"("reasoning_content":"hm")");
  EXPECT_HAS(
      BodyOf(request, {.thinking_echo = ThinkingEcho::kDetails}),
      R"("reasoning_details":[{"type":"reasoning.text","text":"hm"}])"
  );
  request.messages[1].thinking.clear();
  EXPECT_LACKS(BodyOf(request, text), "reasoning_content");
  EXPECT_HAS(BodyOf(request, text, {.reasons = true}), R"("reasoning_content":" ")");
}

TEST(OpenAiChatDeviationsTest, ThoughtsThatNoProviderGaveAreNotSentBack) {
  for (const auto* opaque : {"sig", "{}", R"([{)", R"([],"model":"another")"}) {
    ChatRequest request = SecondTurn();
    request.messages[1].thinking = {{.text = "hm", .opaque = opaque}};
    EXPECT_LACKS(BodyOf(request, {.thinking_echo = ThinkingEcho::kDetails}), "reasoning_details");
  }
}

TEST(OpenAiChatDeviationsTest, NothingIsSentAsNull) {
  for (const auto echo : {ThinkingEcho::kNone, ThinkingEcho::kText, ThinkingEcho::kDetails}) {
    EXPECT_LACKS(BodyOf(SecondTurn(), {.thinking_echo = echo}), "null");
  }
}

TEST(OpenAiChatDeviationsTest, RowsThatWantAnOrderGetIt) {
  EXPECT_HAS(
      BodyOf(SecondTurn(), {.tool_results_from_user = true}), R"({"role":"user","content":"wrong"})"
  );
}

ChatRequest WithMedia(Media media) {
  ChatRequest request = Chat();
  request.messages[0].media = {std::move(media)};
  return request;
}

TEST(OpenAiChatMediaTest, ImagesStandWhereTheyStandInTheText) {
  const std::string body =
      BodyOf(WithMedia({.content = "\x01\x02", .media_type = "image/png", .text_offset = 4}));
  EXPECT_HAS(
      body,
      R"("content":[{"type":"text","text":"Ann "},)"
      R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AQI="}},)"
      R"({"type":"text","text":"is 40."}])"
  );
  EXPECT_HAS(
      BodyOf(WithMedia({.source = MediaSource::kUrl, .content = "https://x/y.png"})),
      R"({"url":"https://x/y.png"})"
  );
}

TEST(OpenAiChatMediaTest, AudioIsBytesOfANamedFormat) {
  const Media audio = {.kind = MediaKind::kAudio, .content = "a", .media_type = "audio/mpeg"};
  EXPECT_HAS(
      BodyOf(WithMedia(audio)),
      R"({"type":"input_audio","input_audio":{"data":"YQ==","format":"mp3"}})"
  );
  EXPECT_HAS(
      BodyOf(WithMedia(audio), {.documents = DocumentForm::kDocumentUrl}),
      R"({"type":"input_audio","input_audio":"YQ=="})"
  );
}

TEST(OpenAiChatMediaTest, DocumentsInTheFormOfTheProvider) {
  const Media bytes = {
      .kind = MediaKind::kDocument,
      .content = "a",
      .media_type = "application/pdf",
      .filename = "a.pdf",
  };
  const Media address = {
      .kind = MediaKind::kDocument, .source = MediaSource::kUrl, .content = "https://x/a.pdf"
  };
  EXPECT_HAS(
      BodyOf(WithMedia(bytes)),
      R"("file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,YQ=="}})"
  );
  EXPECT_HAS(
      BodyOf(WithMedia(address), {.documents = DocumentForm::kDocumentUrl}),
      R"({"type":"document_url","document_url":"https://x/a.pdf"})"
  );
  EXPECT_HAS(
      BodyOf(WithMedia(bytes), {.documents = DocumentForm::kFileUrl}),
      R"({"type":"file_url","file_url":{"url":"YQ=="}})"
  );
  const Media stored = {.source = MediaSource::kFileId, .content = "file-1"};
  EXPECT_HAS(BodyOf(WithMedia(stored)), R"({"type":"file","file":{"file_id":"file-1"}})");
}

TEST(OpenAiChatMediaTest, TextDocumentsAreText) {
  const Media text = {.kind = MediaKind::kDocument, .content = "hello", .media_type = "text/csv"};
  EXPECT_HAS(
      BodyOf(WithMedia(text), {.documents = DocumentForm::kNone}),
      R"({"type":"text","text":"hello"})"
  );
}

TEST(OpenAiChatMediaTest, WhatTheApiHasNoPlaceForIsAnErrorThatSaysSo) {
  const Media pdf = {.kind = MediaKind::kDocument, .content = "a", .media_type = "application/pdf"};
  const auto refused =
      Encode({.name = "acme", .documents = DocumentForm::kNone}, {}, WithMedia(pdf));
  EXPECT_TRUE(absl::IsInvalidArgument(refused.status()));
  EXPECT_NE(
      refused.status().message().find("'acme' takes no documents as bytes of type application/pdf"),
      std::string::npos
  ) << refused.status();
  const Media heard = {
      .kind = MediaKind::kAudio, .source = MediaSource::kUrl, .content = "https://x/a.mp3"
  };
  EXPECT_TRUE(absl::IsInvalidArgument(Encode({}, {}, WithMedia(heard)).status()));
}

}  // namespace
}  // namespace extractd::providers::openai_chat
