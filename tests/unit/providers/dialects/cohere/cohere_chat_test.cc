#include "server/providers/dialects/cohere/cohere_chat.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "tests/fakes/delta_log.h"

namespace extractd::providers {
namespace {

constexpr SchemaText kSchema = {
    .name = "person", .description = "A person.", .json = R"({"type":"object"})", .strict = true
};

ProviderRow Row() {
  return {.name = "cohere", .chat_path = "/v2/chat", .tool_choice = ToolChoiceForm::kRequired};
}

ChatRequest Chat() {
  return {
      .model = "command-a",
      .messages =
          {{.role = Role::kSystem, .text = "Be exact."}, {.role = Role::kUser, .text = "Ann is 40."}
          },
  };
}

std::string Encode(
    const ChatRequest& request, const ProviderRow& row = Row(), const ModelFamily& family = {}
) {
  const auto body = CohereChat().EncodeBody(row, family, request);
  EXPECT_TRUE(body.ok()) << body.status();
  const json::ParseResult parsed =
      json::ParseView(*body, {.duplicate_keys = json::DuplicateKeys::kReject});
  EXPECT_TRUE(std::holds_alternative<json::Document>(parsed)) << *body;
  return *body;
}

void ExpectPart(const std::string& body, std::string_view part) {
  EXPECT_NE(body.find(part), std::string::npos) << body;
}

void ExpectNoPart(const std::string& body, std::string_view part) {
  EXPECT_EQ(body.find(part), std::string::npos) << body;
}

TEST(CohereChatEncodeTest, PlainChat) {
  EXPECT_EQ(
      Encode(Chat()),
      R"({"model":"command-a","stream":false,"messages":[{"role":"system","content":"Be exact."},)"
      R"({"role":"user","content":"Ann is 40."}]})"
  );
}

TEST(CohereChatEncodeTest, AToolIsForcedByAWordAndNeverByItsName) {
  ChatRequest request = Chat();
  request.tools = {kSchema};
  ExpectPart(
      Encode(request),
      R"("tools":[{"type":"function","function":{"name":"person","description":"A person.",)"
      R"("parameters":{"type":"object"}}}],"tool_choice":"REQUIRED"})"
  );
  ExpectNoPart(Encode(request, Row(), {.forced_tool = false}), "tool_choice");
  request.tool_use = ToolUse::kFree;
  ExpectNoPart(Encode(request), "tool_choice");
}

TEST(CohereChatEncodeTest, StrictToolsAreSentWhereTheRowTakesThemAndAllToolsFit) {
  ProviderRow row = Row();
  row.sends_strict_tools = true;
  ChatRequest request = Chat();
  request.tools = {kSchema, kSchema};
  ExpectPart(Encode(request, row), R"("strict_tools":true)");
  ExpectNoPart(Encode(request), "strict_tools");
  request.tools[1].strict = false;
  ExpectNoPart(Encode(request, row), "strict_tools");
}

TEST(CohereChatEncodeTest, TheSchemaStandsInTheJsonObjectFormat) {
  ChatRequest request = Chat();
  request.format = AnswerFormat::kJsonObject;
  ExpectPart(Encode(request), R"("response_format":{"type":"json_object"}})");
  request.format = AnswerFormat::kJsonSchema;
  request.schema = kSchema;
  ExpectPart(
      Encode(request),
      R"("response_format":{"type":"json_object","json_schema":{"type":"object"}}})"
  );
}

TEST(CohereChatEncodeTest, GenerationHasCoheresNames) {
  ChatRequest request = Chat();
  request.stream = true;
  request.generation = {
      .temperature = 0.5, .top_p = 0.9, .max_output_tokens = 99, .seed = 7, .stop = {"END", "\n"}
  };
  const std::string body = Encode(request);
  ExpectPart(body, R"("stream":true)");
  ExpectPart(
      body, R"("temperature":0.5,"p":0.9,"max_tokens":99,"seed":7,"stop_sequences":["END","\n"]})"
  );
}

TEST(CohereChatEncodeTest, ThinkingIsABudgetAnEffortOrOff) {
  ChatRequest request = Chat();
  const ModelFamily thinker = {.reasons = true};
  request.generation.thinking_budget_tokens = 500;
  ExpectPart(Encode(request), R"("thinking":{"type":"enabled","token_budget":500})");
  request.generation.thinking_budget_tokens.reset();
  request.generation.reasoning_effort = ReasoningEffort::kLow;
  ExpectPart(Encode(request), R"("thinking":{"type":"enabled","token_budget":1024})");
  ExpectPart(
      Encode(request, Row(), {.efforts = {"", "77", "", ""}}),
      R"("thinking":{"type":"enabled","token_budget":77})"
  );
  request.generation.reasoning_effort = ReasoningEffort::kHigh;
  ExpectPart(Encode(request), R"("thinking":{"type":"enabled"}})");
  request.generation.reasoning_effort = ReasoningEffort::kNone;
  ExpectPart(Encode(request, Row(), thinker), R"("thinking":{"type":"disabled"})");
  ExpectNoPart(Encode(request), "thinking");
}

TEST(CohereChatEncodeTest, ImagesStandWhereTheyStoodInTheText) {
  ChatRequest request = Chat();
  request.messages[1].media = {
      {.content = "PNG", .media_type = "image/png", .text_offset = 4},
      {.source = MediaSource::kUrl, .content = "https://x.example/a.jpg", .text_offset = 10},
  };
  ExpectPart(
      Encode(request),
      R"("content":[{"type":"text","text":"Ann "},)"
      R"({"type":"image_url","image_url":{"url":"data:image/png;base64,UE5H"}},)"
      R"({"type":"text","text":"is 40."},)"
      R"({"type":"image_url","image_url":{"url":"https://x.example/a.jpg"}}])"
  );
}

TEST(CohereChatEncodeTest, DocumentsStandApartUnlessAFormatForbidsThem) {
  ChatRequest request = Chat();
  request.messages[1].media = {
      {.kind = MediaKind::kDocument,
       .content = "Ann was born in 1985.",
       .media_type = "text/plain",
       .filename = "ann.txt"}
  };
  const std::string apart = Encode(request);
  ExpectPart(apart, R"("documents":[{"data":{"title":"ann.txt","text":"Ann was born in 1985."}}])");
  ExpectPart(apart, R"("content":[{"type":"text","text":"Ann is 40."}])");
  request.format = AnswerFormat::kJsonObject;
  const std::string inside = Encode(request);
  ExpectNoPart(inside, "documents");
  ExpectPart(
      inside,
      R"([{"type":"text","text":"Ann was born in 1985."},{"type":"text","text":"Ann is 40."}])"
  );
}

TEST(CohereChatEncodeTest, MediaWithoutAPlaceAreRefused) {
  const std::vector<Media> refused = {
      {.kind = MediaKind::kAudio, .content = "x", .media_type = "audio/wav"},
      {.source = MediaSource::kFileId, .content = "file-1"},
      {.kind = MediaKind::kDocument, .content = "x", .media_type = "application/pdf"},
      {.kind = MediaKind::kDocument, .source = MediaSource::kUrl, .content = "https://x.example"},
  };
  for (const Media& media : refused) {
    ChatRequest request = Chat();
    request.messages[1].media = {media};
    const auto body = CohereChat().EncodeBody(Row(), {}, request);
    EXPECT_TRUE(absl::IsInvalidArgument(body.status())) << body.status();
  }
}

TEST(CohereChatEncodeTest, ACorrectionSendsTheReplyBackAsItWas) {
  const SendResult reply = CohereChat().Decode(
      200,
      R"({"message":{"role":"assistant","tool_plan":"I will call.","content":[{"type":"thinking",)"
      R"("thinking":"Hm."}],"tool_calls":[{"id":"c1","type":"function","function":{"name":"person",)"
      R"("arguments":"{\"age\":\"x\"}"}}]},"finish_reason":"TOOL_CALL"})",
      NoHeader
  );
  ASSERT_TRUE(reply.ok()) << reply.message;
  ChatRequest request = Chat();
  request.messages.push_back(reply.reply.message);
  request.messages.push_back({.role = Role::kTool, .text = "wrong", .tool_call_id = "c1"});
  ExpectPart(
      Encode(request),
      R"({"role":"assistant","tool_plan":"I will call.","tool_calls":[{"id":"c1","type":"function",)"
      R"("function":{"name":"person","arguments":"{\"age\":\"x\"}"}}],)"
      R"("content":[{"type":"thinking","thinking":"Hm."}]},)"
      R"({"role":"tool","tool_call_id":"c1","content":"wrong"})"
  );
}

