#include "server/providers/dialects/ollama/ollama_chat.h"

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
  return {
      .name = "ollama",
      .chat_path = "/api/chat",
      .max_tokens_field = "num_predict",
      .tool_choice = ToolChoiceForm::kNone,
  };
}

ChatRequest Chat() {
  return {.model = "qwen3", .messages = {{.role = Role::kUser, .text = "Ann is 40."}}};
}

std::string Encode(
    const ChatRequest& request, const ProviderRow& row = Row(), const ModelFamily& family = {}
) {
  const auto body = OllamaChat().EncodeBody(row, family, request);
  EXPECT_TRUE(body.ok()) << body.status();
  const json::ParseResult parsed =
      json::ParseView(*body, {.duplicate_keys = json::DuplicateKeys::kReject});
  EXPECT_TRUE(std::holds_alternative<json::Document>(parsed)) << *body;
  return *body;
}

void ExpectPart(const std::string& body, std::string_view part) {
  EXPECT_NE(body.find(part), std::string::npos) << body;
}

TEST(OllamaChatEncodeTest, AChatThatIsNotStreamedSaysSo) {
  EXPECT_EQ(
      Encode(Chat()),
      R"({"model":"qwen3","stream":false,"messages":[{"role":"user","content":"Ann is 40."}]})"
  );
  ChatRequest request = Chat();
  request.stream = true;
  ExpectPart(Encode(request), R"("stream":true)");
}

TEST(OllamaChatEncodeTest, TheFormatIsTheSchemaItself) {
  ChatRequest request = Chat();
  request.format = AnswerFormat::kJsonSchema;
  request.schema = kSchema;
  ExpectPart(Encode(request), R"("format":{"type":"object"}})");
  request.format = AnswerFormat::kJsonObject;
  ExpectPart(Encode(request), R"("format":"json"})");
}

TEST(OllamaChatEncodeTest, ToolsAreOfferedAndCannotBeForced) {
  ChatRequest request = Chat();
  request.tools = {kSchema};
  const std::string body = Encode(request);
  ExpectPart(
      body,
      R"("tools":[{"type":"function","function":{"name":"person","description":"A person.",)"
      R"("parameters":{"type":"object"}}}]})"
  );
  EXPECT_EQ(body.find("tool_choice"), std::string::npos);
}

TEST(OllamaChatEncodeTest, GenerationStandsInTheOptionsOverThoseOfTheRow) {
  ProviderRow row = Row();
  row.body = R"({"truncate":false,"options":{"temperature":0,"num_ctx":8192}})";
  ChatRequest request = Chat();
  request.generation = {
      .temperature = 0.5, .top_p = 0.9, .max_output_tokens = 99, .seed = 7, .stop = {"END"}
  };
  const std::string body = Encode(request, row);
  ExpectPart(body, R"("truncate":false)");
  ExpectPart(
      body,
      R"("options":{"temperature":0.5,"num_ctx":8192,"top_p":0.9,"num_predict":99,"seed":7,)"
      R"("stop":["END"]})"
  );
  ExpectPart(Encode(Chat(), row), R"("options":{"temperature":0,"num_ctx":8192})");
}

TEST(OllamaChatEncodeTest, ThinkingIsASwitchAndALevelForTheFewThatKnowLevels) {
  ProviderRow row = Row();
  row.body = R"({"think":false})";
  ChatRequest request = Chat();
  ExpectPart(Encode(request, row), R"("think":false)");
  request.include_thinking = true;
  ExpectPart(Encode(request, row), R"("think":true)");
  request.generation.reasoning_effort = ReasoningEffort::kNone;
  ExpectPart(Encode(request, row), R"("think":false)");
  request.generation.reasoning_effort = ReasoningEffort::kLow;
  ExpectPart(Encode(request, row), R"("think":true)");
  ExpectPart(Encode(request, row, {.efforts = {"", "low", "medium", "high"}}), R"("think":"low")");
  request.generation.reasoning_effort.reset();
  request.generation.thinking_budget_tokens = 100;
  ExpectPart(Encode(request, row), R"("think":true)");
}

