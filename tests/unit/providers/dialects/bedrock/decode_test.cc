#include <gtest/gtest.h>

#include "server/providers/dialects/bedrock/bedrock_converse.h"

namespace extractd::providers::bedrock_converse {
namespace {

TEST(BedrockDecodeTest, AReplyHasItsMessageReasonAndUsage) {
  const SendResult result = DecodeReply(
      R"({"output":{"message":{"role":"assistant","content":[)"
      R"({"toolUse":{"toolUseId":"t","name":"person","input":{"name":"Ann"}}}]}},)"
      R"("stopReason":"tool_use","usage":{"inputTokens":7,"outputTokens":3,"totalTokens":10},)"
      R"("metrics":{"latencyMs":12},"trace":{"guardrail":{}}})"
  );
  ASSERT_TRUE(result.ok()) << result.message;
  EXPECT_EQ(result.reply.message.tool_calls.at(0).arguments, R"({"name":"Ann"})");
  EXPECT_EQ(result.reply.finish_reason, FinishReason::kToolCalls);
  EXPECT_EQ(result.reply.usage.input_tokens, 7);
  EXPECT_EQ(result.reply.usage.output_tokens, 3);
  EXPECT_FALSE(result.reply.sanitized);
}

TEST(BedrockDecodeTest, AnEmptyMessageIsAReplyWithoutAnAnswer) {
  const SendResult result =
      DecodeReply(R"({"output":{"message":{"content":[]}},"stopReason":"malformed_tool_use"})");
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.reply.message.text, "");
  EXPECT_EQ(result.reply.finish_reason, FinishReason::kOther);
}

TEST(BedrockDecodeTest, WhatIsNoReplyIsMalformed) {
  for (const char* body :
       {"",
        "<html>busy</html>",
        "[]",
        "{}",
        R"({"output":{"message":{}}})",
        R"({"output":{"message":{"content":"text"}}})",
        R"({"output":{"mess)"}) {
    EXPECT_EQ(DecodeReply(body).failure, SendFailure::kMalformed) << body;
    EXPECT_FALSE(DecodeReply(body).message.empty()) << body;
  }
}

TEST(BedrockDecodeTest, AnErrorInsideA200IsAnError) {
  const SendResult result = DecodeReply(
      R"({"__type":"com.amazon.coral.service#ThrottlingException","message":"slow down"})"
  );
  EXPECT_EQ(result.failure, SendFailure::kRateLimited);
  EXPECT_EQ(DecodeReply(R"({"__type":"Strange"})").failure, SendFailure::kServerError);
}

TEST(BedrockDecodeTest, BytesThatAreNotUtf8AreReplacedAndTold) {
  const SendResult result = DecodeReply(
      "{\"output\":{\"message\":{\"content\":[{\"text\":\"a\xFF\"}]}},\"stopReason\":\"end_turn\"}"
  );
  ASSERT_TRUE(result.ok()) << result.message;
  EXPECT_EQ(result.reply.message.text, "a\xEF\xBF\xBD");
  EXPECT_TRUE(result.reply.sanitized);
}

}  // namespace
}  // namespace extractd::providers::bedrock_converse
