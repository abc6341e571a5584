#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "server/providers/dialects/gemini/gemini.h"

namespace extractd::providers {
namespace {

SendResult Decode(std::string_view body) {
  return Gemini().Decode(200, body, NoHeader);
}

// A reply with these parts.
std::string Reply(std::string_view parts, std::string_view finish = R"("STOP")") {
  return std::string(R"({"candidates":[{"content":{"role":"model","parts":)")
      .append(parts)
      .append(R"(},"finishReason":)")
      .append(finish)
      .append("}]}");
}

TEST(GeminiDecodeTest, ToolCall) {
  const SendResult result = Decode(
      R"({"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"person",)"
      R"("args":{"name":"Ann","age":4.0},"id":"fc1"},"thoughtSignature":"Ep+/="}]},)"
      R"("finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":21,)"
      R"("toolUsePromptTokenCount":4,"candidatesTokenCount":9,"thoughtsTokenCount":64,)"
      R"("cachedContentTokenCount":5,"totalTokenCount":98},"modelVersion":"g","responseId":"r"})"
  );
  ASSERT_TRUE(result.ok()) << result.message;
  const Message& message = result.reply.message;
  ASSERT_EQ(message.tool_calls.size(), 1U);
  EXPECT_EQ(message.tool_calls[0].id, "fc1");
  EXPECT_EQ(message.tool_calls[0].name, "person");
  EXPECT_EQ(message.tool_calls[0].arguments, R"({"name":"Ann","age":4.0})") << "as it was written";
  EXPECT_EQ(
      message.verbatim,
      R"([{"functionCall":{"name":"person","args":{"name":"Ann","age":4.0},"id":"fc1"},)"
      R"("thoughtSignature":"Ep+/="}])"
  );
  EXPECT_EQ(result.reply.finish_reason, FinishReason::kStop);
  EXPECT_EQ(result.reply.usage, (Usage{25, 73, 5, 0, 64}));
}

TEST(GeminiDecodeTest, CallsWithoutArgumentsOrIds) {
  const SendResult result =
      Decode(Reply(R"([{"functionCall":{"name":"a"}},{"functionCall":{"name":"b","args":null}}])"));
  ASSERT_EQ(result.reply.message.tool_calls.size(), 2U);
  EXPECT_EQ(result.reply.message.tool_calls[0].id, "");
  EXPECT_EQ(result.reply.message.tool_calls[0].arguments, "{}");
  EXPECT_EQ(result.reply.message.tool_calls[1].arguments, "{}");
}

TEST(GeminiDecodeTest, ThoughtsAndWorkOfTheProviderAreNoPartOfTheAnswer) {
  const SendResult result =
      Decode(Reply(R"([{"text":"Let me see.","thought":true,"thoughtSignature":"s1"},)"
                   R"({"executableCode":{"code":"1+1"}},{"codeExecutionResult":{"output":"1"}},)"
                   R"({"text":"{\"a\":"},{"text":"1}","thoughtSignature":"s2"},{"text":""}])"));
  ASSERT_TRUE(result.ok());
  const Message& message = result.reply.message;
  EXPECT_EQ(message.text, R"({"a":1})");
  ASSERT_EQ(message.thinking.size(), 1U);
  EXPECT_EQ(message.thinking[0].text, "Let me see.");
  EXPECT_EQ(message.thinking[0].opaque, "s1");
  EXPECT_EQ(
      message.verbatim,
      R"([{"text":"Let me see.","thought":true,"thoughtSignature":"s1"},)"
      R"({"executableCode":{"code":"1+1"}},{"codeExecutionResult":{"output":"1"}},)"
      R"({"text":"{\"a\":"},{"text":"1}","thoughtSignature":"s2"}])"
  ) << "everything is echoed but a text that the API would refuse";
}

