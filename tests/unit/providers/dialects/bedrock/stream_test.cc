#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "server/providers/dialects/bedrock/bedrock_converse.h"

namespace extractd::providers::bedrock_converse {
namespace {

// What was told, one after the other.
class Told final : public DeltaSink {
 public:
  void OnText(std::string_view piece) override { told.push_back("text:" + std::string(piece)); }
  void OnArguments(size_t index, std::string_view tool, std::string_view piece) override {
    told.push_back(std::to_string(index) + ":" + std::string(tool) + ":" + std::string(piece));
  }
  void OnThinking(std::string_view piece) override {
    told.push_back("thinking:" + std::string(piece));
  }
  std::vector<std::string> told = {};
};

using Events = std::vector<std::pair<std::string, std::string>>;

struct Streamed {
  SendResult result = {};
  std::vector<std::string> told = {};
  size_t read = 0;  // events until no more were wanted
};

Streamed Stream(const Events& events) {
  const std::unique_ptr<StreamDecoder> decoder = NewStreamDecoder();
  Told sink;
  Streamed streamed;
  for (const auto& [name, data] : events) {
    ++streamed.read;
    if (!decoder->Read({.name = name, .data = data}, sink)) break;
  }
  streamed.result = decoder->Finish();
  streamed.told = std::move(sink.told);
  return streamed;
}

const std::pair<std::string, std::string> kStart = {
    "messageStart", R"({"role":"assistant","p":"ab"})"
};
const std::pair<std::string, std::string> kStop = {"messageStop", R"({"stopReason":"end_turn"})"};
const std::pair<std::string, std::string> kUsage = {
    "metadata", R"({"usage":{"inputTokens":5,"outputTokens":2,"totalTokens":7}})"
};

std::pair<std::string, std::string> Delta(int index, const std::string& delta) {
  return {
      "contentBlockDelta",
      R"({"contentBlockIndex":)" + std::to_string(index) + R"(,"delta":)" + delta + R"(,"p":"abc"})"
  };
}

TEST(BedrockStreamTest, TextComesInPiecesAndTheUsageBehindTheEnd) {
  const Streamed streamed = Stream(
      {kStart,
       Delta(0, R"({"text":"Hel"})"),
       Delta(0, R"({"text":"lo"})"),
       {"contentBlockStop", R"({"contentBlockIndex":0})"},
       kStop,
       kUsage,
       kStart}
  );
  ASSERT_TRUE(streamed.result.ok()) << streamed.result.message;
  EXPECT_EQ(streamed.told, (std::vector<std::string>{"text:Hel", "text:lo"}));
  EXPECT_EQ(streamed.result.reply.message.text, "Hello");
  EXPECT_EQ(streamed.result.reply.message.verbatim, R"([{"text":"Hello"}])");
  EXPECT_EQ(streamed.result.reply.finish_reason, FinishReason::kStop);
  EXPECT_EQ(streamed.result.reply.usage.input_tokens, 5);
  EXPECT_EQ(streamed.read, 6U) << "nothing counts behind the usage";
}

TEST(BedrockStreamTest, CallsHaveTheirOwnIndexAndPieces) {
  const Streamed streamed = Stream(
      {kStart,
       Delta(0, R"({"text":"Let me see."})"),
       {"contentBlockStart",
        R"({"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"t1","name":"f"}}})"},
       Delta(1, R"({"toolUse":{"input":"{\"a\""}})"),
       Delta(1, R"({"toolUse":{"input":":1}"}})"),
       {"contentBlockStart",
        R"({"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"t2","name":"g"}}})"},
       Delta(2, R"({"toolUse":{"input":""}})"),
       {"contentBlockStop", R"({"contentBlockIndex":2})"},
       {"messageStop", R"({"stopReason":"tool_use"})"},
       kUsage}
  );
  ASSERT_TRUE(streamed.result.ok());
  EXPECT_EQ(
      streamed.told,
      (std::vector<std::string>{"text:Let me see.", R"(0:f:{"a")", "0:f::1}", "1:g:{}"})
  );
  const std::vector<ToolCall>& calls = streamed.result.reply.message.tool_calls;
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].id, "t1");
  EXPECT_EQ(calls[0].arguments, R"({"a":1})");
  EXPECT_EQ(calls[1].arguments, "{}");
  EXPECT_EQ(streamed.result.reply.finish_reason, FinishReason::kToolCalls);
}