TEST(CohereChatEncodeTest, ThoughtsThatACallerBringsBackAreThePlanOfACallOrContent) {
  ChatRequest request = Chat();
  request.messages.push_back(
      {.role = Role::kAssistant, .text = "Ann.", .thinking = {{.text = "Hm."}}}
  );
  ExpectPart(
      Encode(request),
      R"({"role":"assistant","content":[{"type":"thinking","thinking":"Hm."},)"
      R"({"type":"text","text":"Ann."}]})"
  );
  request.messages.back() = {
      .role = Role::kAssistant,
      .thinking = {{.text = "I will call."}},
      .tool_calls = {{.id = "c1", .name = "person", .arguments = "{}"}},
  };
  ExpectPart(Encode(request), R"({"role":"assistant","tool_plan":"I will call.","tool_calls":[{)");
}

TEST(CohereChatEncodeTest, WhatHasNoFieldOfItsOwnIsTheCallersToAdd) {
  ChatRequest request = Chat();
  request.extra_body = R"({"safety_mode":"OFF","citation_options":{"mode":"FAST"},"k":5})";
  ExpectPart(Encode(request), R"("safety_mode":"OFF","citation_options":{"mode":"FAST"},"k":5})");
}

SendResult Decode(std::string_view body, int status = 200) {
  return CohereChat().Decode(status, body, NoHeader);
}

