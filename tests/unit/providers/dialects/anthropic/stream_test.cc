#include "server/providers/dialects/anthropic/stream.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "server/providers/dialects/anthropic/decode.h"

namespace extractd::providers::anthropic {
namespace {

// Puts together again what it is told.
class Heard final : public DeltaSink {
 public:
  void OnText(std::string_view piece) override { text += piece; }
  void OnArguments(size_t index, std::string_view tool, std::string_view piece) override {
    if (index >= calls.size()) calls.resize(index + 1);
    calls[index].name = tool;
    calls[index].arguments += piece;
  }
  void OnThinking(std::string_view piece) override { thinking += piece; }

  std::string text;
  std::string thinking;
  std::vector<ToolCall> calls;
};

class AnthropicStreamTest : public testing::Test {
 protected:
  // The last answer of the decoder.
  bool Feed(const std::vector<std::string>& events) {
    bool more = true;
    for (const std::string& data : events) more = decoder_->Read({.data = data}, heard_);
    return more;
  }

  std::unique_ptr<StreamDecoder> decoder_ = NewStreamDecoder();
  Heard heard_;
};

const std::string kStart =
    R"({"type":"message_start","message":{"id":"m","type":"message","role":"assistant",)"
    R"("content":[],"stop_reason":null,"usage":{"input_tokens":25,"cache_read_input_tokens":5,)"
    R"("output_tokens":1}}}   )";
const std::string kStop = R"({"type":"message_stop"      })";

std::string Block(int index, std::string_view block) {
  return R"({"type":"content_block_start","index":)" + std::to_string(index) +
         R"(,"content_block":)" + std::string(block) + "}";
}
std::string Delta(int index, std::string_view delta) {
  return R"({"type":"content_block_delta","index":)" + std::to_string(index) + R"(,"delta":)" +
         std::string(delta) + "}";
}
std::string BlockStop(int index) {
  return R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}";
}
std::string Stopped(std::string_view reason) {
  return R"({"type":"message_delta","delta":{"stop_reason":")" + std::string(reason) +
         R"(","stop_sequence":null},"usage":{"output_tokens":15}})";
}

TEST_F(AnthropicStreamTest, ToolCallInPiecesIsTheSameAsWhole) {
  EXPECT_FALSE(Feed({
      kStart,
      Block(0, R"({"type":"thinking","thinking":"","signature":""})"),
      Delta(0, R"({"type":"thinking_delta","thinking":"hm"})"),
      Delta(0, R"({"type":"signature_delta","signature":"Eq="})"),
      BlockStop(0),
      R"({"type": "ping"})",
      Block(1, R"({"type":"tool_use","id":"t1","name":"person","input":{}})"),
      Delta(1, R"({"type":"input_json_delta","partial_json":""})"),
      Delta(1, R"({"type":"input_json_delta","partial_json":"{\"age\":"})"),
      Delta(1, R"({"type":"input_json_delta","partial_json":"40}"})"),
      BlockStop(1),
      Stopped("tool_use"),
      kStop,
  }));
  const SendResult streamed = decoder_->Finish();
  ASSERT_TRUE(streamed.ok()) << streamed.message;
  const SendResult whole =
      DecodeReply(R"({"type":"message","stop_reason":"tool_use","content":[)"
                  R"({"type":"thinking","thinking":"hm","signature":"Eq="},)"
                  R"({"type":"tool_use","id":"t1","name":"person","input":{"age":40}}],)"
                  R"("usage":{"input_tokens":25,"cache_read_input_tokens":5,"output_tokens":15}})");
  EXPECT_EQ(streamed.reply.message.verbatim, whole.reply.message.verbatim);
  ASSERT_EQ(streamed.reply.message.tool_calls.size(), 1U);
  EXPECT_EQ(streamed.reply.message.tool_calls[0].id, "t1");
  EXPECT_EQ(
      streamed.reply.message.tool_calls[0].arguments, whole.reply.message.tool_calls[0].arguments
  );
  EXPECT_EQ(streamed.reply.finish_reason, FinishReason::kToolCalls);
  EXPECT_EQ(streamed.reply.usage, whole.reply.usage);
  EXPECT_EQ(heard_.thinking, "hm");
  ASSERT_EQ(heard_.calls.size(), 1U);
  EXPECT_EQ(heard_.calls[0].name, "person");
  EXPECT_EQ(heard_.calls[0].arguments, R"({"age":40})");
}