TEST(GeminiDecodeTest, FinishReasons) {
  const auto finish = [](std::string_view name) {
    return Decode(Reply(R"([{"text":"x"}])", name)).reply.finish_reason;
  };
  EXPECT_EQ(finish(R"("STOP")"), FinishReason::kStop);
  EXPECT_EQ(finish(R"("MAX_TOKENS")"), FinishReason::kLength);
  for (const auto* name :
       {"SAFETY",
        "RECITATION",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "IMAGE_SAFETY",
        "MODEL_ARMOR"}) {
    EXPECT_EQ(finish(std::string("\"") + name + "\""), FinishReason::kContentFilter) << name;
  }
  for (const auto* name :
       {"OTHER",
        "LANGUAGE",
        "MALFORMED_FUNCTION_CALL",
        "UNEXPECTED_TOOL_CALL",
        "MISSING_THOUGHT_SIGNATURE",
        "TOO_MANY_TOOL_CALLS",
        "NEW_ONE"}) {
    EXPECT_EQ(finish(std::string("\"") + name + "\""), FinishReason::kOther) << name;
  }
  EXPECT_EQ(finish("null"), FinishReason::kUnspecified);
  EXPECT_EQ(finish("1"), FinishReason::kStop) << "some send the API's numbers";
  EXPECT_EQ(finish("2"), FinishReason::kLength);
  EXPECT_EQ(finish("3"), FinishReason::kContentFilter);
  EXPECT_EQ(finish("99"), FinishReason::kOther);
}

TEST(GeminiDecodeTest, ABlockedPromptIsARefusalWithItsTokens) {
  const SendResult result =
      Decode(R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},)"
             R"("usageMetadata":{"promptTokenCount":7,"totalTokenCount":7}})");
  ASSERT_TRUE(result.ok()) << result.message;
  EXPECT_EQ(result.reply.finish_reason, FinishReason::kContentFilter);
  EXPECT_EQ(result.reply.usage.input_tokens, 7);
}

TEST(GeminiDecodeTest, AnAnswerWithoutContentIsEmptyNotBroken) {
  const SendResult spent =
      Decode(R"({"candidates":[{"content":{"role":"model"},"finishReason":"MAX_TOKENS"}],)"
             R"("usageMetadata":{"thoughtsTokenCount":50}})");
  ASSERT_TRUE(spent.ok());
  EXPECT_EQ(spent.reply.finish_reason, FinishReason::kLength);
  EXPECT_EQ(spent.reply.usage.output_tokens, 50);
  EXPECT_EQ(spent.reply.message.verbatim, "");
  const SendResult malformed = Decode(
      R"({"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL","finishMessage":"print("}]})"
  );
  ASSERT_TRUE(malformed.ok());
  EXPECT_EQ(malformed.reply.message.text, "");
}

TEST(GeminiDecodeTest, OnlyTheFirstCandidateCounts) {
  EXPECT_EQ(
      Decode(R"({"candidates":[{"content":{"parts":[{"text":"a"}]}},)"
             R"({"content":{"parts":[{"text":"b"}]}}]})")
          .reply.message.text,
      "a"
  );
}

TEST(GeminiDecodeTest, CountsAreNeverNegativeOrHuge) {
  const SendResult result = Decode(
      R"({"candidates":[{}],"usageMetadata":{"promptTokenCount":-5,"candidatesTokenCount":"7",)"
      R"("thoughtsTokenCount":9223372036854775807,"toolUsePromptTokenCount":1e300}})"
  );
  EXPECT_EQ(result.reply.usage.input_tokens, 0);
  EXPECT_GT(result.reply.usage.output_tokens, 0);
}

TEST(GeminiDecodeTest, BrokenRepliesAreMalformed) {
  for (const auto* body : {
           "",
           "<html>busy</html>",
           "[]",
           "7",
           "{}",
           R"({"candidates":[]})",
           R"({"candidates":null})",
           R"({"candidates":{}})",
           R"({"candidates":[{)",
       }) {
    EXPECT_EQ(SendFailureName(Decode(body).failure), "malformed") << body;
  }
}

TEST(GeminiDecodeTest, AnErrorInsideAReplyIsAFailure) {
  const SendResult result =
      Decode(R"([{"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}}])");
  EXPECT_EQ(SendFailureName(result.failure), "server_error");
}