TEST(CohereChatDecodeTest, TextThoughtsAndUsage) {
  const SendResult result = Decode(
      R"({"id":"1","message":{"role":"assistant","content":[{"type":"thinking","thinking":"Hm."},)"
      R"({"type":"text","text":"{\"a\""},{"type":"text","text":":1}"}]},"finish_reason":"COMPLETE",)"
      R"("usage":{"billed_units":{"input_tokens":12.0,"output_tokens":9.0},)"
      R"("tokens":{"input_tokens":496.0,"output_tokens":11.5,"reasoning_tokens":4},)"
      R"("cached_tokens":480}})"
  );
  ASSERT_TRUE(result.ok()) << result.message;
  EXPECT_EQ(result.reply.message.text, R"({"a":1})");
  ASSERT_EQ(result.reply.message.thinking.size(), 1U);
  EXPECT_EQ(result.reply.message.thinking[0].text, "Hm.");
  EXPECT_EQ(result.reply.finish_reason, FinishReason::kStop);
  const Usage usage = {
      .input_tokens = 496, .output_tokens = 9, .cached_input_tokens = 480, .reasoning_tokens = 4
  };
  EXPECT_EQ(result.reply.usage, usage);
}

TEST(CohereChatDecodeTest, CountsThatAreNoTokensAreNone) {
  const SendResult result =
      Decode(R"({"message":{"content":"x"},"finish_reason":"COMPLETE","usage":{"billed_units":)"
             R"({"input_tokens":2.5,"output_tokens":-3},"tokens":null,"cached_tokens":1e300}})");
  ASSERT_TRUE(result.ok()) << result.message;
  EXPECT_EQ(result.reply.message.text, "x");
  EXPECT_EQ(result.reply.usage.input_tokens, 3);
  EXPECT_EQ(result.reply.usage.output_tokens, 0);
  EXPECT_EQ(result.reply.usage.cached_input_tokens, 3);
}