TEST_F(AnthropicStreamTest, TextsWithCitations) {
  Feed({
      kStart,
      Block(0, R"({"type":"text","text":"","citations":[]})"),
      Delta(0, R"({"type":"citations_delta","citation":{"cited_text":"q","document_title":"d"}})"),
      Delta(0, R"({"type":"text_delta","text":"a"})"),
      Delta(0, R"({"type":"text_delta","text":"b"})"),
      Stopped("end_turn"),
  });
  const SendResult result = decoder_->Finish();
  ASSERT_TRUE(result.ok()) << "the reason to stop is a sign of the end: " << result.message;
  EXPECT_EQ(result.reply.message.text, "ab");
  EXPECT_EQ(heard_.text, "ab");
  ASSERT_EQ(result.reply.citations.size(), 1U);
  EXPECT_EQ(result.reply.citations[0].text, "q");
}

TEST_F(AnthropicStreamTest, CallWithoutPiecesHasNoArguments) {
  Feed({kStart, Block(0, R"({"type":"tool_use","id":"t","name":"f","input":{}})"), BlockStop(0)});
  EXPECT_EQ(heard_.calls.at(0).arguments, "{}");
  Feed({Stopped("tool_use"), kStop});
  EXPECT_EQ(decoder_->Finish().reply.message.tool_calls.at(0).arguments, "{}");
}

TEST_F(AnthropicStreamTest, CallAnnouncedWithItsInput) {
  Feed({kStart, Block(0, R"({"type":"tool_use","id":"t","name":"f","input":{"a":1}})"), kStop});
  EXPECT_EQ(heard_.calls.at(0).arguments, R"({"a":1})");
  EXPECT_EQ(decoder_->Finish().reply.message.tool_calls.at(0).arguments, R"({"a":1})");
}

TEST_F(AnthropicStreamTest, CutArgumentsStayCutAndAreNeverEchoedBroken) {
  Feed({
      kStart,
      Block(0, R"({"type":"tool_use","id":"t","name":"f","input":{}})"),
      Delta(0, R"({"type":"input_json_delta","partial_json":"{\"a\":"})"),
      Stopped("max_tokens"),
      kStop,
  });
  const SendResult result = decoder_->Finish();
  EXPECT_EQ(result.reply.finish_reason, FinishReason::kLength);
  EXPECT_EQ(result.reply.message.tool_calls.at(0).arguments, R"({"a":)");
  EXPECT_NE(
      result.reply.message.verbatim.find(R"("input":{"arguments":"{\"a\":"})"), std::string::npos
  ) << result.reply.message.verbatim;
}

TEST_F(AnthropicStreamTest, ErrorInTheStreamIsTheResult) {
  EXPECT_FALSE(Feed({
      kStart,
      Block(0, R"({"type":"text","text":"a"})"),
      R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})",
  }));
  const SendResult result = decoder_->Finish();
  EXPECT_EQ(result.failure, SendFailure::kServerError);
  EXPECT_EQ(result.message, "the provider says: Overloaded");
  EXPECT_EQ(result.reply.usage.input_tokens, 30) << "what was used is known all the same";
}

TEST_F(AnthropicStreamTest, StreamWithoutAnEndIsMalformed) {
  EXPECT_TRUE(Feed({kStart, Block(0, R"({"type":"text","text":"a"})")}));
  EXPECT_EQ(decoder_->Finish().failure, SendFailure::kMalformed);
  EXPECT_EQ(NewStreamDecoder()->Finish().failure, SendFailure::kMalformed);
}