TEST(GeminiDecodeTest, BytesThatAreNotUtf8AreReplacedAndFlagged) {
  const SendResult result = Decode(Reply("[{\"text\":\"a\xFFz\"}]"));
  ASSERT_TRUE(result.ok()) << result.message;
  EXPECT_TRUE(result.reply.sanitized);
  EXPECT_EQ(result.reply.message.text, "a\xEF\xBF\xBDz");
}

// Everything a stream says, in one text.
class Journal final : public DeltaSink {
 public:
  void OnText(std::string_view piece) override { Note("text ", piece); }
  void OnArguments(size_t index, std::string_view tool, std::string_view piece) override {
    Note(std::to_string(index) + ":" + std::string(tool) + " ", piece);
  }
  void OnThinking(std::string_view piece) override { Note("thought ", piece); }

  std::vector<std::string> lines;

 private:
  void Note(std::string_view kind, std::string_view piece) {
    lines.push_back(std::string(kind).append(piece));
  }
};

struct Streamed {
  SendResult result;
  std::vector<std::string> lines;
  size_t events_read = 0;
};

Streamed Stream(const std::vector<std::string>& events) {
  const auto decoder = Gemini().NewStreamDecoder();
  Journal journal;
  Streamed streamed;
  for (const std::string& event : events) {
    ++streamed.events_read;
    if (!decoder->Read({.data = event}, journal)) break;
  }
  streamed.result = decoder->Finish();
  streamed.lines = journal.lines;
  return streamed;
}

using Lines = std::vector<std::string>;

TEST(GeminiStreamTest, TextComesInPiecesAndTheLastCountsCount) {
  const Streamed streamed = Stream({
      R"({"candidates":[{"content":{"parts":[{"text":"Hm","thought":true}]}}],)"
      R"("usageMetadata":{"promptTokenCount":8,"thoughtsTokenCount":3,"totalTokenCount":11}})",
      R"({"candidates":[{"content":{"parts":[{"text":".","thought":true},{"text":"{\"a\":"}]}}],)"
      R"("usageMetadata":{"trafficType":"ON_DEMAND"}})",
      R"({"candidates":[{"content":{"parts":[{"text":"1}"}]}}]})",
      R"({"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"s"}]},)"
      R"("finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":4,)"
      R"("thoughtsTokenCount":3}})",
  });
  EXPECT_EQ(streamed.lines, (Lines{"thought Hm", "thought .", R"(text {"a":)", "text 1}"}));
  ASSERT_TRUE(streamed.result.ok()) << streamed.result.message;
  const ChatReply& reply = streamed.result.reply;
  EXPECT_EQ(reply.message.text, R"({"a":1})");
  ASSERT_EQ(reply.message.thinking.size(), 1U);
  EXPECT_EQ(reply.message.thinking[0].text, "Hm.");
  EXPECT_EQ(reply.finish_reason, FinishReason::kStop);
  EXPECT_EQ(reply.usage, (Usage{8, 7, 0, 0, 3}));
  EXPECT_EQ(
      reply.message.verbatim,
      R"([{"text":"Hm","thought":true},{"text":".","thought":true},{"text":"{\"a\":"},)"
      R"({"text":"1}"},{"text":"","thoughtSignature":"s"}])"
  ) << "the signature may stand alone";
}

TEST(GeminiStreamTest, CallsComeWhole) {
  const Streamed streamed = Stream({
      R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"a","args":{"x":1}}},)"
      R"({"functionCall":{"name":"b","args":{}}}]}}]})",
      R"({"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP"}]})",
  });
  EXPECT_EQ(streamed.lines, (Lines{R"(0:a {"x":1})", "1:b {}"}));
  ASSERT_EQ(streamed.result.reply.message.tool_calls.size(), 2U);
  EXPECT_EQ(streamed.result.reply.message.text, "");
}

