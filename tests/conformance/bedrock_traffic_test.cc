// Each recorded exchange of Bedrock's Converse API must be read as it was recorded. The InvokeModel
// API (invoke_model, invoke_model_stream) and the OpenAI-like ones that Bedrock has, too, are other
// protocols: left out by name. Streams: bedrock_streams_test.cc.
#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/providers/dialects/bedrock/bedrock_converse.h"
#include "tests/conformance/bedrock_recordings.h"

namespace extractd::providers {
namespace {

SendResult Decode(const Json& response) {
  const std::string body = response.value("body_json", Json()).dump();
  const Json headers = response.value("headers", Json::object());
  std::map<std::string, std::string> values;
  for (const auto& [name, value] : headers.items()) values[name] = value.get<std::string>();
  const auto header = [&values](std::string_view name) -> std::string_view {
    const auto found = values.find(std::string(name));
    return found == values.end() ? std::string_view() : found->second;
  };
  return BedrockConverse().Decode(response["status"], body, header);
}

void ExpectUnary(const Json& response, Counts& counts) {
  const SendResult result = Decode(response);
  ASSERT_TRUE(result.ok()) << result.message;
  const Json& body = response["body_json"];
  ExpectReply(result.reply, body["output"]["message"]["content"], counts);
  EXPECT_EQ(result.reply.finish_reason, kReasons.at(body["stopReason"]));
  ExpectUsage(result.reply.usage, body.value("usage", Json()));
}

TEST(BedrockTrafficTest, EveryRecordedReplyIsReadAsRecorded) {
  REQUIRE_TEST_DATA("provider-traffic");
  Counts counts;
  for (const Exchange& exchange : Recorded("converse")) {
    if (exchange.response["status"] != 200) continue;
    SCOPED_TRACE(exchange.id);
    ExpectUnary(exchange.response, counts);
  }
  Print("provider-traffic", counts);
  EXPECT_GE(counts.replies, 37);
  EXPECT_GE(counts.calls, 7);
  EXPECT_GE(counts.thoughts, 9);
}

TEST(BedrockTrafficTest, EveryFixtureOfAClientLibraryIsReadAsRecorded) {
  REQUIRE_TEST_DATA("provider-fixtures");
  Counts counts;
  for (const Json& row : Fixtures("unary")) {
    SCOPED_TRACE(row["id"].get<std::string>());
    ExpectUnary({{"status", 200}, {"body_json", row["body_json"]}}, counts);
  }
  Print("provider-fixtures", counts);
  EXPECT_GE(counts.replies, 5);
}

// What a person reads in the recorded error.
SendFailure MeaningOf(const Json& response) {
  const std::string message = response["body_json"].value("message", "");
  if (response["status"] == 403) return SendFailure::kAuth;
  if (message.find("model identifier") != std::string::npos) return SendFailure::kUnknownModel;
  if (message.find("Input Tokens Exceeded") != std::string::npos)
    return SendFailure::kContextTooLong;
  return SendFailure::kRejected;
}

TEST(BedrockTrafficTest, EveryRecordedErrorHasItsMeaning) {
  REQUIRE_TEST_DATA("provider-traffic");
  std::map<std::string_view, int> counts;
  int errors = 0;
  for (const std::string_view api : {"converse", "converse_stream"}) {
    for (const Exchange& exchange : Recorded(api)) {
      if (exchange.response["status"] == 200) continue;
      SCOPED_TRACE(exchange.id);
      const SendResult result = Decode(exchange.response);
      EXPECT_EQ(SendFailureName(result.failure), SendFailureName(MeaningOf(exchange.response)))
          << exchange.response["body_json"];
      ++counts[SendFailureName(result.failure)];
      ++errors;
    }
  }
  fmt::print("provider-traffic: {} errors:", errors);
  for (const auto& [failure, count] : counts) fmt::print(" {} {}", count, failure);
  fmt::print("\n");
  EXPECT_GE(errors, 10);
}

TEST(BedrockTrafficTest, ACutReplyIsNeverAnAnswer) {
  REQUIRE_TEST_DATA("provider-traffic");
  for (const Exchange& exchange : Recorded("converse")) {
    if (exchange.response["status"] != 200) continue;
    const std::string body = exchange.response["body_json"].dump();
    const size_t step = std::max<size_t>(1, body.size() / 40);
    for (size_t length = 0; length < body.size(); length += step) {
      const SendResult result =
          BedrockConverse().Decode(200, std::string_view(body).substr(0, length), NoHeader);
      EXPECT_EQ(SendFailureName(result.failure), "malformed") << exchange.id;
    }
  }
}

}  // namespace
}  // namespace extractd::providers