TEST(CohereChatDecodeTest, CallsAndTheirPlan) {
  const SendResult result =
      Decode(R"({"message":{"tool_plan":"First a, then b.","tool_calls":[)"
             R"({"id":"a1","type":"function","function":{"name":"a","arguments":"{}"}},)"
             R"({"id":"b1","type":"function","function":{"name":"b","arguments":{"x":1}}}]},)"
             R"("finish_reason":"TOOL_CALL"})");
  ASSERT_TRUE(result.ok()) << result.message;
  const std::vector<ToolCall>& calls = result.reply.message.tool_calls;
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].id, "a1");
  EXPECT_EQ(calls[0].arguments, "{}");
  EXPECT_EQ(calls[1].name, "b");
  EXPECT_EQ(calls[1].arguments, R"({"x":1})");
  EXPECT_EQ(result.reply.message.thinking[0].text, "First a, then b.");
  EXPECT_EQ(result.reply.message.text, "") << "a plan is no answer";
  EXPECT_EQ(result.reply.finish_reason, FinishReason::kToolCalls);
}

TEST(CohereChatDecodeTest, EverySourceIsACitation) {
  const SendResult result = Decode(
      R"({"message":{"content":[{"type":"text","text":"Born in 1985."}],"citations":[{"start":8,)"
      R"("end":12,"text":"1985","sources":[{"type":"document","id":"doc:0","document":)"
      R"({"title":"ann.txt","text":"…"}},{"type":"tool","id":"https://x.example/ann",)"
      R"("tool_output":{"title":"Ann","url":"https://x.example/a"}},)"
      R"({"type":"tool","id":"https://x.example/b"}]}]},"finish_reason":"COMPLETE"})"
  );
  ASSERT_TRUE(result.ok()) << result.message;
  const std::vector<Citation>& citations = result.reply.citations;
  ASSERT_EQ(citations.size(), 3U);
  EXPECT_EQ(citations[0].text, "1985");
  EXPECT_EQ(citations[0].title, "ann.txt");
  EXPECT_EQ(citations[0].url, "");
  EXPECT_EQ(citations[1].title, "Ann");
  EXPECT_EQ(citations[1].url, "https://x.example/a");
  EXPECT_EQ(citations[2].url, "https://x.example/b");
}

TEST(CohereChatDecodeTest, EveryReasonToStop) {
  const auto reason = [](std::string_view word) {
    return Decode(
        std::string(R"({"message":{"content":"x"},"finish_reason":")").append(word).append("\"}")
    );
  };
  EXPECT_EQ(reason("COMPLETE").reply.finish_reason, FinishReason::kStop);
  EXPECT_EQ(reason("STOP_SEQUENCE").reply.finish_reason, FinishReason::kStop);
  EXPECT_EQ(reason("TOOL_CALL").reply.finish_reason, FinishReason::kToolCalls);
  EXPECT_EQ(reason("MAX_TOKENS").reply.finish_reason, FinishReason::kLength);
  EXPECT_EQ(reason("ERROR_TOXIC").reply.finish_reason, FinishReason::kContentFilter);
  EXPECT_EQ(reason("NEW").reply.finish_reason, FinishReason::kOther);
  EXPECT_EQ(reason("ERROR").failure, SendFailure::kServerError);
  EXPECT_EQ(reason("TIMEOUT").failure, SendFailure::kServerError);
}

TEST(CohereChatDecodeTest, WhatIsNoReplyIsMalformed) {
  for (const auto* body : {"", "<html>", "[]", "{}", R"({"message":"x"})", R"({"message":{)"}) {
    EXPECT_EQ(Decode(body).failure, SendFailure::kMalformed) << body;
  }
  const SendResult mended =
      Decode("{\"message\":{\"content\":\"a\xff\\ud800\"},\"finish_reason\":\"COMPLETE\"}");
  ASSERT_TRUE(mended.ok()) << mended.message;
  EXPECT_EQ(mended.reply.message.text, "a\uFFFD\uFFFD");
  EXPECT_TRUE(mended.reply.sanitized);
}

