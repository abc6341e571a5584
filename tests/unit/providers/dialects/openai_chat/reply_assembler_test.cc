#include "server/providers/dialects/openai_chat/reply_assembler.h"

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/providers/dialects/openai_chat/openai_chat.h"
#include "tests/fakes/kept_deltas.h"

namespace extractd::providers::openai_chat {
namespace {

// A chunk with that delta, and a reason to stop where there is one.
std::string Chunk(std::string_view delta, std::string_view finish = "") {
  const std::string reason = finish.empty() ? "null" : fmt::format("\"{}\"", finish);
  return fmt::format(
      R"({{"id":"c","choices":[{{"index":0,"delta":{},"finish_reason":{}}}],"usage":null}})",
      delta,
      reason
  );
}

class ReplyAssemblerTest : public testing::Test {
 protected:
  SendResult Read(const std::vector<std::string>& events) {
    deltas_ = {};
    const std::unique_ptr<StreamDecoder> decoder = OpenAiChat().NewStreamDecoder();
    return fakes::ReadStream(*decoder, events, deltas_);
  }

  fakes::KeptDeltas deltas_;
};

TEST_F(ReplyAssemblerTest, TextInPiecesThenUsageThenTheTerminator) {
  const SendResult result = Read({
      Chunk(R"({"role":"assistant","content":null})"),
      Chunk(R"({"content":"{\"a\""})"),
      Chunk(R"({"content":":1}"})"),
      Chunk("{}", "stop"),
      R"({"choices":[],"usage":{"prompt_tokens":30,"completion_tokens":12,"total_tokens":42}})",
      "[DONE]",
  });
  ASSERT_TRUE(result.ok()) << result.message;
  EXPECT_EQ(result.reply.message.text, R"({"a":1})");
  EXPECT_EQ(deltas_.text, R"({"a":1})");
  EXPECT_EQ(result.reply.finish_reason, FinishReason::kStop);
  EXPECT_EQ(result.reply.usage, (Usage{30, 12, 0, 0, 0}));
}

TEST_F(ReplyAssemblerTest, CallsAreToldApartByTheirIndex) {
  const SendResult result = Read({
      Chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]})"),
      Chunk(R"({"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{\"y\""}}]})"
      ),
      Chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]})"),
      Chunk(R"({"tool_calls":[{"index":1,"function":{"arguments":":2}"}}]})"),
      Chunk("{}", "tool_calls"),
      "[DONE]",
  });
  ASSERT_EQ(result.reply.message.tool_calls.size(), 2U);
  EXPECT_EQ(result.reply.message.tool_calls[0].id, "a");
  EXPECT_EQ(result.reply.message.tool_calls[0].arguments, "{}");
  EXPECT_EQ(result.reply.message.tool_calls[1].name, "g");
  EXPECT_EQ(result.reply.message.tool_calls[1].arguments, R"({"y":2})");
  ASSERT_EQ(deltas_.calls.size(), 2U);
  EXPECT_EQ(deltas_.calls[1].tool, "g");
  EXPECT_EQ(deltas_.calls[1].arguments, R"({"y":2})");
  EXPECT_EQ(result.reply.finish_reason, FinishReason::kToolCalls);
}

TEST_F(ReplyAssemblerTest, WholeCallsUnderOneIndexAreSeveral) {
  const SendResult result = Read({
      Chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]})"),
      Chunk(R"({"tool_calls":[{"index":0,"id":"b","function":{"name":"f","arguments":{"x":1}}}]})"),
      Chunk("{}", "stop"),
  });
  ASSERT_EQ(result.reply.message.tool_calls.size(), 2U);
  EXPECT_EQ(result.reply.message.tool_calls[1].arguments, R"({"x":1})");
}

TEST_F(ReplyAssemblerTest, CallsWithoutAnIndexCountByPosition) {
  const SendResult result = Read({
      Chunk(R"({"tool_calls":[{"id":"a","function":{"name":"f","arguments":"1"}},)"
            R"({"id":"b","function":{"name":"g","arguments":"2"}}]})"),
      Chunk("{}", "tool_calls"),
  });
  ASSERT_EQ(result.reply.message.tool_calls.size(), 2U);
  EXPECT_EQ(result.reply.message.tool_calls[1].arguments, "2");
}

