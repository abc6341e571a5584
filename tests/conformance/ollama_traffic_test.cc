// What Ollama answered over its native chat API, recorded by others, and what it was asked.
//
// Left out: /api/generate, which is another API, and /v1/chat/completions, which is another
// dialect (provider_traffic_test.cc).
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/providers/dialects/ollama/ollama_chat.h"
#include "tests/conformance/exchanges.h"
#include "tests/fakes/delta_log.h"

namespace extractd::providers {
namespace {

using recorded::Exchange;
using recorded::Json;

std::vector<Exchange> Traffic(std::map<std::string, int>* left_out = nullptr) {
  std::vector<Exchange> exchanges;
  for (Exchange& exchange : recorded::TrafficOf("ollama")) {
    if (exchange.path == "/api/chat") {
      exchanges.push_back(std::move(exchange));
    } else if (left_out != nullptr) {
      ++(*left_out)[exchange.path];
    }
  }
  return exchanges;
}

void ExpectReply(const SendResult& result, const std::string& text, const Json& last) {
  ASSERT_TRUE(result.ok()) << SendFailureName(result.failure) << ": " << result.message;
  EXPECT_EQ(result.reply.message.text, text);
  EXPECT_EQ(last["done_reason"], "stop");
  EXPECT_EQ(result.reply.finish_reason, FinishReason::kStop);
  // A prompt that the server had in its cache is not counted.
  EXPECT_EQ(result.reply.usage.input_tokens, last.value("prompt_eval_count", 0));
  EXPECT_EQ(result.reply.usage.output_tokens, last["eval_count"].get<int>());
}

TEST(OllamaTrafficTest, EveryRecordedReplyIsReadAsRecorded) {
  REQUIRE_TEST_DATA("provider-traffic");
  std::map<std::string, int> left_out;
  int whole = 0;
  int streams = 0;
  for (const Exchange& exchange : Traffic(&left_out)) {
    SCOPED_TRACE(exchange.id);
    if (!exchange.streamed()) {
      const SendResult result = OllamaChat().Decode(exchange.status, exchange.body, NoHeader);
      ExpectReply(result, exchange.reply["message"]["content"], exchange.reply);
      ++whole;
      continue;
    }
    const auto decoder = OllamaChat().NewStreamDecoder();
    DeltaLog deltas;
    std::string text;
    Json last;
    for (const std::string& line : recorded::EventsOf(exchange.body, "{")) {
      last = Json::parse("{" + line);
      text += last["message"]["content"].get<std::string>();
      EXPECT_EQ(decoder->Read({.data = "{" + line}, deltas), !last["done"].get<bool>());
    }
    ExpectReply(decoder->Finish(), text, last);
    EXPECT_EQ(deltas.text, text);
    ++streams;
  }
  fmt::print("ollama_chat: {} replies and {} streams as recorded;", whole, streams);
  for (const auto& [path, count] : left_out) fmt::print(" left out: {} {}", count, path);
  fmt::print("\n");
  EXPECT_GE(whole, 2);
  EXPECT_GE(streams, 2);
}

TEST(OllamaTrafficTest, ACutReplyIsNeverAnAnswer) {
  REQUIRE_TEST_DATA("provider-traffic");
  int cuts = 0;
  for (const Exchange& exchange : Traffic()) {
    SCOPED_TRACE(exchange.id);
    const size_t step = std::max<size_t>(1, exchange.body.size() / 40);
    for (size_t length = 0; length + 2 < exchange.body.size(); length += step, ++cuts) {
      const std::string body = exchange.body.substr(0, length);
      if (!exchange.streamed()) {
        EXPECT_EQ(OllamaChat().Decode(200, body, NoHeader).failure, SendFailure::kMalformed);
        continue;
      }
      const auto decoder = OllamaChat().NewStreamDecoder();
      DeltaLog deltas;
      for (const std::string& line : recorded::EventsOf(body, "{")) {
        if (!decoder->Read({.data = "{" + line}, deltas)) break;
      }
      EXPECT_EQ(decoder->Finish().failure, SendFailure::kMalformed);
    }
  }
  fmt::print("ollama_chat: {} cut bodies, none taken for an answer\n", cuts);
  EXPECT_GE(cuts, 150);
}

// Members that the recorded clients send with no value, which means the same as leaving them out.
bool IsNothing(const Json& value) {
  return value.is_null() || value == "" || (value.is_structured() && value.empty());
}

TEST(OllamaTrafficTest, TheSameJobMakesTheSameRequest) {
  REQUIRE_TEST_DATA("provider-traffic");
  int same = 0;
  int empty = 0;
  for (const Exchange& exchange : Traffic()) {
    SCOPED_TRACE(exchange.id);
    ChatRequest request = {
        .model = exchange.request["model"], .stream = exchange.request["stream"].get<bool>()
    };
    for (const Json& message : exchange.request["messages"]) {
      ASSERT_EQ(message["role"], "user");
      request.messages.push_back({.role = Role::kUser, .text = message["content"]});
    }
    nlohmann::json expected = nlohmann::json::object();
    for (const auto& [key, value] : exchange.request.items()) {
      empty += IsNothing(value) ? 1 : 0;
      if (!IsNothing(value)) expected[key] = value;
    }
    const auto body = OllamaChat().EncodeBody({.name = "ollama"}, {}, request);
    ASSERT_TRUE(body.ok()) << body.status();
    EXPECT_EQ(nlohmann::json::parse(*body), expected);
    ++same;
  }
  fmt::print("ollama_chat: {} requests as recorded; {} empty members left out\n", same, empty);
  EXPECT_GE(same, 4);
}

}  // namespace
}  // namespace extractd::providers
