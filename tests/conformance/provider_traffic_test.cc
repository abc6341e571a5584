// What real providers answered, recorded by others: each unary chat_completions exchange must be
// read as it was recorded. What is expected is taken from the recording with another JSON library,
// by name and wherever it stands, so that it shares nothing with the decoder.
#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "server/json/parse.h"
#include "server/json/write.h"
#include "server/providers/dialects/openai_chat/openai_chat.h"
#include "tests/conformance/recorded.h"
#include "tests/fakes/test_data.h"

namespace extractd::providers {
namespace {

using recorded::ExpectedText;
using recorded::Json;
using recorded::LargestNamed;
using recorded::Lines;

struct Exchange {
  std::string id;
  int status = 200;
  std::string body = {};  // the bytes, as far as the recording kept them
  Json recorded = {};     // null unless the body was JSON
};

Exchange ExchangeOf(std::string id, int status, const Json& response) {
  Exchange exchange = {.id = std::move(id), .status = status};
  if (response.contains("body_json")) {
    exchange.recorded = response["body_json"];
    exchange.body = exchange.recorded.dump();
  } else {
    exchange.body = response.value("body_text", std::string());
  }
  return exchange;
}

// Errors of streams are bodies like any other; what was streamed belongs to another test.
bool IsStreamed(const Json& exchange) {
  const Json& body = exchange["request"].value("body_json", Json());
  const bool asked = body.is_object() && body.value("stream", false);
  return asked && exchange["response"]["status"] == 200;
}

std::vector<Exchange> RecordedTraffic() {
  const std::filesystem::path directory = TestDataDir() / "provider-traffic";
  std::vector<Exchange> exchanges;
  for (const Json& row : Lines(directory / "index.jsonl")) {
    if (row["api"] != "chat_completions") continue;
    const Json exchange = Json::parse(ReadFile(directory / row["file"].get<std::string>()));
    if (IsStreamed(exchange)) continue;
    const Json& response = exchange["response"];
    exchanges.push_back(ExchangeOf(row["id"], response["status"], response));
  }
  return exchanges;
}

std::vector<Exchange> RecordedFixtures() {
  std::vector<Exchange> exchanges;
  for (const Json& row : Lines(TestDataDir() / "provider-fixtures" / "fixtures.jsonl")) {
    if (row["api"] != "chat_completions" || row["kind"] != "unary") continue;
    exchanges.push_back(ExchangeOf(row["id"], 200, row));
  }
  return exchanges;
}

// The total is what is billed: tokens in it that are neither prompt nor completion were thoughts.
Usage ExpectedUsage(const Json& body) {
  const Json usage = body.value("usage", Json::object());
  const std::int64_t input = LargestNamed(usage, {"prompt_tokens"});
  return {
      .input_tokens = input,
      .output_tokens = LargestNamed(usage, {"total_tokens"}) - input,
      .cached_input_tokens =
          LargestNamed(usage, {"cached_tokens", "num_cached_tokens", "prompt_cache_hit_tokens"}),
      .cache_write_input_tokens = LargestNamed(usage, {"cache_write_tokens"}),
      .reasoning_tokens = LargestNamed(usage, {"reasoning_tokens"}),
  };
}

std::vector<Json> ExpectedFunctions(const Json& message) {
  std::vector<Json> functions;
  for (const Json& call : message.value("tool_calls", Json()))
    functions.push_back(call["function"]);
  const Json legacy = message.value("function_call", Json());
  if (functions.empty() && legacy.is_object()) functions.push_back(legacy);
  return functions;
}

const std::map<std::string, FinishReason> kFinishReasons = {
    {"stop", FinishReason::kStop},
    {"length", FinishReason::kLength},
    {"tool_calls", FinishReason::kToolCalls},
    {"function_call", FinishReason::kToolCalls},
};

void ExpectCalls(const std::vector<ToolCall>& calls, const std::vector<Json>& functions) {
  ASSERT_EQ(calls.size(), functions.size());
  for (size_t i = 0; i < calls.size(); ++i) {
    EXPECT_EQ(calls[i].name, functions[i]["name"].get<std::string>());
    const Json& arguments = functions[i]["arguments"];
    EXPECT_EQ(
        calls[i].arguments, arguments.is_string() ? arguments.get<std::string>() : arguments.dump()
    );
  }
}

struct Counts {
  int answers = 0;
  int texts = 0;
  int tool_calls = 0;
  int truncated = 0;
  int with_reasoning_tokens = 0;
  int with_cached_tokens = 0;
};

void ExpectAnswer(const Exchange& exchange, Counts& counts) {
  const SendResult result = openai_chat::DecodeReply(exchange.body);
  ASSERT_TRUE(result.ok()) << SendFailureName(result.failure) << ": " << result.message;
  const ChatReply& reply = result.reply;
  const Json& choice = exchange.recorded["choices"][0];
  const Json& message = choice["message"];
  EXPECT_EQ(reply.message.text, ExpectedText(message));
  const Json refusal = message.value("refusal", Json());
  EXPECT_EQ(reply.refusal, refusal.is_string() ? refusal.get<std::string>() : "");
  ExpectCalls(reply.message.tool_calls, ExpectedFunctions(message));
  const std::string finish = choice["finish_reason"];
  ASSERT_TRUE(kFinishReasons.contains(finish)) << finish;
  EXPECT_EQ(reply.finish_reason, kFinishReasons.at(finish));

  const Usage usage = ExpectedUsage(exchange.recorded);
  EXPECT_EQ(reply.usage.input_tokens, usage.input_tokens);
  EXPECT_EQ(reply.usage.output_tokens, usage.output_tokens);
  EXPECT_EQ(reply.usage.cached_input_tokens, usage.cached_input_tokens);
  EXPECT_EQ(reply.usage.cache_write_input_tokens, usage.cache_write_input_tokens);
  EXPECT_EQ(reply.usage.reasoning_tokens, usage.reasoning_tokens);
  EXPECT_FALSE(reply.sanitized);

  ++counts.answers;
  counts.texts += reply.message.text.empty() ? 0 : 1;
  counts.tool_calls += static_cast<int>(reply.message.tool_calls.size());
  counts.truncated += reply.finish_reason == FinishReason::kLength ? 1 : 0;
  counts.with_reasoning_tokens += usage.reasoning_tokens > 0 ? 1 : 0;
  counts.with_cached_tokens += usage.cached_input_tokens > 0 ? 1 : 0;
}

// The fixtures have no status. An error inside a 200 must be seen, and one that says that the
// request is wrong must not be sent again.
void ExpectRejectedForGood(const Exchange& exchange) {
  ASSERT_EQ(exchange.recorded["error"]["type"], "invalid_request_error");
  const SendResult result = openai_chat::DecodeReply(exchange.body);
  EXPECT_EQ(SendFailureName(result.failure), SendFailureName(SendFailure::kRejected));
}

void PrintCounts(std::string_view what, const Counts& counts) {
  fmt::print(
      "{}: {} answers read as recorded: {} texts, {} tool calls, {} cut by the token limit, {} "
      "with "
      "reasoning tokens, {} with cached ones\n",
      what,
      counts.answers,
      counts.texts,
      counts.tool_calls,
      counts.truncated,
      counts.with_reasoning_tokens,
      counts.with_cached_tokens
  );
}

TEST(ProviderTrafficTest, EveryRecordedAnswerIsReadAsRecorded) {
  REQUIRE_TEST_DATA("provider-traffic");
  Counts counts;
  for (const Exchange& exchange : RecordedTraffic()) {
    if (exchange.status != 200) continue;
    SCOPED_TRACE(exchange.id);
    ExpectAnswer(exchange, counts);
  }
  PrintCounts("provider-traffic", counts);
  EXPECT_GE(counts.answers, 93);
  EXPECT_GE(counts.texts, 72);
  EXPECT_GE(counts.tool_calls, 23);
  EXPECT_GE(counts.truncated, 3);
  EXPECT_GE(counts.with_reasoning_tokens, 15);
  EXPECT_GE(counts.with_cached_tokens, 9);
}

TEST(ProviderTrafficTest, EveryFixtureOfAClientLibraryIsReadAsRecorded) {
  REQUIRE_TEST_DATA("provider-fixtures");
  Counts counts;
  for (const Exchange& exchange : RecordedFixtures()) {
    SCOPED_TRACE(exchange.id);
    if (exchange.recorded.contains("error")) {
      ExpectRejectedForGood(exchange);
    } else {
      ExpectAnswer(exchange, counts);
    }
  }
  PrintCounts("provider-fixtures", counts);
  EXPECT_GE(counts.answers, 17);
  EXPECT_GE(counts.with_reasoning_tokens, 4);
}

// What a person reads in the recorded error: the status, and a word of its code, type or message
// where the status leaves it open. The first row that fits counts.
struct ErrorMeaning {
  int status;
  std::string_view word;
  SendFailure failure;
};
constexpr std::array kErrorMeanings = {
    ErrorMeaning{401, "", SendFailure::kAuth},
    ErrorMeaning{404, "model_not_found", SendFailure::kUnknownModel},
    ErrorMeaning{404, "DeploymentNotFound", SendFailure::kUnknownModel},
    ErrorMeaning{429, "RateLimitReached", SendFailure::kRateLimited},
    ErrorMeaning{400, "prompt too long", SendFailure::kContextTooLong},
    ErrorMeaning{400, "too_many_prompt_tokens", SendFailure::kContextTooLong},
    ErrorMeaning{400, "tool_use_failed", SendFailure::kNone},  // an answer, given back as an error
    ErrorMeaning{400, "invalid_value", SendFailure::kRejected},
    ErrorMeaning{400, "unsupported_value", SendFailure::kRejected},
    ErrorMeaning{400, "invalid_image_url", SendFailure::kRejected},
    ErrorMeaning{500, "", SendFailure::kServerError},
};

const ErrorMeaning* MeaningOf(const Exchange& exchange) {
  const auto* found = std::ranges::find_if(kErrorMeanings, [&](const ErrorMeaning& meaning) {
    return meaning.status == exchange.status &&
           exchange.body.find(meaning.word) != std::string::npos;
  });
  return found == kErrorMeanings.end() ? nullptr : found;
}

// The provider's own words reach the caller, but for those about a key, which may quote it.
void ExpectMessage(const SendResult& result, const Exchange& exchange) {
  if (!exchange.recorded.is_object()) return;
  const std::string said = exchange.recorded["error"]["message"];
  const bool quoted = result.message.find(said.substr(0, 200)) != std::string::npos;
  EXPECT_EQ(quoted, result.failure != SendFailure::kAuth) << result.message;
}

TEST(ProviderTrafficTest, EveryRecordedErrorHasItsMeaning) {
  REQUIRE_TEST_DATA("provider-traffic");
  std::map<std::string_view, int> counts;
  int errors = 0;
  for (const Exchange& exchange : RecordedTraffic()) {
    if (exchange.status == 200) continue;
    SCOPED_TRACE(exchange.id);
    const ErrorMeaning* meaning = MeaningOf(exchange);
    ASSERT_NE(meaning, nullptr) << exchange.status << " " << exchange.body;
    const SendResult result = openai_chat::DecodeError(exchange.status, exchange.body);
    EXPECT_EQ(SendFailureName(result.failure), SendFailureName(meaning->failure)) << exchange.body;
    if (meaning->failure == SendFailure::kNone) {
      const std::string answer = exchange.recorded["error"]["failed_generation"];
      EXPECT_EQ(result.reply.message.text, answer);
    } else {
      ExpectMessage(result, exchange);
    }
    ++counts[SendFailureName(result.failure)];
    ++errors;
  }
  fmt::print("provider-traffic: {} errors:", errors);
  for (const auto& [failure, count] : counts) fmt::print(" {} {}", count, failure);
  fmt::print("\n");
  EXPECT_GE(errors, 20);
  EXPECT_GE(counts.size(), 7u);
}

// A body that was cut anywhere is unreadable, and never half an answer.
TEST(ProviderTrafficTest, ACutReplyIsNeverAnAnswer) {
  REQUIRE_TEST_DATA("provider-traffic");
  int cuts = 0;
  for (const Exchange& exchange : RecordedTraffic()) {
    if (exchange.status != 200) continue;
    SCOPED_TRACE(exchange.id);
    const size_t step = std::max<size_t>(1, exchange.body.size() / 40);
    for (size_t length = 0; length < exchange.body.size(); length += step) {
      const SendResult result = openai_chat::DecodeReply(exchange.body.substr(0, length));
      EXPECT_EQ(SendFailureName(result.failure), SendFailureName(SendFailure::kMalformed));
      ++cuts;
    }
  }
  fmt::print("provider-traffic: {} cut bodies, none taken for an answer\n", cuts);
  EXPECT_GE(cuts, 3700);
}

}  // namespace
}  // namespace extractd::providers
