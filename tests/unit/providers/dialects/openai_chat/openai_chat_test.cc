#include "server/providers/dialects/openai_chat/openai_chat.h"

#include <vector>

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/json/read.h"

namespace extractd::providers {
namespace {

constexpr SchemaText kSchema = {
    .name = "person", .description = "A person.", .json = R"({"type":"object"})", .strict = true
};

ProviderRow OpenAi() {
  return {
      .name = "openai",
      .max_tokens_field = "max_completion_tokens",
      .sends_strict_tools = true,
  };
}

ChatRequest Chat() {
  return {
      .model = "gpt \"x\"",
      .messages =
          {{.role = Role::kSystem, .text = "Be exact."},
           {.role = Role::kUser, .text = "Ann\nis 40."}},
  };
}

std::string Encode(
    const ChatRequest& request, const ProviderRow& row = OpenAi(), const ModelFamily& family = {}
) {
  const auto body = OpenAiChat().EncodeBody(row, family, request);
  EXPECT_TRUE(body.ok()) << body.status();
  const json::ParseResult parsed =
      json::ParseView(*body, {.duplicate_keys = json::DuplicateKeys::kReject});
  EXPECT_TRUE(std::holds_alternative<json::Document>(parsed)) << *body;
  return *body;
}

TEST(OpenAiChatEncodeTest, PlainChat) {
  EXPECT_EQ(
      Encode(Chat()),
      R"({"model":"gpt \"x\"","messages":[{"role":"system","content":"Be exact."},)"
      R"({"role":"user","content":"Ann\nis 40."}]})"
  );
}

TEST(OpenAiChatEncodeTest, ForcedToolInEachForm) {
  ChatRequest request = Chat();
  request.tools = {kSchema};
  const std::string named = Encode(request);
  EXPECT_NE(
      named.find(
          R"("tools":[{"type":"function","function":{"name":"person","description":"A person.",)"
          R"("parameters":{"type":"object"},"strict":true}}],)"
          R"("tool_choice":{"type":"function","function":{"name":"person"}},)"
          R"("parallel_tool_calls":false)"
      ),
      std::string::npos
  ) << named;

  ProviderRow row = OpenAi();
  row.tool_choice = ToolChoiceForm::kRequired;
  row.sends_strict_tools = false;
  row.sends_parallel_tool_calls = false;
  const std::string required = Encode(request, row);
  EXPECT_NE(required.find(R"("tool_choice":"required"})"), std::string::npos) << required;
  EXPECT_EQ(required.find("strict"), std::string::npos);
  row.tool_choice = ToolChoiceForm::kNone;
  EXPECT_EQ(Encode(request, row).find("tool_choice"), std::string::npos);
  EXPECT_NE(
      Encode(request, OpenAi(), {.forced_tool = false}).find(R"("tool_choice":"auto")"),
      std::string::npos
  );
}

TEST(OpenAiChatEncodeTest, ResponseFormats) {
  ChatRequest request = Chat();
  request.format = AnswerFormat::kJsonObject;
  EXPECT_NE(Encode(request).find(R"("response_format":{"type":"json_object"})"), std::string::npos);
  request.format = AnswerFormat::kJsonSchema;
  request.schema = kSchema;
  request.schema->strict = false;
  EXPECT_NE(
      Encode(request).find(
          R"("response_format":{"type":"json_schema","json_schema":{"name":"person",)"
          R"("description":"A person.","schema":{"type":"object"},"strict":false}})"
      ),
      std::string::npos
  );
}

TEST(OpenAiChatEncodeTest, GenerationSettingsOnlyWhereSet) {
  ChatRequest request = Chat();
  request.generation = {
      .temperature = 0.5, .top_p = 1, .max_output_tokens = 99, .seed = -7, .stop = {"\n", "x"}
  };
  EXPECT_NE(
      Encode(request).find(
          R"("temperature":0.5,"top_p":1,"max_completion_tokens":99,"seed":-7,"stop":["\n","x"]})"
      ),
      std::string::npos
  ) << Encode(request);
}

TEST(OpenAiChatEncodeTest, CorrectionTurnKeepsCallIdsAndArguments) {
  ChatRequest request = Chat();
  request.messages.push_back(
      {.role = Role::kAssistant, .tool_calls = {{"c1", "person", R"({"age":"x"})"}}}
  );
  request.messages.push_back({.role = Role::kTool, .text = "wrong", .tool_call_id = "c1"});
  EXPECT_NE(
      Encode(request).find(
          R"({"role":"assistant","tool_calls":[{"type":"function","id":"c1","function":)"
          R"({"name":"person","arguments":"{\"age\":\"x\"}"}}]},)"
          R"({"role":"tool","tool_call_id":"c1","content":"wrong"})"
      ),
      std::string::npos
  ) << Encode(request);
}