TEST_F(AnthropicStreamTest, EventThatIsNotJsonEndsTheStream) {
  EXPECT_FALSE(Feed({kStart, "{\"type\":"}));
  EXPECT_EQ(decoder_->Finish().failure, SendFailure::kMalformed);
}

TEST_F(AnthropicStreamTest, WhatItDoesNotKnowIsPassedOver) {
  EXPECT_FALSE(Feed({
      kStart,
      kStart,
      "",
      R"({"type":"brand_new"})",
      Delta(7, R"({"type":"text_delta","text":"of no block"})"),
      Block(0, R"({"type":"brand_new_block","x":[1]})"),
      Delta(0, R"({"type":"brand_new_delta","y":1})"),
      Block(1, R"({"type":"text","text":"a"})"),
      Block(1, R"({"type":"text","text":"announced twice"})"),
      Stopped("end_turn"),
      kStop,
  }));
  const SendResult result = decoder_->Finish();
  EXPECT_EQ(result.reply.message.text, "a");
  EXPECT_EQ(
      result.reply.message.verbatim,
      R"([{"type":"brand_new_block","x":[1]},{"type":"text","text":"a"}])"
  );
  EXPECT_EQ(result.reply.usage.input_tokens, 30);
}

TEST_F(AnthropicStreamTest, BytesThatAreNotUtf8AreFlagged) {
  Feed({kStart, Block(0, R"({"type":"text","text":""})")});
  Feed({Delta(0, "{\"type\":\"text_delta\",\"text\":\"a\xFF\"}"), Stopped("end_turn"), kStop});
  const SendResult result = decoder_->Finish();
  EXPECT_TRUE(result.reply.sanitized);
  EXPECT_EQ(result.reply.message.text, "a\xEF\xBF\xBD");
}

TEST_F(AnthropicStreamTest, CharacterInTwoPiecesIsWhole) {
  Feed({kStart, Block(0, R"({"type":"text","text":""})")});
  Feed({Delta(0, R"({"type":"text_delta","text":"a\ud83d"})")});
  Feed({Delta(0, R"({"type":"text_delta","text":"\ude00"})"), Stopped("end_turn"), kStop});
  const SendResult result = decoder_->Finish();
  EXPECT_FALSE(result.reply.sanitized);
  EXPECT_EQ(result.reply.message.text, "a\xF0\x9F\x98\x80");
}

TEST_F(AnthropicStreamTest, DeltasOfAnotherKindOfBlockAddNothing) {
  Feed({
      kStart,
      Block(0, R"({"type":"server_tool_use","id":"s","name":"search","input":{}})"),
      Delta(0, R"({"type":"text_delta","text":"x"})"),
      Delta(0, R"({"type":"input_json_delta","partial_json":"{\"q\":1}"})"),
      kStop,
  });
  EXPECT_EQ(heard_.text, "");
  EXPECT_TRUE(heard_.calls.empty());
  EXPECT_EQ(
      decoder_->Finish().reply.message.verbatim,
      R"([{"type":"server_tool_use","id":"s","name":"search","input":{"q":1}}])"
  );
}

TEST_F(AnthropicStreamTest, RefusalKeepsItsExplanation) {
  Feed({
      kStart,
      R"({"type":"message_delta","delta":{"stop_reason":"refusal",)"
      R"("stop_details":{"type":"refusal","explanation":"No."}},"usage":{"output_tokens":3}})",
      kStop,
  });
  const SendResult result = decoder_->Finish();
  EXPECT_EQ(result.reply.finish_reason, FinishReason::kRefusal);
  EXPECT_EQ(result.reply.refusal, "No.");
}

}  // namespace
}  // namespace extractd::providers::anthropic
