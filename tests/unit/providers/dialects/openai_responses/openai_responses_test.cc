#include "server/providers/dialects/openai_responses/openai_responses.h"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/json/parse.h"

namespace extractd::providers {
namespace {

constexpr SchemaText kSchema = {
    .name = "person", .description = "A person.", .json = R"({"type":"object"})", .strict = true
};

ProviderRow OpenAi() {
  return {
      .name = "openai",
      .sends_strict_tools = true,
      .responses_path = "/responses",
      .stores_responses = true,
  };
}

ChatRequest Chat() {
  return {
      .model = "m",
      .messages =
          {
              {.role = Role::kSystem, .text = "Be exact."},
              {.role = Role::kSystem, .text = "Be brief."},
              {.role = Role::kUser, .text = "Ann is 40."},
          },
  };
}

std::string BodyOf(
    const ChatRequest& request, const ProviderRow& row = OpenAi(), const ModelFamily& family = {}
) {
  const auto body = OpenAiResponses().EncodeBody(row, family, request);
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

TEST(OpenAiResponsesEncodeTest, PlainChat) {
  EXPECT_EQ(OpenAiResponses().Path(OpenAi(), Chat()), "/responses");
  EXPECT_EQ(
      BodyOf(Chat()),
      R"({"model":"m","instructions":"Be exact.\n\nBe brief.",)"
      R"("input":[{"role":"user","content":"Ann is 40."}],"store":false})"
  );
}

TEST(OpenAiResponsesEncodeTest, ToolsAreFlatAndStrictIsAlwaysSaid) {
  ChatRequest request = Chat();
  request.tools = {kSchema};
  request.tools[0].strict = false;
  EXPECT_HAS(
      BodyOf(request),
      R"("tools":[{"type":"function","name":"person","description":"A person.",)"
      R"("parameters":{"type":"object"},"strict":false}],)"
      R"("tool_choice":{"type":"function","name":"person"},"parallel_tool_calls":false)"
  );
  request.tool_use = ToolUse::kAtLeastOne;
  EXPECT_HAS(BodyOf(request), R"("tool_choice":"required","parallel_tool_calls":true)");
  request.tool_use = ToolUse::kFree;
  EXPECT_HAS(BodyOf(request), R"("tool_choice":"auto")");
}

TEST(OpenAiResponsesEncodeTest, StrictIsFalseForProvidersThatDoNotKnowItAsLeftOutItMeansTrue) {
  ChatRequest request = Chat();
  request.tools = {kSchema};
  ProviderRow row = OpenAi();
  EXPECT_HAS(BodyOf(request, row), R"("strict":true)");
  row.sends_strict_tools = false;
  EXPECT_HAS(BodyOf(request, row), R"("strict":false)");
}

TEST(OpenAiResponsesEncodeTest, ToolIsForcedOnlyWhereTheModelBearsIt) {
  ChatRequest request = Chat();
  request.tools = {kSchema};
  ProviderRow row = OpenAi();
  EXPECT_HAS(BodyOf(request, row, {.forced_tool = false}), R"("tool_choice":"auto")");
  EXPECT_HAS(BodyOf(request, row, {.tools_need_reasoning_off = true}), R"("tool_choice":"auto")");
  const ModelFamily both = {
      .tools_need_reasoning_off = true, .responses = ResponsesUse::kThinkingWithTools
  };
  EXPECT_HAS(BodyOf(request, row, both), R"("tool_choice":{"type":"function")");
  row.tool_choice = ToolChoiceForm::kRequired;
  EXPECT_HAS(BodyOf(request, row), R"("tool_choice":"required")");
}

TEST(OpenAiResponsesEncodeTest, FormatsOfTheAnswer) {
  ChatRequest request = Chat();
  request.format = AnswerFormat::kJsonObject;
  EXPECT_HAS(BodyOf(request), R"("text":{"format":{"type":"json_object"}})");
  request.format = AnswerFormat::kJsonSchema;
  request.schema = kSchema;
  EXPECT_HAS(
      BodyOf(request),
      R"("text":{"format":{"type":"json_schema","name":"person","description":"A person.",)"
      R"("schema":{"type":"object"},"strict":true}})"
  );
}

TEST(OpenAiResponsesEncodeTest, ThoughtsThatAreNotKeptComeEncrypted) {
  ChatRequest request = Chat();
  EXPECT_LACKS(BodyOf(request), "encrypted");
  EXPECT_HAS(
      BodyOf(request, OpenAi(), {.reasons = true}), R"("include":["reasoning.encrypted_content"])"
  );
  request.generation.reasoning_effort = ReasoningEffort::kLow;
  const std::string low = BodyOf(request);
  EXPECT_HAS(low, R"("reasoning":{"effort":"low"})");
  EXPECT_HAS(low, "encrypted");
  EXPECT_LACKS(BodyOf(request, {}), "encrypted");
  request.generation.reasoning_effort = ReasoningEffort::kNone;
  EXPECT_LACKS(BodyOf(request, OpenAi(), {.reasons = true}), "encrypted");
}

TEST(OpenAiResponsesEncodeTest, ThoughtsInWordsForWhoWantsToReadThem) {
  ChatRequest request = Chat();
  request.include_thinking = true;
  EXPECT_HAS(BodyOf(request, OpenAi(), {.reasons = true}), R"("reasoning":{"summary":"auto"})");
  EXPECT_LACKS(BodyOf(request), "summary");
}

TEST(OpenAiResponsesEncodeTest, SettingsThatTheApiHas) {
  ChatRequest request = Chat();
  request.stream = true;
  request.extra_body = R"({"service_tier":"flex"})";
  request.generation = {
      .temperature = 0.5, .top_p = 1, .max_output_tokens = 99, .seed = 7, .stop = {"x"}
  };
  const std::string body = BodyOf(request);
  EXPECT_HAS(body, R"("temperature":0.5,"top_p":1,"max_output_tokens":99)");
  EXPECT_HAS(body, R"("stream":true)");
  EXPECT_HAS(body, R"("service_tier":"flex")");
  EXPECT_LACKS(body, "stop");
  EXPECT_LACKS(body, "stream_options");
  ProviderRow row = OpenAi();
  row.responses_body = R"({"temperature":0,"top_k":1})";
  EXPECT_HAS(BodyOf(request, row), R"("temperature":0.5)");
  EXPECT_HAS(BodyOf(request, row), R"("top_k":1)");
}

TEST(OpenAiResponsesEncodeTest, ThoughtsThatACallerBringsBackStandBeforeTheirCallAsTheyCame) {
  ChatRequest request = Chat();
  constexpr std::string_view kItem = R"({"type":"reasoning","id":"rs","encrypted_content":"zz"})";
  request.messages.push_back({
      .role = Role::kAssistant,
      .thinking = {{.text = "hm", .opaque = std::string(kItem)}},
      .tool_calls = {{.id = "c1", .name = "person", .arguments = "{}"}},
  });
  EXPECT_HAS(BodyOf(request), std::string(kItem) + R"(,{"type":"function_call","call_id":"c1")");
  for (const auto* opaque :
       {"zz", R"({"a":1})", R"({"type":"message"})", R"({"type":"reasoning"}],"x":1)"}) {
    request.messages.back().thinking[0].opaque = opaque;
    EXPECT_LACKS(BodyOf(request), "hm");
    EXPECT_LACKS(BodyOf(request), opaque) << "it is not what a provider gave";
  }
}

TEST(OpenAiResponsesEncodeTest, FailedTurnGoesBackAsItCame) {
  ChatRequest request = Chat();
  request.messages.push_back({
      .role = Role::kAssistant,
      .text = "not this",
      .verbatim = R"([{"type":"reasoning","encrypted_content":"zz"},{"type":"function_call"}])",
  });
  request.messages.push_back({.role = Role::kTool, .text = "wrong", .tool_call_id = "c1"});
  EXPECT_HAS(
      BodyOf(request),
      R"({"role":"user","content":"Ann is 40."},)"
      R"({"type":"reasoning","encrypted_content":"zz"},{"type":"function_call"},)"
      R"({"type":"function_call_output","call_id":"c1","output":"wrong"}])"
  );
  request.messages[3].verbatim.clear();
  request.messages[3].tool_calls = {{.id = "c1", .name = "person", .arguments = "{}"}};
  EXPECT_HAS(
      BodyOf(request),
      R"({"role":"assistant","content":"not this"},)"
      R"({"type":"function_call","call_id":"c1","name":"person","arguments":"{}"})"
  );
}

TEST(OpenAiResponsesEncodeTest, Media) {
  const auto part = [](Media media) {
    ChatRequest request = Chat();
    request.messages[2].media = {std::move(media)};
    return BodyOf(request);
  };
  EXPECT_HAS(
      part({.content = "a", .media_type = "image/png", .text_offset = 99}),
      R"("content":[{"type":"input_text","text":"Ann is 40."},)"
      R"({"type":"input_image","image_url":"data:image/png;base64,YQ=="}])"
  );
  EXPECT_HAS(
      part({.kind = MediaKind::kDocument, .source = MediaSource::kUrl, .content = "https://x"}),
      R"({"type":"input_file","file_url":"https://x"})"
  );
  EXPECT_HAS(
      part({.kind = MediaKind::kDocument, .content = "a", .media_type = "application/pdf"}),
      R"({"type":"input_file","filename":"document","file_data":"data:application/pdf;base64,YQ=="})"
  );
  EXPECT_HAS(
      part({.source = MediaSource::kFileId, .content = "f"}),
      R"({"type":"input_image","file_id":"f"})"
  );
}

SendResult Decode(std::string_view body, int status = 200) {
  return OpenAiResponses().Decode(status, body, NoHeader);
}

std::string Response(std::string_view output, std::string_view rest = R"("status":"completed")") {
  return fmt::format(R"({{"id":"resp_1","output":{},{}}})", output, rest);
}

TEST(OpenAiResponsesDecodeTest, FunctionCallWithThoughtsAndUsage) {
  constexpr std::string_view kOutput =
      R"([{"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"hm"}],)"
      R"("encrypted_content":"zz"},{"type":"function_call","id":"fc","call_id":"call_1",)"
      R"("name":"person","arguments":"{\"age\":40}","status":"completed"}])";
  const SendResult result = Decode(Response(
      kOutput,
      R"("status":"completed","error":null,"usage":{"input_tokens":40,"output_tokens":15,)"
      R"("total_tokens":55,"input_tokens_details":{"cached_tokens":8,"cache_write_tokens":2},)"
      R"("output_tokens_details":{"reasoning_tokens":5}})"
  ));
  ASSERT_TRUE(result.ok()) << result.message;
  ASSERT_EQ(result.reply.message.tool_calls.size(), 1U);
  EXPECT_EQ(result.reply.message.tool_calls[0].id, "call_1");
  EXPECT_EQ(result.reply.message.tool_calls[0].arguments, R"({"age":40})");
  ASSERT_EQ(result.reply.message.thinking.size(), 1U);
  EXPECT_EQ(result.reply.message.thinking[0].text, "hm");
  EXPECT_EQ(
      result.reply.message.thinking[0].opaque,
      R"({"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"hm"}],)"
      R"("encrypted_content":"zz"})"
  ) << "what goes back is the item";
  EXPECT_EQ(result.reply.finish_reason, FinishReason::kToolCalls);
  EXPECT_EQ(result.reply.usage, (Usage{40, 15, 8, 2, 5}));
  EXPECT_EQ(result.reply.message.verbatim, kOutput);
}

