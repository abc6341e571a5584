#include "server/providers/dialects/anthropic/decode.h"

#include <limits>

#include <gtest/gtest.h>

namespace extractd::providers::anthropic {
namespace {

SendResult Content(std::string_view blocks, std::string_view rest = "") {
  return DecodeReply(
      std::string(R"({"type":"message","content":)").append(blocks).append(rest) + "}"
  );
}

TEST(AnthropicDecodeTest, ToolCallWithUsage) {
  const SendResult result = DecodeReply(
      R"({"id":"msg_1","type":"message","role":"assistant","stop_reason":"tool_use",)"
      R"("content":[{"type":"tool_use","id":"toolu_1","name":"person","input":{"age":4.0}}],)"
      R"("usage":{"input_tokens":10,"output_tokens":20,"cache_read_input_tokens":3,)"
      R"("cache_creation_input_tokens":4,"output_tokens_details":{"thinking_tokens":5}}})"
  );
  ASSERT_TRUE(result.ok()) << result.message;
  const Message& message = result.reply.message;
  ASSERT_EQ(message.tool_calls.size(), 1U);
  EXPECT_EQ(message.tool_calls[0].id, "toolu_1");
  EXPECT_EQ(message.tool_calls[0].name, "person");
  EXPECT_EQ(message.tool_calls[0].arguments, R"({"age":4.0})");
  EXPECT_EQ(
      message.verbatim,
      R"([{"type":"tool_use","id":"toolu_1","name":"person","input":{"age":4.0}}])"
  );
  EXPECT_EQ(result.reply.finish_reason, FinishReason::kToolCalls);
  EXPECT_EQ(result.reply.usage, (Usage{17, 20, 3, 4, 5}));
}

TEST(AnthropicDecodeTest, ThoughtsTextsAndBlocksOfOthers) {
  const SendResult result = Content(
      R"([{"type":"thinking","thinking":"hm","signature":"Eq="},)"
      R"({"type":"redacted_thinking","data":"xyz"},{"type":"server_tool_use","id":"s","input":{}},)"
      R"({"type":"text","text":"a"},{"type":"brand_new"},{"type":"text","text":"b"}])"
  );
  ASSERT_TRUE(result.ok()) << result.message;
  EXPECT_EQ(result.reply.message.text, "ab");
  ASSERT_EQ(result.reply.message.thinking.size(), 2U);
  EXPECT_EQ(result.reply.message.thinking[0].text, "hm");
  EXPECT_EQ(result.reply.message.thinking[0].opaque, "Eq=");
  EXPECT_EQ(result.reply.message.thinking[1].opaque, "xyz");
  EXPECT_NE(result.reply.message.verbatim.find("brand_new"), std::string::npos);
}

TEST(AnthropicDecodeTest, CitationsOfDocumentsAndPages) {
  const SendResult result = Content(
      R"([{"type":"text","text":"t","citations":[)"
      R"({"type":"char_location","cited_text":"q","document_title":"facts.txt"},)"
      R"({"type":"web_search_result_location","cited_text":"w","url":"https://x.example","title":"X"},)"
      R"({"type":"search_result_location","cited_text":"s","source":"doc:7","title":"S"}]}])"
  );
  ASSERT_EQ(result.reply.citations.size(), 3U);
  EXPECT_EQ(result.reply.citations[0].text, "q");
  EXPECT_EQ(result.reply.citations[0].title, "facts.txt");
  EXPECT_EQ(result.reply.citations[1].url, "https://x.example");
  EXPECT_EQ(result.reply.citations[2].url, "doc:7");
}

TEST(AnthropicDecodeTest, StopReasons) {
  const auto finish = [](std::string_view name) {
    return Content("[]", std::string(R"(,"stop_reason":)").append(name)).reply.finish_reason;
  };
  EXPECT_EQ(finish(R"("end_turn")"), FinishReason::kStop);
  EXPECT_EQ(finish(R"("stop_sequence")"), FinishReason::kStop);
  EXPECT_EQ(finish(R"("tool_use")"), FinishReason::kToolCalls);
  EXPECT_EQ(finish(R"("max_tokens")"), FinishReason::kLength);
  EXPECT_EQ(finish(R"("model_context_window_exceeded")"), FinishReason::kLength);
  EXPECT_EQ(finish(R"("refusal")"), FinishReason::kRefusal);
  EXPECT_EQ(finish(R"("pause_turn")"), FinishReason::kOther);
  EXPECT_EQ(finish("null"), FinishReason::kUnspecified);
}

TEST(AnthropicDecodeTest, RefusalSaysWhyAsFarAsTheModelDid) {
  const auto refusal = [](std::string_view blocks, std::string_view details) {
    return Content(
               blocks, std::string(R"(,"stop_reason":"refusal","stop_details":)").append(details)
    )
        .reply.refusal;
  };
  EXPECT_EQ(refusal("[]", R"({"type":"refusal","category":"bio","explanation":"No."})"), "No.");
  EXPECT_EQ(refusal("[]", R"({"type":"refusal","category":"bio","explanation":null})"), "bio");
  EXPECT_EQ(refusal(R"([{"type":"text","text":"I can't."}])", "null"), "I can't.");
}

TEST(AnthropicDecodeTest, CountsOfAHostileReplyStayCounts) {
  const auto usage = [](std::string_view text) {
    return Content("[]", std::string(",").append(text)).reply.usage;
  };
  EXPECT_EQ(usage(R"("usage":{"input_tokens":-5,"output_tokens":"7"})"), Usage{});
  EXPECT_EQ(usage(R"("usage":null)"), Usage{});
  EXPECT_EQ(
      usage(R"("usage":{"input_tokens":9223372036854775807,"cache_read_input_tokens":9})")
          .input_tokens,
      std::numeric_limits<std::int64_t>::max()
  );
}

TEST(AnthropicDecodeTest, BrokenRepliesAreMalformed) {
  for (const auto* body :
       {"", "<html>busy</html>", "[]", "{}", R"({"content":null})", R"({"content":[{)"}) {
    EXPECT_EQ(DecodeReply(body).failure, SendFailure::kMalformed) << body;
  }
}

TEST(AnthropicDecodeTest, ErrorInsideA200IsAnError) {
  EXPECT_EQ(
      DecodeReply(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})")
          .failure,
      SendFailure::kServerError
  );
}

TEST(AnthropicDecodeTest, TextIsAlwaysUtf8AndFlaggedWhereItWasMended) {
  const SendResult bytes = Content("[{\"type\":\"text\",\"text\":\"a\xFFz\"}]");
  ASSERT_TRUE(bytes.ok()) << bytes.message;
  EXPECT_TRUE(bytes.reply.sanitized);
  EXPECT_EQ(bytes.reply.message.text, "a\xEF\xBF\xBDz");

  const SendResult half = Content(R"([{"type":"text","text":"a\ud800z"}])");
  EXPECT_TRUE(half.reply.sanitized);
  EXPECT_FALSE(Content(R"([{"type":"text","text":"a\ud83d\ude00z"}])").reply.sanitized);
}

}  // namespace
}  // namespace extractd::providers::anthropic