TEST_F(ReplyAssemblerTest, NameInPiecesAndNameRepeatedAreOneName) {
  const auto name_of = [this](std::string_view first, std::string_view second) {
    constexpr std::string_view kCall = R"({{"tool_calls":[{{"index":0,"function":{}}}]}})";
    const SendResult result = Read({
        Chunk(fmt::format(kCall, first)),
        Chunk(fmt::format(kCall, second)),
        Chunk("{}", "stop"),
    });
    return result.reply.message.tool_calls.at(0).name;
  };
  EXPECT_EQ(name_of(R"({"name":"per"})", R"({"name":"son","arguments":"{}"})"), "person");
  EXPECT_EQ(
      name_of(R"({"name":"person","arguments":"{"})", R"({"name":"person","arguments":"}"})"),
      "person"
  );
}

TEST_F(ReplyAssemblerTest, CallsWithoutIdsGetSomeThatResultsCanName) {
  const SendResult result = Read({
      Chunk(R"({"tool_calls":[{"index":0,"id":"null","function":{"name":"f","arguments":"{}"}},)"
            R"({"index":1,"function":{"name":"f","arguments":"{}"}}]})"),
      Chunk("{}", "stop"),
  });
  EXPECT_EQ(result.reply.message.tool_calls.at(0).id, "call_1");
  EXPECT_EQ(result.reply.message.tool_calls.at(1).id, "call_2");
}

TEST_F(ReplyAssemblerTest, ThoughtsInEveryForm) {
  for (const auto* delta : {
           R"({"reasoning":"hm"})",
           R"({"reasoning_content":"hm"})",
           R"({"content":"<think>hm</think>"})",
           R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]})",
           R"({"content":[{"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}]}]})",
       }) {
    const SendResult result = Read({Chunk(delta), Chunk(R"({"content":"x"})", "stop")});
    ASSERT_EQ(result.reply.message.thinking.size(), 1U) << delta;
    EXPECT_EQ(result.reply.message.thinking[0].text, "hm") << delta;
    EXPECT_EQ(deltas_.thinking, "hm") << delta;
    EXPECT_EQ(result.reply.message.text, "x") << delta;
  }
}

TEST_F(ReplyAssemblerTest, PiecesOfReasoningDetailsBecomeTheBlocksThatTheyAre) {
  const SendResult result = Read({
      Chunk(R"({"reasoning":"a","reasoning_details":[)"
            R"({"type":"reasoning.text","text":"a","index":0}]})"),
      Chunk(R"({"reasoning":"b","reasoning_details":[)"
            R"({"type":"reasoning.text","text":"b","signature":"s","index":0}]})"),
      Chunk(R"({"reasoning_details":[{"type":"reasoning.encrypted","data":"zz","index":1}]})"),
      Chunk(R"({"content":"x"})", "stop"),
  });
  ASSERT_EQ(result.reply.message.thinking.size(), 1U);
  EXPECT_EQ(result.reply.message.thinking[0].text, "ab");
  EXPECT_EQ(
      result.reply.message.thinking[0].opaque,
      R"([{"type":"reasoning.text","text":"ab","index":0,"signature":"s"},)"
      R"({"type":"reasoning.encrypted","data":"zz","index":1}])"
  );
}

TEST_F(ReplyAssemblerTest, RefusalInPieces) {
  const SendResult result =
      Read({Chunk(R"({"refusal":"I can"})"), Chunk(R"({"refusal":"not."})"), Chunk("{}", "stop")});
  EXPECT_EQ(result.reply.refusal, "I cannot.");
  EXPECT_EQ(result.reply.finish_reason, FinishReason::kRefusal);
}

TEST_F(ReplyAssemblerTest, UsageWhereverItStandsAndTheLastCounts) {
  EXPECT_EQ(
      Read({R"({"choices":[{"delta":{},"finish_reason":"stop"}],)"
            R"("x_groq":{"id":"r","usage":{"prompt_tokens":30,"completion_tokens":12}}})"})
          .reply.usage,
      (Usage{30, 12, 0, 0, 0})
  );
  EXPECT_EQ(
      Read(
          {R"({"choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":3,"completion_tokens":1}})",
           R"({"choices":[{"delta":{},"finish_reason":"stop"}],)"
           R"("usage":{"prompt_tokens":3,"completion_tokens":7,"num_search_queries":1}})"}
      )
          .reply.usage,
      (Usage{3, 7, 0, 0, 0})
  );
}