TEST(CohereChatErrorsTest, StatusAndWordsSayWhatWentWrong) {
  struct Case {
    int status;
    std::string_view body;
    SendFailure failure;
  };
  const std::vector<Case> cases = {
      {400, R"({"message":"invalid request: model is required"})", SendFailure::kRejected},
      {400,
       R"({"message":"too many tokens: size limit exceeded by 9"})",
       SendFailure::kContextTooLong},
      {400, R"({"error_type":"TOO_MANY_TOKENS","message":"no"})", SendFailure::kContextTooLong},
      {400,
       R"({"message":"invalid 'response_format': bad json_schema"})",
       SendFailure::kSchemaRejected},
      {400, R"({"message":"blocked output: change the prompt"})", SendFailure::kContentFiltered},
      {401, R"({"message":"invalid api token"})", SendFailure::kAuth},
      {402, R"({"message":"pay"})", SendFailure::kQuotaExhausted},
      {403, R"({"message":"no"})", SendFailure::kAuth},
      {404, R"({"message":"model 'x' was removed"})", SendFailure::kUnknownModel},
      {404, "", SendFailure::kRejected},
      {422, R"({"message":"invalid role"})", SendFailure::kRejected},
      {429,
       R"({"message":"You use a Trial key, limited to 20 API calls / minute."})",
       SendFailure::kRateLimited},
      {429,
       R"({"message":"You use a Trial key, limited to 1000 API calls / month."})",
       SendFailure::kQuotaExhausted},
      {498, R"({"message":"invalid token"})", SendFailure::kAuth},
      {499, "", SendFailure::kServerError},
      {500, "<html>", SendFailure::kServerError},
      {501, R"({"message":"not implemented"})", SendFailure::kRejected},
      {503, R"({"error":{"message":"busy"}})", SendFailure::kServerError},
  };
  for (const Case& c : cases) {
    const SendResult result = Decode(c.body, c.status);
    EXPECT_EQ(SendFailureName(result.failure), SendFailureName(c.failure)) << c.status << c.body;
    EXPECT_FALSE(result.message.empty());
  }
  EXPECT_EQ(Decode(R"({"error":{"message":"busy"}})", 503).message, "the provider says: busy");
  EXPECT_EQ(
      Decode(R"({"message":"bad key co-123"})", 401).message,
      "the provider answered with status 401"
  ) << "what is said of a key can hold a part of it";
}

struct Streamed {
  SendResult result = {};
  DeltaLog deltas = {};
  size_t read = 0;
};

Streamed Stream(const std::vector<std::string>& events) {
  Streamed streamed;
  const auto decoder = CohereChat().NewStreamDecoder();
  for (const std::string& event : events) {
    ++streamed.read;
    if (!decoder->Read({.data = event}, streamed.deltas)) break;
  }
  streamed.result = decoder->Finish();
  return streamed;
}

const std::string kStart =
    R"({"type":"message-start","id":"f1","delta":{"message":{"role":"assistant","content":[],)"
    R"("tool_plan":"","tool_calls":[],"citations":[]}}})";