TEST(BedrockStreamTest, ThoughtsAreToldAndKeptForTheEcho) {
  const Streamed streamed = Stream(
      {kStart,
       Delta(0, R"({"reasoningContent":{"text":"h"}})"),
       Delta(0, R"({"reasoningContent":{"text":"m"}})"),
       Delta(0, R"({"reasoningContent":{"signature":"si"}})"),
       Delta(0, R"({"reasoningContent":{"signature":"g"}})"),
       Delta(1, R"({"reasoningContent":{"redactedContent":"c2Vj"}})"),
       Delta(2, R"({"text":"x"})"),
       kStop,
       kUsage}
  );
  ASSERT_TRUE(streamed.result.ok());
  EXPECT_EQ(streamed.told, (std::vector<std::string>{"thinking:h", "thinking:m", "text:x"}));
  EXPECT_EQ(
      streamed.result.reply.message.verbatim,
      R"([{"reasoningContent":{"reasoningText":{"text":"hm","signature":"sig"}}},)"
      R"({"reasoningContent":{"redactedContent":"c2Vj"}},{"text":"x"}])"
  );
  EXPECT_EQ(streamed.result.reply.message.thinking.size(), 2U);
}

TEST(BedrockStreamTest, WhatTheProviderRunsItselfIsNotToldAsACall) {
  const Streamed streamed = Stream(
      {kStart,
       {"contentBlockStart",
        R"({"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"s","name":"search",)"
        R"("type":"server_tool_use"}}})"},
       Delta(0, R"({"toolUse":{"input":"{}"}})"),
       Delta(1, R"({"citation":{"title":"T","location":{"web":{"url":"https://t"}}}})"),
       kStop,
       kUsage}
  );
  ASSERT_TRUE(streamed.result.ok());
  EXPECT_TRUE(streamed.told.empty());
  EXPECT_TRUE(streamed.result.reply.message.tool_calls.empty());
  ASSERT_EQ(streamed.result.reply.citations.size(), 1U);
  EXPECT_EQ(streamed.result.reply.citations[0].url, "https://t");
}

TEST(BedrockStreamTest, TheUsageMayComeBeforeTheEndOrNotAtAll) {
  const Streamed before = Stream({kStart, Delta(0, R"({"text":"x"})"), kUsage, kStop, kStart});
  ASSERT_TRUE(before.result.ok());
  EXPECT_EQ(before.result.reply.usage.output_tokens, 2);
  EXPECT_EQ(before.read, 4U);
  const Streamed without = Stream({kStart, Delta(0, R"({"text":"x"})"), kStop});
  EXPECT_TRUE(without.result.ok());
  EXPECT_EQ(without.result.reply.usage, Usage());
}

TEST(BedrockStreamTest, AStreamWithoutAnEndIsNoReply) {
  EXPECT_EQ(Stream({}).result.failure, SendFailure::kMalformed);
  EXPECT_EQ(
      Stream({kStart, Delta(0, R"({"text":"x"})"), kUsage}).result.failure, SendFailure::kMalformed
  );
}

TEST(BedrockStreamTest, ExceptionsInsideTheStreamAreTheErrorsOfTheirNames) {
  const std::pair<const char*, SendFailure> cases[] = {
      {"throttlingException", SendFailure::kRateLimited},
      {"internalServerException", SendFailure::kServerError},
      {"modelStreamErrorException", SendFailure::kServerError},
      {"serviceUnavailableException", SendFailure::kServerError},
      {"validationException", SendFailure::kRejected},
      {"newException", SendFailure::kServerError},
  };
  for (const auto& [name, failure] : cases) {
    const Streamed streamed =
        Stream({kStart, Delta(0, R"({"text":"x"})"), {name, R"({"message":"no luck"})"}, kStop});
    EXPECT_EQ(SendFailureName(streamed.result.failure), SendFailureName(failure)) << name;
    EXPECT_EQ(streamed.result.message, "the provider says: no luck");
    EXPECT_EQ(streamed.read, 3U);
  }
  const Streamed error = Stream({kStart, {"InternalError", "An internal server error occurred"}});
  EXPECT_EQ(error.result.failure, SendFailure::kServerError);
  EXPECT_NE(error.result.message.find("internal server error"), std::string::npos);
}

TEST(BedrockStreamTest, EventsOfAnotherTimeArePassedOverAndBrokenOnesAreNot) {
  EXPECT_TRUE(Stream({kStart, {"newEvent", R"({"x":1})"}, {"", "{}"}, kStop, kUsage}).result.ok());
  for (const char* data : {"", "[]", R"({"a")", "text"}) {
    EXPECT_EQ(
        Stream({kStart, {"contentBlockDelta", data}, kStop}).result.failure, SendFailure::kMalformed
    );
  }
  EXPECT_TRUE(Stream({{"contentBlockDelta", "{}"}, {"contentBlockStart", R"({"start":7})"}, kStop})
                  .result.ok());
}

}  // namespace
}  // namespace extractd::providers::bedrock_converse