TEST(OpenAiResponsesDecodeTest, TextIsWhatIsNeitherCommentNorRefusal) {
  const SendResult result = Decode(Response(
      R"([{"type":"web_search_call"},)"
      R"({"type":"message","phase":"commentary","content":[{"type":"output_text","text":"so…"}]},)"
      R"({"type":"message","content":[{"type":"output_text","text":"{\"a\":"},)"
      R"({"type":"output_text","text":"1}","annotations":[)"
      R"({"type":"url_citation","url":"https://a","title":"A"}]}]}])"
  ));
  EXPECT_EQ(result.reply.message.text, R"({"a":1})");
  EXPECT_EQ(result.reply.message.thinking.at(0).text, "so…");
  EXPECT_EQ(result.reply.citations.at(0).url, "https://a");
  EXPECT_EQ(result.reply.finish_reason, FinishReason::kStop);
}

TEST(OpenAiResponsesDecodeTest, RefusalsAndCutAnswers) {
  const SendResult refusal =
      Decode(Response(R"([{"type":"message","content":[{"type":"refusal","refusal":"I can't."}]}])")
      );
  EXPECT_EQ(refusal.reply.refusal, "I can't.");
  EXPECT_EQ(refusal.reply.finish_reason, FinishReason::kRefusal);
  const auto finish = [](std::string_view reason) {
    return Decode(Response(
                      "[]",
                      fmt::format(
                          R"("status":"incomplete","incomplete_details":{{"reason":"{}"}})", reason
                      )
                  ))
        .reply.finish_reason;
  };
  EXPECT_EQ(finish("max_output_tokens"), FinishReason::kLength);
  EXPECT_EQ(finish("content_filter"), FinishReason::kContentFilter);
  EXPECT_EQ(finish("steered"), FinishReason::kOther);
}

TEST(OpenAiResponsesDecodeTest, FailuresUnderStatus200) {
  const auto failure = [](std::string_view rest) { return Decode(Response("[]", rest)).failure; };
  EXPECT_EQ(
      failure(R"("status":"failed","error":{"code":"server_error","message":"x"})"),
      SendFailure::kServerError
  );
  EXPECT_EQ(
      failure(R"("status":"failed","error":{"code":"rate_limit_exceeded","message":"x"})"),
      SendFailure::kRateLimited
  );
  EXPECT_EQ(
      failure(R"("status":"failed","error":{"code":"invalid_prompt","message":"x"})"),
      SendFailure::kRejected
  );
  EXPECT_EQ(
      failure(R"("status":"failed","error":{"code":"bio_policy","message":"x"})"),
      SendFailure::kContentFiltered
  );
  EXPECT_EQ(failure(R"("status":"failed","error":null)"), SendFailure::kServerError);
  EXPECT_EQ(failure(R"("status":"in_progress")"), SendFailure::kMalformed);
  EXPECT_EQ(Decode(R"({"code":"x","error":"bad credit"})").failure, SendFailure::kServerError);
  EXPECT_EQ(Decode(R"({"status":"completed"})").failure, SendFailure::kMalformed);
  EXPECT_EQ(Decode("[]").failure, SendFailure::kMalformed);
  EXPECT_EQ(Decode("").failure, SendFailure::kMalformed);
}

TEST(OpenAiResponsesDecodeTest, ErrorsAreThoseOfTheChatProtocol) {
  EXPECT_EQ(
      Decode(R"({"error":{"message":"m","code":"context_length_exceeded"}})", 400).failure,
      SendFailure::kContextTooLong
  );
  EXPECT_EQ(Decode("<html>", 502).failure, SendFailure::kServerError);
}

}  // namespace
}  // namespace extractd::providers
