#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/providers/dialects/openai_responses/openai_responses.h"
#include "tests/fakes/kept_deltas.h"

namespace extractd::providers::openai_responses {
namespace {

constexpr std::string_view kCall =
    R"({"id":"fc_1","type":"function_call","call_id":"call_a","name":"person",)"
    R"("arguments":"{\"age\":36}"})";

std::string Added(std::string_view type, int index = 0, std::string_view more = "") {
  return fmt::format(
      R"({{"type":"response.output_item.added","output_index":{},)"
      R"("item":{{"type":"{}","name":"person","arguments":""{}}}}})",
      index,
      type,
      more
  );
}

std::string Delta(std::string_view type, std::string_view text, int index = 0) {
  return fmt::format(
      R"({{"type":"response.{}.delta","output_index":{},"delta":"{}"}})", type, index, text
  );
}

std::string Completed(std::string_view output) {
  return fmt::format(
      R"({{"type":"response.completed","response":{{"status":"completed","output":[{}],)"
      R"("usage":{{"input_tokens":40,"output_tokens":15,"total_tokens":55}}}}}})",
      output
  );
}

class ResponsesStreamTest : public testing::Test {
 protected:
  SendResult Read(const std::vector<std::string>& events) {
    deltas_ = {};
    const std::unique_ptr<StreamDecoder> decoder = OpenAiResponses().NewStreamDecoder();
    return fakes::ReadStream(*decoder, events, deltas_);
  }

  fakes::KeptDeltas deltas_;
};

TEST_F(ResponsesStreamTest, CallInPiecesAndTheReplyOfTheLastEvent) {
  const SendResult result = Read({
      R"({"type":"response.created","response":{"id":"r","status":"in_progress","output":[]}})",
      Added("function_call"),
      Delta("function_call_arguments", R"({\"age\":)"),
      Delta("function_call_arguments", "36}"),
      R"({"type":"response.function_call_arguments.done","output_index":0,"arguments":"…"})",
      fmt::format(R"({{"type":"response.output_item.done","output_index":0,"item":{}}})", kCall),
      Completed(kCall),
  });
  ASSERT_TRUE(result.ok()) << result.message;
  ASSERT_EQ(deltas_.calls.size(), 1U);
  EXPECT_EQ(deltas_.calls[0].tool, "person");
  EXPECT_EQ(deltas_.calls[0].arguments, R"({"age":36})");
  EXPECT_EQ(result.reply.message.tool_calls.at(0).id, "call_a");
  EXPECT_EQ(result.reply.message.tool_calls.at(0).arguments, R"({"age":36})");
  EXPECT_EQ(result.reply.usage, (Usage{40, 15, 0, 0, 0}));
}

TEST_F(ResponsesStreamTest, CallsAreToldApartByTheirPlaceInTheOutput) {
  Read({
      Added("reasoning", 0),
      Added("function_call", 1),
      Added("function_call", 2),
      Delta("function_call_arguments", "b", 2),
      Delta("function_call_arguments", "a", 1),
      Delta("function_call_arguments", "nobody's", 7),
  });
  ASSERT_EQ(deltas_.calls.size(), 2U);
  EXPECT_EQ(deltas_.calls[0].arguments, "a");
  EXPECT_EQ(deltas_.calls[1].arguments, "b");
}

TEST_F(ResponsesStreamTest, ArgumentsThatComeWholeAreToldOnce) {
  Read({
      Added("function_call"),
      fmt::format(R"({{"type":"response.output_item.done","output_index":0,"item":{}}})", kCall),
  });
  EXPECT_EQ(deltas_.calls.at(0).arguments, R"({"age":36})");
}

TEST_F(ResponsesStreamTest, TextAndThoughts) {
  Read({
      Delta("reasoning_summary_text", "hm"),
      Delta("reasoning_text", "!"),
      Added("message", 1, R"(,"phase":"commentary")"),
      Delta("output_text", "so…", 1),
      Added("message", 2),
      Delta("output_text", "{", 2),
      Delta("output_text", "}", 2),
  });
  EXPECT_EQ(deltas_.thinking, "hm!");
  EXPECT_EQ(deltas_.text, "{}");
}

TEST_F(ResponsesStreamTest, OutputThatTheLastEventLeavesOutIsWhatCameBefore) {
  const SendResult result = Read({
      fmt::format(R"({{"type":"response.output_item.done","output_index":0,"item":{}}})", kCall),
      Completed(""),
  });
  ASSERT_TRUE(result.ok()) << result.message;
  EXPECT_EQ(result.reply.message.tool_calls.at(0).arguments, R"({"age":36})");
  EXPECT_EQ(result.reply.usage.input_tokens, 40);
}

TEST_F(ResponsesStreamTest, EndsThatAreNoAnswers) {
  EXPECT_EQ(Read({}).failure, SendFailure::kMalformed);
  EXPECT_EQ(Read({Delta("output_text", "{}"), "[DONE]"}).failure, SendFailure::kMalformed);
  EXPECT_EQ(Read({"{"}).failure, SendFailure::kMalformed);
  EXPECT_EQ(
      Read({R"({"type":"error","code":"rate_limit_exceeded","message":"slow down"})"}).failure,
      SendFailure::kRateLimited
  );
  EXPECT_EQ(
      Read({R"({"type":"response.failed","response":{"status":"failed",)"
            R"("error":{"code":"server_error","message":"x"}}})"})
          .failure,
      SendFailure::kServerError
  );
  EXPECT_EQ(Read({R"({"type":"response.completed"})"}).failure, SendFailure::kMalformed);
}

TEST_F(ResponsesStreamTest, CutAnswerSaysSo) {
  const SendResult result =
      Read({R"({"type":"response.incomplete","response":{"status":"incomplete",)"
            R"("incomplete_details":{"reason":"max_output_tokens"},"output":[)"
            R"({"type":"message","content":[{"type":"output_text","text":"{\"a"}]}]}})"});
  EXPECT_EQ(result.reply.finish_reason, FinishReason::kLength);
  EXPECT_EQ(result.reply.message.text, "{\"a");
}

TEST_F(ResponsesStreamTest, EventsOfOtherKindsAreIgnored) {
  EXPECT_TRUE(Read({
                       R"({"type":"response.web_search_call.searching","output_index":0})",
                       R"({"type":"response.mcp_call.arguments.delta","delta":"x"})",
                       "",
                       Completed(kCall),
                   })
                  .ok());
  EXPECT_TRUE(deltas_.text.empty());
}

}  // namespace
}  // namespace extractd::providers::openai_responses