TEST(OpenAiChatEncodeTest, MembersOfRowAndFamilyAreDefaultsThoseOfTheCallerWin) {
  ProviderRow row = OpenAi();
  row.body = R"({"provider":{"require_parameters":true},"top_k":1,"temperature":0})";
  ChatRequest request = Chat();
  request.generation.temperature = 0.5;
  request.extra_body = R"({"provider":{"order":["x"]},"model":"other"})";
  const std::string body = Encode(request, row, {.body = R"({"top_k":2})"});
  EXPECT_NE(body.find(R"("provider":{"require_parameters":true,"order":["x"]})"), std::string::npos)
      << body;
  EXPECT_NE(body.find(R"("top_k":2)"), std::string::npos) << "the family knows better than the row";
  EXPECT_NE(body.find(R"("temperature":0.5)"), std::string::npos);
  EXPECT_NE(body.find(R"("model":"other")"), std::string::npos);
}

TEST(OpenAiChatEncodeTest, ReasoningIsSwitchedOffForToolsOnlyWhereItMustBe) {
  const ModelFamily family = {
      .reasons = true,
      .reasoning_off = R"({"reasoning_effort":"none"})",
      .tools_need_reasoning_off = true,
  };
  EXPECT_EQ(Encode(Chat(), OpenAi(), family).find("reasoning_effort"), std::string::npos);
  ChatRequest request = Chat();
  request.tools = {kSchema};
  EXPECT_NE(
      Encode(request, OpenAi(), family).find(R"("reasoning_effort":"none")"), std::string::npos
  );
}

TEST(OpenAiChatEncodeTest, ExtraBodyThatIsNoObjectIsAnError) {
  ChatRequest request = Chat();
  request.extra_body = "[]";
  EXPECT_TRUE(absl::IsInvalidArgument(OpenAiChat().EncodeBody(OpenAi(), {}, request).status()));
}

SendResult Decode(std::string_view body, int status = 200) {
  return OpenAiChat().Decode(status, body, NoHeader);
}

TEST(OpenAiChatDecodeTest, ToolCall) {
  const SendResult result = Decode(
      R"({"id":"1","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant",)"
      R"("content":null,"refusal":null,"tool_calls":[{"id":"call_1","type":"function",)"
      R"("function":{"name":"person","arguments":"{\"age\":40}"}}]}}],)"
      R"("usage":{"prompt_tokens":81,"completion_tokens":17,)"
      R"("prompt_tokens_details":{"cached_tokens":5,"cache_write_tokens":2},)"
      R"("completion_tokens_details":{"reasoning_tokens":3}}})"
  );
  ASSERT_TRUE(result.ok()) << result.message;
  ASSERT_EQ(result.reply.message.tool_calls.size(), 1U);
  EXPECT_EQ(result.reply.message.tool_calls[0].id, "call_1");
  EXPECT_EQ(result.reply.message.tool_calls[0].arguments, R"({"age":40})");
  EXPECT_EQ(result.reply.finish_reason, FinishReason::kStop);
  EXPECT_EQ(result.reply.usage, (Usage{81, 17, 5, 2, 3}));
}

TEST(OpenAiChatDecodeTest, ContentInEveryForm) {
  const auto content = [](std::string_view json) {
    return Decode(std::string(R"({"choices":[{"finish_reason":"stop","message":{"content":)")
                      .append(json)
                      .append("}}]}"))
        .reply.message.text;
  };
  EXPECT_EQ(content(R"("text")"), "text");
  EXPECT_EQ(content("null"), "");
  EXPECT_EQ(
      content(
          R"([{"type":"reasoning","text":"hm"},{"type":"text","text":"a"},{"type":"text","text":"b"}])"
      ),
      "ab"
  );
  EXPECT_EQ(content("7"), "");
}

TEST(OpenAiChatDecodeTest, ArgumentsAsObjectAndLegacyFunctionCall) {
  const SendResult object =
      Decode(R"({"choices":[{"finish_reason":"tool_calls","message":{"tool_calls":[)"
             R"({"function":{"name":"p","arguments":{"age":4.0}}}]}}]})");
  EXPECT_EQ(object.reply.message.tool_calls[0].arguments, R"({"age":4.0})");
  const SendResult legacy = Decode(R"({"choices":[{"finish_reason":"function_call","message":)"
                                   R"({"function_call":{"name":"p","arguments":"{}"}}}]})");
  ASSERT_EQ(legacy.reply.message.tool_calls.size(), 1U);
  EXPECT_EQ(legacy.reply.finish_reason, FinishReason::kToolCalls);
}

