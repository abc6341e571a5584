#include "server/plugins/reply_json.h"

#include <gtest/gtest.h>

namespace extractd::plugins {
namespace {

using namespace std::chrono_literals;

std::string ProblemIn(std::string_view text) {
  const auto result = ReadReplyJson(text);
  return result.ok() ? "" : std::string(result.status().message());
}

TEST(ReplyJsonTest, AReplyHasAllThatTheHostKnows) {
  const auto result = ReadReplyJson(
      R"({"reply":{"text":"hi","refusal":"no","verbatim":"[1]","finish_reason":"tool_calls",)"
      R"("tool_calls":[{"id":"c1","name":"t","arguments":"{}"}],)"
      R"("thinking":[{"text":"hm","opaque":"sig"}],"citations":[{"text":"q","url":"u","title":"t"}],)"
      R"("usage":{"input_tokens":1,"output_tokens":2,"cached_input_tokens":3,)"
      R"("cache_write_input_tokens":4,"reasoning_tokens":5}}})"
  );
  ASSERT_TRUE(result.ok()) << result.status();
  const ChatReply& reply = result->reply;
  EXPECT_EQ(reply.message.text, "hi");
  EXPECT_EQ(reply.refusal, "no");
  EXPECT_EQ(reply.message.verbatim, "[1]");
  EXPECT_EQ(reply.finish_reason, FinishReason::kToolCalls);
  ASSERT_EQ(reply.message.tool_calls.size(), 1U);
  EXPECT_EQ(reply.message.tool_calls[0].arguments, "{}");
  EXPECT_EQ(reply.message.thinking.at(0).opaque, "sig");
  EXPECT_EQ(reply.citations.at(0).title, "t");
  EXPECT_EQ(reply.usage.input_tokens, 1);
  EXPECT_EQ(reply.usage.reasoning_tokens, 5);
}

TEST(ReplyJsonTest, AFailureIsOneOfTheList) {
  const auto result =
      ReadReplyJson(R"({"failure":"rate_limited","message":"slow down","retry_after_ms":1500})");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->failure, SendFailure::kRateLimited);
  EXPECT_EQ(result->message, "slow down");
  EXPECT_EQ(result->retry_after, 1500ms);
  EXPECT_EQ(ReadReplyJson(R"({"failure":"auth"})")->message, "the reply means auth");
  const std::string long_text(5'000, 'x');
  EXPECT_EQ(
      ReadReplyJson(R"({"failure":"auth","message":")" + long_text + "\"}")->message.size(), 500U
  );
  for (const auto* name : {"none", "cancelled", "timeout", "connection", "tired"}) {
    EXPECT_NE(
        ProblemIn(std::string(R"({"failure":")") + name + "\"}").find("failure: is none of"),
        std::string::npos
    );
  }
}

TEST(ReplyJsonTest, WhatHasAnotherFormIsNamed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "no JSON object"},
      {"7", "no JSON object"},
      {"{}", "neither a failure nor a reply"},
      {R"({"reply":[]})", "neither a failure nor a reply"},
      {R"({"failure":7})", "failure: must be a string"},
      {R"({"reply":{"text":7}})", "text: must be a string"},
      {R"({"reply":{"finish_reason":"bored"}})", "finish_reason: must be"},
      {R"({"reply":{"verbatim":"{"}})", "verbatim: must be a string that holds JSON"},
      {R"({"reply":{"usage":[]}})", "usage: must be an object"},
      {R"({"reply":{"usage":{"input_tokens":-1}}})", "input_tokens: must be an integer 0"},
      {R"({"reply":{"usage":{"input_tokens":1.5}}})", "input_tokens: must be an integer 0"},
      {R"({"reply":{"usage":{"output_tokens":"9"}}})", "output_tokens: must be an integer 0"},
      {R"({"reply":{"tool_calls":{}}})", "tool_calls: must be a list"},
      {R"({"reply":{"tool_calls":[1]}})", "tool_calls: must be a list of objects"},
      {R"({"reply":{"thinking":[{"text":1}]}})", "text: must be a string"},
      {R"({"failure":"auth","retry_after_ms":-1})", "retry_after_ms: must be an integer 0"},
  };
  for (const auto& [text, problem] : cases) {
    EXPECT_NE(ProblemIn(text).find(problem), std::string::npos) << text << " → " << ProblemIn(text);
  }
}

TEST(ReplyJsonTest, ListsHaveALimit) {
  std::string calls = "{}";
  for (int i = 0; i < 1'000; ++i) calls += ",{}";
  EXPECT_NE(
      ProblemIn(R"({"reply":{"tool_calls":[)" + calls + "]}}").find("at most 1000"),
      std::string::npos
  );
}

TEST(ReplyJsonTest, HalvesOfSurrogatesBecomeUtf8) {
  EXPECT_EQ(ReadReplyJson(R"({"reply":{"text":"\ud800"}})")->reply.message.text, "\xEF\xBF\xBD");
}

TEST(ReplyJsonTest, AnEventSaysWhatItAddsAndToWhichCall) {
  const auto delta = ReadDeltaJson(
      R"({"reply":{"tool_calls":[{"name":"a"},{"index":3,"arguments":"{"}]},"last":true})"
  );
  ASSERT_TRUE(delta.ok()) << delta.status();
  EXPECT_EQ(delta->calls, (std::vector<size_t>{0, 3}));
  EXPECT_EQ(delta->added.reply.message.tool_calls.at(1).arguments, "{");
  EXPECT_TRUE(delta->last);
  EXPECT_TRUE(ReadDeltaJson(R"({"last":true})")->last);
  EXPECT_EQ(ReadDeltaJson(R"({"failure":"auth"})")->added.failure, SendFailure::kAuth);
}

TEST(ReplyJsonTest, AnEventOfAnotherFormIsNamed) {
  for (const auto* text :
       {"{}",
        R"({"last":false})",
        R"({"last":1})",
        R"({"reply":1,"last":true})",
        R"({"reply":{"tool_calls":[{"index":-1}]}})"}) {
    EXPECT_FALSE(ReadDeltaJson(text).ok()) << text;
  }
}

}  // namespace
}  // namespace extractd::plugins