TEST(CohereChatStreamTest, CallsComeInPiecesOfSingleObjects) {
  const Streamed streamed = Stream({
      kStart,
      R"({"type":"tool-plan-delta","delta":{"message":{"tool_plan":"I "}}})",
      R"({"type":"tool-plan-delta","delta":{"message":{"tool_plan":"will."}}})",
      R"({"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"p1",)"
      R"("type":"function","function":{"name":"person","arguments":""}}}}})",
      R"({"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":)"
      R"({"arguments":"{\"age\""}}}}})",
      R"({"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":)"
      R"({"arguments":":36}"}}}}})",
      R"({"type":"tool-call-end","index":0})",
      R"({"type":"message-end","delta":{"finish_reason":"TOOL_CALL","usage":{"tokens":)"
      R"({"input_tokens":20,"output_tokens":8}}}})",
      "[DONE]",
  });
  ASSERT_TRUE(streamed.result.ok()) << streamed.result.message;
  EXPECT_EQ(streamed.read, 8U) << "nothing counts behind message-end";
  const Message& message = streamed.result.reply.message;
  ASSERT_EQ(message.tool_calls.size(), 1U);
  EXPECT_EQ(message.tool_calls[0].id, "p1");
  EXPECT_EQ(message.tool_calls[0].arguments, R"({"age":36})");
  EXPECT_EQ(message.thinking[0].text, "I will.");
  EXPECT_EQ(streamed.result.reply.usage.output_tokens, 8);
  EXPECT_EQ(
      streamed.deltas.lines,
      (std::vector<std::string>{
          "thinking I ", "thinking will.", "0 person ", R"(0 person {"age")", "0 person :36}"
      })
  );
}

TEST(CohereChatStreamTest, TextAndThoughtsAreBlocksOfTheirOwn) {
  const Streamed streamed = Stream({
      kStart,
      R"({"type":"content-start","index":0,"delta":{"message":{"content":{"type":"thinking",)"
      R"("thinking":""}}}})",
      R"({"type":"content-delta","index":0,"delta":{"message":{"content":{"thinking":"Hm."}}}})",
      R"({"type":"content-end","index":0})",
      R"({"type":"content-start","index":1,"delta":{"message":{"content":{"type":"text",)"
      R"("text":"{"}}}})",
      R"({"type":"content-delta","index":1,"delta":{"message":{"content":{"text":"}"}}}})",
      R"({"type":"citation-start","index":0,"delta":{"message":{"citations":{"text":"x",)"
      R"("sources":[{"id":"doc:0","document":{"title":"t"}}]}}}})",
      R"({"type":"citation-end","index":0})",
      R"({"type":"debug","prompt":"…"})",
      R"({"type":"message-end","delta":{"finish_reason":"COMPLETE"}})",
  });
  ASSERT_TRUE(streamed.result.ok()) << streamed.result.message;
  EXPECT_EQ(streamed.result.reply.message.text, "{}");
  EXPECT_EQ(
      streamed.result.reply.message.verbatim,
      R"({"role":"assistant","content":[{"type":"thinking","thinking":"Hm."},)"
      R"({"type":"text","text":"{}"}]})"
  );
  ASSERT_EQ(streamed.result.reply.citations.size(), 1U);
  EXPECT_EQ(streamed.deltas.text, "{}");
  EXPECT_EQ(streamed.deltas.thinking, "Hm.");
}

TEST(CohereChatStreamTest, AFailureInTheMiddleIsNoAnswer) {
  const Streamed streamed = Stream({
      kStart,
      R"({"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"{\"a\":1}"}}}})",
      R"({"type":"message-end","delta":{"finish_reason":"ERROR","error":"the model is gone"}})",
  });
  EXPECT_EQ(streamed.result.failure, SendFailure::kServerError);
  EXPECT_EQ(streamed.result.message, "the provider says: the model is gone");
}

TEST(CohereChatStreamTest, AStreamWithoutItsEndIsMalformed) {
  EXPECT_EQ(Stream({}).result.failure, SendFailure::kMalformed);
  EXPECT_EQ(Stream({kStart}).result.failure, SendFailure::kMalformed);
  EXPECT_EQ(Stream({kStart, "[DONE]"}).result.failure, SendFailure::kMalformed);
  const Streamed broken = Stream({kStart, R"({"type":"content-de)", kStart});
  EXPECT_EQ(broken.result.failure, SendFailure::kMalformed);
  EXPECT_EQ(broken.read, 2U) << "behind an event that cannot be read nothing counts";
}

}  // namespace
}  // namespace extractd::providers