TEST(OpenAiChatDecodeTest, FinishReasons) {
  const auto finish = [](std::string_view name, std::string_view message = R"({"content":"x"})") {
    return Decode(std::string(R"({"choices":[{"finish_reason":)")
                      .append(name)
                      .append(R"(,"message":)")
                      .append(message)
                      .append("}]}"))
        .reply.finish_reason;
  };
  EXPECT_EQ(finish(R"("stop")"), FinishReason::kStop);
  EXPECT_EQ(finish(R"("eos")"), FinishReason::kStop);
  EXPECT_EQ(finish(R"("length")"), FinishReason::kLength);
  EXPECT_EQ(finish(R"("model_length")"), FinishReason::kLength);
  EXPECT_EQ(finish(R"("content_filter")"), FinishReason::kContentFilter);
  EXPECT_EQ(finish(R"("something")"), FinishReason::kOther);
  EXPECT_EQ(finish("null"), FinishReason::kUnspecified);
  EXPECT_EQ(finish(R"("stop")", R"({"refusal":"no"})"), FinishReason::kRefusal);
  EXPECT_EQ(
      finish(R"("")", R"({"tool_calls":[{"function":{"name":"p","arguments":"{}"}}]})"),
      FinishReason::kToolCalls
  );
}

TEST(OpenAiChatDecodeTest, UsageSpellings) {
  const auto usage = [](std::string_view text) {
    return Decode(
               std::string(R"({"choices":[{"message":{"content":"x"}}],)").append(text).append("}")
    )
        .reply.usage;
  };
  EXPECT_EQ(
      usage(R"("usage":{"prompt_tokens":9,"prompt_cache_hit_tokens":4})"), (Usage{9, 0, 4, 0, 0})
  );
  EXPECT_EQ(
      usage(R"("usage":null,"x_groq":{"usage":{"prompt_tokens":3}})"), (Usage{3, 0, 0, 0, 0})
  );
  EXPECT_EQ(usage(R"("usage":{"prompt_tokens":-5,"completion_tokens":"7"})"), Usage{});
  EXPECT_EQ(usage(R"("x":1)"), Usage{});
}

TEST(OpenAiChatDecodeTest, ThoughtsThatOnlyTheTotalCountsAreOutput) {
  const SendResult result =
      Decode(R"({"choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":12,)"
             R"("completion_tokens":1,"total_tokens":241,)"
             R"("completion_tokens_details":{"reasoning_tokens":228}}})");
  EXPECT_EQ(result.reply.usage, (Usage{12, 229, 0, 0, 228}));
}

TEST(OpenAiChatDecodeTest, BrokenRepliesAreMalformed) {
  for (const auto* body : {
           "",
           "<html>busy</html>",
           "[]",
           "{}",
           R"({"choices":[]})",
           R"({"choices":null})",
           R"({"choices":[{}]})",
           R"({"choices":[{"message":null}]})",
           R"({"choices":[{"message":{)",
       }) {
    EXPECT_EQ(Decode(body).failure, SendFailure::kMalformed) << body;
  }
}

TEST(OpenAiChatDecodeTest, LeadingBlankLinesAreNoHarm) {
  EXPECT_TRUE(Decode("\n\n\n{\"choices\":[{\"message\":{\"content\":\"x\"}}]}").ok());
}

TEST(OpenAiChatDecodeTest, BytesThatAreNotUtf8AreReplacedAndFlagged) {
  const SendResult result = Decode("{\"choices\":[{\"message\":{\"content\":\"a\xFFz\"}}]}");
  ASSERT_TRUE(result.ok()) << result.message;
  EXPECT_TRUE(result.reply.sanitized);
  EXPECT_EQ(result.reply.message.text, "a\xEF\xBF\xBDz");
}

TEST(OpenAiChatDecodeTest, ProviderThatGaveUpIsAServerError) {
  for (const auto* finish : {"error", "insufficient_system_resource"}) {
    const SendResult result = Decode(std::string(R"({"choices":[{"finish_reason":")")
                                         .append(finish)
                                         .append(R"(","message":{"content":"x"}}]})"));
    EXPECT_EQ(result.failure, SendFailure::kServerError) << finish;
  }
}

struct ErrorCase {
  int status;
  std::string body;
  SendFailure failure;
};