TEST_F(ReplyAssemblerTest, ErrorsInTheStreamAreTheirFailures) {
  const auto failure = [this](const std::string& event) {
    return Read({Chunk(R"({"content":"{"})"), event, Chunk("{}", "stop"), "[DONE]"}).failure;
  };
  EXPECT_EQ(failure(R"({"error":{"code":429,"message":"slow down"}})"), SendFailure::kRateLimited);
  EXPECT_EQ(failure(R"({"error":{"message":"x"},"status_code":503})"), SendFailure::kServerError);
  EXPECT_EQ(
      failure(R"({"x_groq":{"error":{"message":"x","type":"invalid_request_error"}}})"),
      SendFailure::kRejected
  );
  EXPECT_EQ(failure(Chunk("{}", "error")), SendFailure::kServerError);
  EXPECT_EQ(failure("{not json"), SendFailure::kMalformed);
}

TEST_F(ReplyAssemblerTest, StreamThatStopsEarlyIsNoAnswer) {
  EXPECT_EQ(Read({}).failure, SendFailure::kMalformed);
  EXPECT_EQ(Read({Chunk(R"({"content":"{}"})")}).failure, SendFailure::kMalformed);
  EXPECT_TRUE(Read({Chunk(R"({"content":"{}"})"), "[DONE]"}).ok());
  EXPECT_TRUE(Read({Chunk(R"({"content":"{}"})", "stop")}).ok()) << "the terminator may be missing";
}

TEST_F(ReplyAssemblerTest, HalvesOfACharacterInTwoChunksMeet) {
  const SendResult result =
      Read({Chunk(R"({"content":"\ud83d"})"), Chunk(R"({"content":"\ude00"})", "stop")});
  EXPECT_EQ(result.reply.message.text, "\xF0\x9F\x98\x80");
  EXPECT_FALSE(result.reply.sanitized);
}

TEST_F(ReplyAssemblerTest, BytesThatAreNotUtf8AreReplacedAndFlagged) {
  const SendResult result = Read({Chunk("{\"content\":\"a\xFFz\"}"), Chunk("{}", "stop")});
  EXPECT_EQ(result.reply.message.text, "a\xEF\xBF\xBDz");
  EXPECT_TRUE(result.reply.sanitized);
}

TEST_F(ReplyAssemblerTest, SourcesBecomeCitations) {
  const SendResult result = Read({
      R"({"choices":[{"delta":{"content":"x"}}],"citations":["https://a"],)"
      R"("search_results":[{"title":"A","url":"https://a"}]})",
      R"({"choices":[{"delta":{"annotations":[{"type":"url_citation",)"
      R"("url_citation":{"url":"https://b","title":"B"}}]},"finish_reason":"stop"}]})",
  });
  ASSERT_EQ(result.reply.citations.size(), 2U);
  EXPECT_EQ(result.reply.citations[0].title, "A");
  EXPECT_EQ(result.reply.citations[1].url, "https://b");
}

TEST_F(ReplyAssemblerTest, WholeReplyReadsAsItsStreamDoes) {
  const SendResult whole = DecodeReply(
      R"({"choices":[{"finish_reason":"tool_calls","message":{"reasoning":"hm","content":"ok",)"
      R"("tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]}}],)"
      R"("usage":{"prompt_tokens":3,"completion_tokens":4}})"
  );
  const SendResult streamed = Read({
      Chunk(R"({"reasoning":"hm"})"),
      Chunk(R"({"content":"ok"})"),
      Chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]})"),
      Chunk("{}", "tool_calls"),
      R"({"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}})",
      "[DONE]",
  });
  EXPECT_EQ(whole.reply.message.text, streamed.reply.message.text);
  EXPECT_EQ(whole.reply.message.thinking.at(0).text, streamed.reply.message.thinking.at(0).text);
  EXPECT_EQ(whole.reply.message.tool_calls.at(0).id, streamed.reply.message.tool_calls.at(0).id);
  EXPECT_EQ(whole.reply.finish_reason, streamed.reply.finish_reason);
  EXPECT_EQ(whole.reply.usage, streamed.reply.usage);
}

TEST_F(ReplyAssemblerTest, CallsWithoutNumberAreRefused) {
  std::string list;
  for (int i = 0; i < 2000; ++i) {
    list += fmt::format(R"({}{{"index":{},"function":{{"name":"f"}}}})", i > 0 ? "," : "", i);
  }
  EXPECT_EQ(
      Read({Chunk(R"({"tool_calls":[)" + list + "]}"), "[DONE]"}).failure, SendFailure::kMalformed
  );
}

}  // namespace
}  // namespace extractd::providers::openai_chat
