#include "server/providers/dialects/bedrock/content.h"

#include <variant>

#include <gtest/gtest.h>

#include "server/json/parse.h"

namespace extractd::providers::bedrock_converse {
namespace {

std::vector<Block> Read(const std::string& json, std::vector<Citation>* citations = nullptr) {
  std::vector<Citation> ignored;
  const json::ParseResult parsed = json::ParseView(json);
  std::vector<Block> blocks;
  for (const json::Value& block : std::get<json::Document>(parsed).root()) {
    blocks.push_back(ReadBlock(block, citations == nullptr ? ignored : *citations));
  }
  return blocks;
}

TEST(BedrockContentTest, BlocksBecomeTextThoughtsAndCalls) {
  const Message message = MessageOf(
      Read(R"([{"reasoningContent":{"reasoningText":{"text":"hm","signature":"sig"}}},)"
           R"({"reasoningContent":{"redactedContent":"c2VjcmV0"}},{"text":"one "},{"text":"two"},)"
           R"({"toolUse":{"toolUseId":"t1","name":"person","input":{"age": 40}}}])")
  );
  EXPECT_EQ(message.role, Role::kAssistant);
  EXPECT_EQ(message.text, "one two");
  ASSERT_EQ(message.thinking.size(), 2U);
  EXPECT_EQ(message.thinking[0].text, "hm");
  EXPECT_EQ(message.thinking[0].opaque, "sig");
  EXPECT_EQ(message.thinking[1].text, "");
  EXPECT_EQ(message.thinking[1].opaque, "c2VjcmV0");
  ASSERT_EQ(message.tool_calls.size(), 1U);
  EXPECT_EQ(message.tool_calls[0].id, "t1");
  EXPECT_EQ(message.tool_calls[0].name, "person");
  EXPECT_EQ(message.tool_calls[0].arguments, R"({"age":40})");
}

TEST(BedrockContentTest, TheEchoKeepsThoughtsAndTheOrderOfBlocks) {
  const std::string reply =
      R"([{"reasoningContent":{"reasoningText":{"text":"hm","signature":"sig"}}},)"
      R"({"reasoningContent":{"redactedContent":"c2VjcmV0"}},)"
      R"({"toolUse":{"toolUseId":"t1","name":"person","input":{"age":40}}},{"text":"done"}])";
  EXPECT_EQ(MessageOf(Read(reply)).verbatim, reply);
}

// The API refuses to take back blank texts and members that only replies have.
TEST(BedrockContentTest, TheEchoIsWhatTheApiTakesBack) {
  const Message message = MessageOf(Read(
      R"([{"text":"\n"},{"toolUse":{"toolUseId":"t","name":"f","input":{},"type":"tool_use"}},)"
      R"({"image":{"format":"png"}}])"
  ));
  EXPECT_EQ(
      message.verbatim,
      R"([{"toolUse":{"toolUseId":"t","name":"f","input":{}}},{"image":{"format":"png"}}])"
  );
  EXPECT_EQ(MessageOf(Read(R"([{"text":" "}])")).verbatim, "");
  EXPECT_EQ(MessageOf({}).verbatim, "");
}

TEST(BedrockContentTest, WhatTheProviderRanItselfIsNoCallToUs) {
  const Message message =
      MessageOf(Read(R"([{"toolUse":{"toolUseId":"t","name":"nova_grounding","input":{},)"
                     R"("type":"server_tool_use"}}])"));
  EXPECT_TRUE(message.tool_calls.empty());
  EXPECT_NE(message.verbatim.find("server_tool_use"), std::string::npos);
}

TEST(BedrockContentTest, CitedTextIsTextAndItsSourcesAreCitations) {
  std::vector<Citation> citations;
  const Message message = MessageOf(Read(
      R"([{"citationsContent":{"content":[{"text":"It "},{"text":"rains."}],"citations":[)"
      R"({"title":"Weather","sourceContent":[{"text":"rain"}],)"
      R"("location":{"web":{"url":"https://w.example"}}}]}}])",
      &citations
  ));
  EXPECT_EQ(message.text, "It rains.");
  ASSERT_EQ(citations.size(), 1U);
  EXPECT_EQ(citations[0].title, "Weather");
  EXPECT_EQ(citations[0].text, "rain");
  EXPECT_EQ(citations[0].url, "https://w.example");
  EXPECT_EQ(message.verbatim, R"([{"text":"It rains."}])");
}

TEST(BedrockContentTest, BlocksOfTheWrongShapeMeanNothing) {
  const Message message = MessageOf(Read(R"([1,"x",null,{"text":7},{"toolUse":3},[]])"));
  EXPECT_EQ(message.text, "");
  ASSERT_EQ(message.tool_calls.size(), 1U);
  EXPECT_EQ(message.tool_calls[0].name, "");
}

TEST(BedrockContentTest, HalvesOfPairsBecomeUtf8) {
  std::vector<Block> blocks = Read(R"([{"text":"\ud83d\ude00"},{"text":"\ud83d"}])");
  EXPECT_TRUE(MendText(blocks));
  EXPECT_EQ(MessageOf(blocks).text, "\xF0\x9F\x98\x80\xEF\xBF\xBD");
  blocks = Read(R"([{"text":"fine"}])");
  EXPECT_FALSE(MendText(blocks));
}

TEST(BedrockContentTest, ArgumentsAreAnObjectWhateverTheModelWrote) {
  EXPECT_EQ(ArgumentsObject(""), "{}");
  EXPECT_EQ(ArgumentsObject(R"({"a": 1})"), R"({"a": 1})");
  EXPECT_EQ(ArgumentsObject("[1]"), R"({"arguments":"[1]"})");
  EXPECT_EQ(ArgumentsObject(R"({"a": 1)"), R"({"arguments":"{\"a\": 1"})");
}

TEST(BedrockContentTest, StopReasonsHaveOneMeaningEach) {
  EXPECT_EQ(FinishReasonOf("end_turn"), FinishReason::kStop);
  EXPECT_EQ(FinishReasonOf("stop_sequence"), FinishReason::kStop);
  EXPECT_EQ(FinishReasonOf("tool_use"), FinishReason::kToolCalls);
  EXPECT_EQ(FinishReasonOf("max_tokens"), FinishReason::kLength);
  EXPECT_EQ(FinishReasonOf("model_context_window_exceeded"), FinishReason::kLength);
  EXPECT_EQ(FinishReasonOf("guardrail_intervened"), FinishReason::kContentFilter);
  EXPECT_EQ(FinishReasonOf("content_filtered"), FinishReason::kContentFilter);
  EXPECT_EQ(FinishReasonOf("malformed_tool_use"), FinishReason::kOther);
  EXPECT_EQ(FinishReasonOf(""), FinishReason::kUnspecified);
}

TEST(BedrockContentTest, CachedTokensArePartOfTheInput) {
  const json::ParseResult parsed = json::ParseView(
      R"({"inputTokens":14,"outputTokens":5,"cacheReadInputTokens":100,)"
      R"("cacheWriteInputTokens":1503,"cacheWriteInputTokenCount":1503,"totalTokens":1622})"
  );
  const Usage usage = UsageOf(&std::get<json::Document>(parsed).root());
  EXPECT_EQ(usage.input_tokens, 1617);
  EXPECT_EQ(usage.output_tokens, 5);
  EXPECT_EQ(usage.cached_input_tokens, 100);
  EXPECT_EQ(usage.cache_write_input_tokens, 1503);
  EXPECT_EQ(UsageOf(nullptr), Usage());
}

}  // namespace
}  // namespace extractd::providers::bedrock_converse