TEST(OpenAiChatErrorsTest, ShapesAndMeanings) {
  const std::vector<ErrorCase> cases = {
      {401, R"({"error":{"message":"Incorrect API key provided: sk-12"}})", SendFailure::kAuth},
      {403, R"({"detail":"no"})", SendFailure::kAuth},
      {403,
       R"({"error":{"code":403,"message":"m","metadata":{"flagged_input":"x"}}})",
       SendFailure::kContentFiltered},
      {402, R"({"error":"no credit"})", SendFailure::kQuotaExhausted},
      {429,
       R"({"error":{"message":"slow down","code":"rate_limit_exceeded"}})",
       SendFailure::kRateLimited},
      {429, R"({"error":{"message":"m","type":"insufficient_quota"}})", SendFailure::kQuotaExhausted
      },
      {404,
       R"({"error":{"message":"The model `x` does not exist","code":"model_not_found"}})",
       SendFailure::kUnknownModel},
      {404, "<html>not found</html>", SendFailure::kRejected},
      {400,
       R"({"error":{"message":"m","code":"context_length_exceeded"}})",
       SendFailure::kContextTooLong},
      {400,
       R"({"error":{"code":400,"type":"exceed_context_size_error","message":"m"}})",
       SendFailure::kContextTooLong},
      {400,
       R"({"message":"Please reduce the length of the messages","type":"x"})",
       SendFailure::kContextTooLong},
      {500,
       R"({"error":{"message":"the request exceeds the available context size"}})",
       SendFailure::kContextTooLong},
      {400, R"({"error":{"message":"m","code":"content_filter"}})", SendFailure::kContentFiltered},
      {400,
       R"({"error":{"message":"Invalid schema for response_format 'p'"}})",
       SendFailure::kSchemaRejected},
      {400, R"({"error":{"message":"failed to parse grammar"}})", SendFailure::kSchemaRejected},
      {400, R"({"error":{"message":"temperature is wrong"}})", SendFailure::kRejected},
      {422, R"({"detail":[{"loc":["x"],"msg":"bad"}]})", SendFailure::kRejected},
      {408, "", SendFailure::kServerError},
      {409, "", SendFailure::kServerError},
      {425, "", SendFailure::kServerError},
      {498, "", SendFailure::kServerError},
      {500, "", SendFailure::kServerError},
      {502, "<html>", SendFailure::kServerError},
      {503, R"({"error":{"code":503,"message":"Loading model"}})", SendFailure::kServerError},
      {529, "", SendFailure::kServerError},
      {302, "", SendFailure::kRejected},
      {200, R"({"error":{"code":502,"message":"upstream"}})", SendFailure::kServerError},
      {200, R"({"error":{"code":429,"message":"slow"}})", SendFailure::kRateLimited},
      {200, R"({"error":{"message":"no code"}})", SendFailure::kServerError},
      {200, R"({"error":{"type":"invalid_request_error"}})", SendFailure::kRejected},
      {200, R"({"error":{"type":"rate_limit_error"}})", SendFailure::kRateLimited},
      {200,
       R"({"error":{"type":"invalid_request_error","code":"invalid_api_key"}})",
       SendFailure::kAuth},
      {404, R"({"error":{"code":"DeploymentNotFound"}})", SendFailure::kUnknownModel},
      {400, R"({"error":{"type":"too_many_prompt_tokens"}})", SendFailure::kContextTooLong},
  };
  for (const ErrorCase& c : cases) {
    EXPECT_EQ(Decode(c.body, c.status).failure, c.failure) << c.status << " " << c.body;
  }
}

TEST(OpenAiChatErrorsTest, MessageOfTheProviderIsPassedOnBoundedButNotForAuth) {
  EXPECT_EQ(
      Decode(R"({"error":{"message":"temperature is wrong"}})", 400).message,
      "the provider says: temperature is wrong"
  );
  EXPECT_EQ(
      Decode(R"({"error":{"message":"Incorrect API key provided: sk-12"}})", 401).message,
      "the provider answered with status 401"
  );
  const std::string huge = R"({"error":{"message":")" + std::string(100'000, 'x') + "\"}}";
  EXPECT_LT(Decode(huge, 400).message.size(), 400U);
}

TEST(OpenAiChatErrorsTest, AnswerThatTheServerRejectedIsAnAnswer) {
  const SendResult result = Decode(
      R"({"error":{"message":"m","code":"tool_use_failed","failed_generation":"{\"age\":\"x\"}"}})",
      400
  );
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.reply.message.text, R"({"age":"x"})");
}

}  // namespace
}  // namespace extractd::providers