TEST(OllamaChatEncodeTest, ImagesStandBesideTheText) {
  ChatRequest request = Chat();
  request.messages[0].media = {{.content = "PNG", .media_type = "image/png"}};
  ExpectPart(Encode(request), R"({"role":"user","content":"Ann is 40.","images":["UE5H"]})");
  request.messages[0].media.push_back(
      {.kind = MediaKind::kDocument,
       .content = " Bob is 7.",
       .media_type = "text/plain",
       .text_offset = 10}
  );
  ExpectPart(Encode(request), R"("content":"Ann is 40. Bob is 7.","images":["UE5H"]})");
  const std::vector<Media> refused = {
      {.source = MediaSource::kUrl, .content = "https://x.example/a.png"},
      {.kind = MediaKind::kAudio, .content = "x", .media_type = "audio/wav"},
      {.kind = MediaKind::kDocument, .content = "x", .media_type = "application/pdf"},
  };
  for (const Media& media : refused) {
    request.messages[0].media = {media};
    const auto body = OllamaChat().EncodeBody(Row(), {}, request);
    EXPECT_TRUE(absl::IsInvalidArgument(body.status())) << body.status();
  }
}

TEST(OllamaChatEncodeTest, ACorrectionNamesTheToolAndSendsArgumentsAsAnObject) {
  ChatRequest request = Chat();
  request.messages.push_back(
      {.role = Role::kAssistant,
       .thinking = {{.text = "Hm."}},
       .tool_calls = {{"c1", "person", R"({"age":"x"})"}, {"c2", "other", "no object"}}}
  );
  request.messages.push_back({.role = Role::kTool, .text = "wrong", .tool_call_id = "c1"});
  ExpectPart(
      Encode(request),
      R"({"role":"assistant","content":"","thinking":"Hm.","tool_calls":[{"id":"c1","function":)"
      R"({"name":"person","arguments":{"age":"x"}}},{"id":"c2","function":{"name":"other",)"
      R"("arguments":{"arguments":"no object"}}}]},)"
      R"({"role":"tool","tool_name":"person","tool_call_id":"c1","content":"wrong"})"
  );
}

TEST(OllamaChatEncodeTest, CallsWithoutIdsAreAnsweredByName) {
  ChatRequest request = Chat();
  request.messages.push_back({.role = Role::kAssistant, .tool_calls = {{"", "person", "{}"}}});
  request.messages.push_back({.role = Role::kTool, .text = "wrong"});
  ExpectPart(
      Encode(request),
      R"("tool_calls":[{"function":{"name":"person","arguments":{}}}]},)"
      R"({"role":"tool","tool_name":"person","content":"wrong"})"
  );
}

SendResult Decode(std::string_view body, int status = 200) {
  return OllamaChat().Decode(status, body, NoHeader);
}

TEST(OllamaChatDecodeTest, TextThoughtsAndUsage) {
  const SendResult result =
      Decode(R"({"model":"qwen3","message":{"role":"assistant","content":"{}","thinking":"Hm."},)"
             R"("done":true,"done_reason":"stop","prompt_eval_count":20,"eval_count":9})");
  ASSERT_TRUE(result.ok()) << result.message;
  EXPECT_EQ(result.reply.message.text, "{}");
  EXPECT_EQ(result.reply.message.thinking[0].text, "Hm.");
  EXPECT_EQ(result.reply.finish_reason, FinishReason::kStop);
  EXPECT_EQ(result.reply.usage, (Usage{.input_tokens = 20, .output_tokens = 9}));
}

TEST(OllamaChatDecodeTest, ArgumentsAreObjects) {
  const SendResult result = Decode(
      R"({"message":{"content":"","tool_calls":[{"id":"c1","function":{"index":0,"name":"person",)"
      R"("arguments":{"age":40}}},{"function":{"name":"person"}}]},"done":true})"
  );
  ASSERT_TRUE(result.ok()) << result.message;
  ASSERT_EQ(result.reply.message.tool_calls.size(), 2U);
  EXPECT_EQ(result.reply.message.tool_calls[0].id, "c1");
  EXPECT_EQ(result.reply.message.tool_calls[0].arguments, R"({"age":40})");
  EXPECT_EQ(result.reply.message.tool_calls[1].arguments, "");
}