TEST(GeminiStreamTest, ArgumentsMayComeInPieces) {
  const auto part = [](std::string_view call) {
    return std::string(R"({"candidates":[{"content":{"parts":[{"functionCall":)")
        .append(call)
        .append("}]}}]}");
  };
  const Streamed streamed = Stream({
      R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"a","id":"1","willContinue":true},)"
      R"("thoughtSignature":"s"}]}}]})",
      part(
          R"({"partialArgs":[{"jsonPath":"$.x","stringValue":"An","willContinue":true}],"willContinue":true})"
      ),
      part(
          R"({"partialArgs":[{"jsonPath":"$.x","stringValue":"n"},{"jsonPath":"$.y","numberValue":1.5}],)"
          R"("willContinue":true})"
      ),
      part("{}"),
      part(R"({"name":"b","args":{}})"),
      R"({"candidates":[{"finishReason":"STOP"}]})",
  });
  EXPECT_EQ(
      streamed.lines, (Lines{R"(0:a {"x":"An)", R"(0:a n")", R"(0:a ,"y":1.5)", "0:a }", "1:b {}"})
  );
  ASSERT_TRUE(streamed.result.ok()) << streamed.result.message;
  const Message& message = streamed.result.reply.message;
  ASSERT_EQ(message.tool_calls.size(), 2U);
  EXPECT_EQ(message.tool_calls[0].arguments, R"({"x":"Ann","y":1.5})");
  EXPECT_EQ(
      message.verbatim,
      R"([{"functionCall":{"id":"1","name":"a","args":{"x":"Ann","y":1.5}},"thoughtSignature":"s"},)"
      R"({"functionCall":{"name":"b","args":{}}}])"
  );
}

TEST(GeminiStreamTest, AStreamThatEndsEarlyIsNoAnswer) {
  const std::string piece = R"({"candidates":[{"content":{"parts":[{"text":"{}"}]}}]})";
  EXPECT_EQ(SendFailureName(Stream({piece}).result.failure), "malformed");
  EXPECT_EQ(SendFailureName(Stream({}).result.failure), "malformed");
}

TEST(GeminiStreamTest, AnErrorEndsTheStream) {
  const Streamed streamed = Stream({
      R"({"candidates":[{"content":{"parts":[{"text":"{"}]}}],"usageMetadata":{"promptTokenCount":5}})",
      R"({"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}})",
      R"({"candidates":[{"finishReason":"STOP"}]})",
  });
  EXPECT_EQ(streamed.events_read, 2U);
  EXPECT_EQ(SendFailureName(streamed.result.failure), "server_error");
  EXPECT_EQ(streamed.result.reply.usage.input_tokens, 5) << "they were spent all the same";
}

TEST(GeminiStreamTest, EventsThatMakeNoSenseAreMalformed) {
  for (const auto* event : {"", "no JSON", "7", "null", "[]"}) {
    const Streamed streamed = Stream({event, R"({"candidates":[{"finishReason":"STOP"}]})"});
    EXPECT_EQ(streamed.events_read, 1U) << event;
    EXPECT_EQ(SendFailureName(streamed.result.failure), "malformed") << event;
  }
}

TEST(GeminiStreamTest, ABlockedPromptEndsWithoutAnswer) {
  const Streamed streamed = Stream({R"({"promptFeedback":{"blockReason":"SAFETY"}})"});
  ASSERT_TRUE(streamed.result.ok());
  EXPECT_EQ(streamed.result.reply.finish_reason, FinishReason::kContentFilter);
}

TEST(GeminiStreamTest, ACutCallIsNotEchoedAsIfItWereWhole) {
  const Streamed streamed = Stream({
      R"({"candidates":[{"content":{"parts":[{"text":"So"},{"functionCall":{"name":"a","willContinue":true}}]}}]})",
      R"({"candidates":[{"content":{"parts":[{"functionCall":{"partialArgs":[)"
      R"({"jsonPath":"$.x","stringValue":"A","willContinue":true}],"willContinue":true}}]},)"
      R"("finishReason":"MAX_TOKENS"}]})",
  });
  ASSERT_TRUE(streamed.result.ok());
  EXPECT_EQ(streamed.result.reply.finish_reason, FinishReason::kLength);
  EXPECT_EQ(streamed.result.reply.message.tool_calls[0].arguments, R"({"x":"A)");
  EXPECT_EQ(streamed.result.reply.message.verbatim, "");
}

}  // namespace
}  // namespace extractd::providers