TEST(OllamaChatDecodeTest, ALimitCutsTheAnswer) {
  EXPECT_EQ(
      Decode(R"({"message":{"content":"{"},"done":true,"done_reason":"length"})")
          .reply.finish_reason,
      FinishReason::kLength
  );
  EXPECT_EQ(
      Decode(R"({"message":{"content":""},"done":true,"done_reason":"load"})").reply.finish_reason,
      FinishReason::kOther
  );
}

TEST(OllamaChatDecodeTest, WhatIsNoReplyIsMalformed) {
  for (const auto* body :
       {"", "<html>", "[]", "{}", R"({"message":{"content":"{}"},"done":false})"}) {
    EXPECT_EQ(Decode(body).failure, SendFailure::kMalformed) << body;
  }
}

TEST(OllamaChatErrorsTest, StatusAndWordsSayWhatWentWrong) {
  struct Case {
    int status;
    std::string_view said;
    SendFailure failure;
  };
  const std::vector<Case> cases = {
      {404, "model 'x' not found", SendFailure::kUnknownModel},
      {404, "page not found", SendFailure::kRejected},
      {400, "the input length exceeds the context length", SendFailure::kContextTooLong},
      {400, "registry.ollama.ai/library/x does not support tools", SendFailure::kRejected},
      {400, "invalid JSON schema in format", SendFailure::kSchemaRejected},
      {500, "failed to load model vocabulary required for format", SendFailure::kSchemaRejected},
      {500, "llama runner process has terminated", SendFailure::kServerError},
      {503,
       "server busy, please try again.  maximum pending requests exceeded",
       SendFailure::kServerError},
      {401, "unauthorized", SendFailure::kAuth},
      {429, "too many requests", SendFailure::kRateLimited},
      {429, "you have reached your weekly usage limit", SendFailure::kQuotaExhausted},
      {200, "an error was encountered while running the model", SendFailure::kServerError},
  };
  for (const Case& c : cases) {
    const SendResult result = Decode(std::string(R"({"error":")").append(c.said) + "\"}", c.status);
    EXPECT_EQ(SendFailureName(result.failure), SendFailureName(c.failure)) << c.said;
    const bool quoted = result.message.find(c.said) != std::string::npos;
    EXPECT_EQ(quoted, c.failure != SendFailure::kAuth) << result.message;
  }
  EXPECT_EQ(Decode(R"({"error":{"message":"busy"}})", 503).message, "the provider says: busy");
  EXPECT_EQ(Decode("", 502).message, "the provider answered with status 502");
}

struct Streamed {
  SendResult result = {};
  DeltaLog deltas = {};
  size_t read = 0;
};

Streamed Stream(const std::vector<std::string>& lines) {
  Streamed streamed;
  const auto decoder = OllamaChat().NewStreamDecoder();
  for (const std::string& line : lines) {
    ++streamed.read;
    if (!decoder->Read({.data = line}, streamed.deltas)) break;
  }
  streamed.result = decoder->Finish();
  return streamed;
}

TEST(OllamaChatStreamTest, LinesAddUpToTheReply) {
  EXPECT_EQ(OllamaChat().framing(), StreamFraming::kJsonLines);
  const Streamed streamed = Stream({
      R"({"message":{"content":"","thinking":"Hm."},"done":false})",
      R"({"message":{"content":"{\"name\":"},"done":false})",
      R"({"message":{"content":"\"Ada\"}"},"done":false})",
      R"({"message":{"content":"","tool_calls":[{"function":{"name":"f","arguments":{"a":1}}}]},)"
      R"("done":false})",
      R"({"message":{"content":""},"done":true,"done_reason":"stop","prompt_eval_count":20,)"
      R"("eval_count":9})",
      R"({"message":{"content":"too late"},"done":false})",
  });
  ASSERT_TRUE(streamed.result.ok()) << streamed.result.message;
  EXPECT_EQ(streamed.read, 5U);
  EXPECT_EQ(streamed.result.reply.message.text, R"({"name":"Ada"})");
  EXPECT_EQ(streamed.result.reply.message.thinking[0].text, "Hm.");
  EXPECT_EQ(streamed.result.reply.usage.input_tokens, 20);
  EXPECT_EQ(
      streamed.deltas.lines,
      (std::vector<std::string>{
          "thinking Hm.", R"(text {"name":)", R"(text "Ada"})", R"(0 f {"a":1})"
      })
  );
}

TEST(OllamaChatStreamTest, AnErrorLineIsNoAnswer) {
  const Streamed streamed = Stream({
      R"({"message":{"content":"{}"},"done":false})",
      R"({"error":"an error was encountered while running the model: GPU"})",
      R"({"message":{"content":""},"done":true})",
  });
  EXPECT_EQ(streamed.result.failure, SendFailure::kServerError);
  EXPECT_EQ(streamed.read, 2U);
}

TEST(OllamaChatStreamTest, AStreamWithoutItsEndIsMalformed) {
  EXPECT_EQ(Stream({}).result.failure, SendFailure::kMalformed);
  EXPECT_EQ(
      Stream({R"({"message":{"content":"{}"},"done":false})"}).result.failure,
      SendFailure::kMalformed
  );
  EXPECT_EQ(Stream({R"({"message":{"cont)"}).result.failure, SendFailure::kMalformed);
}

}  // namespace
}  // namespace extractd::providers
