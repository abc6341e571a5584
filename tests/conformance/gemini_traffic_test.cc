// What Google's APIs answered, recorded by others: each exchange must be read as it was recorded,
// whole or event by event. What is expected is taken from the recording with another JSON library,
// so that it shares nothing with the decoder.
#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "server/json/parse.h"
#include "server/json/write.h"
#include "server/providers/dialects/gemini/gemini.h"
#include "tests/conformance/recorded.h"
#include "tests/fakes/test_data.h"

namespace extractd::providers {
namespace {

using Json = nlohmann::ordered_json;

struct Exchange {
  std::string id;
  int status = 200;
  std::string body = {};          // of an unary one
  std::vector<Json> events = {};  // the responses: one, or those of the stream
  bool streamed = false;
};

std::vector<Json> EventsOf(const std::string& stream) {
  constexpr std::string_view kData = "data: ";
  constexpr std::string_view kEnd = "\r\n\r\n";
  std::vector<Json> events;
  for (size_t begin = 0; begin < stream.size();) {
    const size_t end = std::min(stream.find(kEnd, begin), stream.size());
    EXPECT_EQ(stream.compare(begin, kData.size(), kData), 0);
    events.push_back(Json::parse(stream.substr(begin + kData.size(), end - begin - kData.size())));
    begin = end + kEnd.size();
  }
  return events;
}

Exchange ExchangeOf(std::string id, int status, const Json& response) {
  Exchange exchange = {.id = std::move(id), .status = status};
  if (response.contains("body_json")) {
    exchange.events = {response["body_json"]};
    exchange.body = exchange.events[0].dump();
  } else {
    exchange.streamed = true;
    exchange.events = EventsOf(response["body_text"]);
  }
  return exchange;
}

std::vector<Exchange> RecordedTraffic() {
  const std::filesystem::path directory = TestDataDir() / "provider-traffic";
  std::vector<Exchange> exchanges;
  for (const Json& row : recorded::Lines(directory / "index.jsonl")) {
    const std::string api = row["api"];
    if (api != "generate_content" && api != "stream_generate_content") continue;
    const Json exchange = Json::parse(ReadFile(directory / row["file"].get<std::string>()));
    const Json& response = exchange["response"];
    exchanges.push_back(ExchangeOf(row["id"], response["status"], response));
  }
  return exchanges;
}

std::vector<Exchange> RecordedFixtures() {
  std::vector<Exchange> exchanges;
  for (const Json& row : recorded::Lines(TestDataDir() / "provider-fixtures" / "fixtures.jsonl")) {
    if (row["api"] != "generate_content") continue;
    if (row["kind"] == "unary") {
      const bool error = row["body_json"].contains("error");
      const int status = error ? row["body_json"]["error"]["code"].get<int>() : 200;
      exchanges.push_back(ExchangeOf(row["id"], status, row));
    } else {
      exchanges.push_back({.id = row["id"], .events = row["events_json"], .streamed = true});
    }
  }
  return exchanges;
}

// What stands in the events of one exchange.
struct Expected {
  std::string text = {};
  std::string thoughts = {};
  std::vector<std::string> names = {};  // of calls
  std::vector<Json> arguments = {};
  std::string signatures = {};  // one after the other
  Json usage = Json::object();  // the last count of each kind
  std::string finish = {};
  size_t quotes = 0;
  size_t sources = 0;
};

// Puts `value` at a path such as $.a[0].b; a text joins the text that is there.
void Put(Json& root, const std::string& path, const Json& value) {
  std::string pointer;
  for (const char c : path.substr(1)) {
    if (c == ']') continue;
    pointer += c == '.' || c == '[' ? '/' : c;
  }
  Json& place = root[Json::json_pointer(pointer)];
  place = place.is_string() ? Json(place.get<std::string>() + value.get<std::string>()) : value;
}

void ExpectCall(const Json& call, bool& open, Expected& expected) {
  if (!open) {
    expected.names.push_back(call["name"]);
    expected.arguments.push_back(call.value("args", Json::object()));
  }
  for (const Json& piece : call.value("partialArgs", Json::array())) {
    Put(expected.arguments.back(), piece["jsonPath"], piece["stringValue"]);
  }
  open = call.value("willContinue", false);
}

Expected ExpectedOf(const std::vector<Json>& events) {
  Expected expected;
  bool open = false;
  for (const Json& event : events) {
    expected.usage.update(event.value("usageMetadata", Json::object()));
    const Json& candidate = event["candidates"][0];
    const Json content = candidate.value("content", Json::object());
    for (const Json& part : content.value("parts", Json::array())) {
      expected.signatures += part.value("thoughtSignature", "");
      if (part.contains("functionCall")) ExpectCall(part["functionCall"], open, expected);
      std::string& text = part.value("thought", false) ? expected.thoughts : expected.text;
      text += part.value("text", "");
    }
    const Json finish = candidate.value("finishReason", Json());
    if (!finish.is_null())
      expected.finish = finish.is_string() ? finish.get<std::string>() : finish.dump();
    const Json grounding = candidate.value("groundingMetadata", Json::object());
    expected.sources += grounding.value("groundingChunks", Json::array()).size();
    expected.quotes += grounding.value("groundingSupports", Json::array()).size();
  }
  return expected;
}

class Told final : public DeltaSink {
 public:
  void OnText(std::string_view piece) override { text += piece; }
  void OnArguments(size_t index, std::string_view, std::string_view piece) override {
    arguments[index] += piece;
  }
  void OnThinking(std::string_view piece) override { thoughts += piece; }

  std::string text;
  std::string thoughts;
  std::map<size_t, std::string> arguments;
};

// Reads the exchange; of a stream, what was told on the way must be what the reply holds.
SendResult Read(const Exchange& exchange) {
  if (!exchange.streamed) return Gemini().Decode(exchange.status, exchange.body, NoHeader);
  const auto decoder = Gemini().NewStreamDecoder();
  Told told;
  for (const Json& event : exchange.events)
    EXPECT_TRUE(decoder->Read({.data = event.dump()}, told));
  SendResult result = decoder->Finish();
  if (!result.ok()) return result;
  const Message& message = result.reply.message;
  EXPECT_EQ(told.text, message.text);
  EXPECT_EQ(told.arguments.size(), message.tool_calls.size());
  for (const auto& [index, text] : told.arguments) {
    EXPECT_EQ(text, message.tool_calls.at(index).arguments);
  }
  return result;
}

const std::map<std::string, FinishReason> kFinishReasons = {
    {"STOP", FinishReason::kStop},
    {"1", FinishReason::kStop},
    {"MAX_TOKENS", FinishReason::kLength},
    {"UNEXPECTED_TOOL_CALL", FinishReason::kOther},
};

struct Counts {
  int answers = 0;
  int streams = 0;
  int texts = 0;
  int tool_calls = 0;
  int signatures = 0;
  int with_reasoning_tokens = 0;
  int grounded = 0;
};

void ExpectUsage(const Usage& usage, const Json& counted) {
  const auto count = [&counted](const char* name) { return counted.value(name, std::int64_t{0}); };
  EXPECT_EQ(usage.input_tokens, count("promptTokenCount") + count("toolUsePromptTokenCount"));
  EXPECT_EQ(usage.output_tokens, count("candidatesTokenCount") + count("thoughtsTokenCount"));
  EXPECT_EQ(usage.reasoning_tokens, count("thoughtsTokenCount"));
  EXPECT_EQ(usage.cached_input_tokens, count("cachedContentTokenCount"));
}

// What would be sent back holds every part and signature, unchanged.
void ExpectEcho(const ChatReply& reply, const Expected& expected) {
  const Json parts =
      reply.message.verbatim.empty() ? Json::array() : Json::parse(reply.message.verbatim);
  std::string signatures;
  std::vector<Json> arguments;
  for (const Json& part : parts) {
    signatures += part.value("thoughtSignature", "");
    if (part.contains("functionCall"))
      arguments.push_back(part["functionCall"].value("args", Json::object()));
  }
  EXPECT_EQ(signatures, expected.signatures);
  EXPECT_EQ(arguments, expected.arguments);
}

void ExpectAnswer(const Exchange& exchange, Counts& counts) {
  const SendResult result = Read(exchange);
  ASSERT_TRUE(result.ok()) << SendFailureName(result.failure) << ": " << result.message;
  const ChatReply& reply = result.reply;
  const Expected expected = ExpectedOf(exchange.events);
  EXPECT_EQ(reply.message.text, expected.text);
  std::string thoughts;
  for (const Thinking& thought : reply.message.thinking) thoughts += thought.text;
  EXPECT_EQ(thoughts, expected.thoughts);
  ASSERT_EQ(reply.message.tool_calls.size(), expected.names.size());
  for (size_t i = 0; i < expected.names.size(); ++i) {
    EXPECT_EQ(reply.message.tool_calls[i].name, expected.names[i]);
    EXPECT_EQ(Json::parse(reply.message.tool_calls[i].arguments), expected.arguments[i]);
  }
  ASSERT_TRUE(kFinishReasons.contains(expected.finish)) << expected.finish;
  EXPECT_EQ(reply.finish_reason, kFinishReasons.at(expected.finish));
  ExpectUsage(reply.usage, expected.usage);
  ExpectEcho(reply, expected);
  EXPECT_EQ(reply.citations.empty(), expected.sources == 0);
  EXPECT_GE(reply.citations.size(), expected.quotes);
  EXPECT_FALSE(reply.sanitized);

  ++counts.answers;
  counts.streams += exchange.streamed ? 1 : 0;
  counts.texts += reply.message.text.empty() ? 0 : 1;
  counts.tool_calls += static_cast<int>(reply.message.tool_calls.size());
  counts.signatures += expected.signatures.empty() ? 0 : 1;
  counts.with_reasoning_tokens += reply.usage.reasoning_tokens > 0 ? 1 : 0;
  counts.grounded += reply.citations.empty() ? 0 : 1;
}

void PrintCounts(std::string_view what, const Counts& counts) {
  fmt::print(
      "{}: {} answers read as recorded ({} streamed): {} texts, {} tool calls, {} with signatures, "
      "{} with reasoning tokens, {} with sources\n",
      what,
      counts.answers,
      counts.streams,
      counts.texts,
      counts.tool_calls,
      counts.signatures,
      counts.with_reasoning_tokens,
      counts.grounded
  );
}

// The reply to a batch that was handed in is of another method of the API.
bool IsBatch(const Exchange& exchange) {
  return !exchange.streamed && exchange.events[0].contains("metadata");
}

TEST(GeminiTrafficTest, EveryRecordedAnswerIsReadAsRecorded) {
  REQUIRE_TEST_DATA("provider-traffic");
  Counts counts;
  int batches = 0;
  for (const Exchange& exchange : RecordedTraffic()) {
    if (exchange.status != 200) continue;
    SCOPED_TRACE(exchange.id);
    if (IsBatch(exchange)) {
      EXPECT_EQ(SendFailureName(Read(exchange).failure), "malformed") << "not taken for an answer";
      ++batches;
    } else {
      ExpectAnswer(exchange, counts);
    }
  }
  PrintCounts("provider-traffic", counts);
  EXPECT_EQ(batches, 1);
  EXPECT_GE(counts.answers, 70);
  EXPECT_GE(counts.streams, 25);
  EXPECT_GE(counts.tool_calls, 20);
  EXPECT_GE(counts.signatures, 20);
  EXPECT_GE(counts.with_reasoning_tokens, 29);
  EXPECT_GE(counts.grounded, 5);
}

TEST(GeminiTrafficTest, EveryFixtureOfAClientLibraryIsReadAsRecorded) {
  REQUIRE_TEST_DATA("provider-fixtures");
  Counts counts;
  for (const Exchange& exchange : RecordedFixtures()) {
    if (exchange.status != 200) continue;
    SCOPED_TRACE(exchange.id);
    ExpectAnswer(exchange, counts);
  }
  PrintCounts("provider-fixtures", counts);
  EXPECT_GE(counts.answers, 12);
  EXPECT_GE(counts.streams, 7);
}

// What a person reads in the recorded error: the status, and a word of the body where the status
// leaves it open. The first row that fits counts.
struct ErrorMeaning {
  int status;
  std::string_view word;
  SendFailure failure;
};
constexpr std::array kErrorMeanings = {
    ErrorMeaning{400, "API key not valid", SendFailure::kAuth},
    ErrorMeaning{400, "input token count", SendFailure::kContextTooLong},
    ErrorMeaning{400, "temperature value", SendFailure::kRejected},
    ErrorMeaning{400, "Cannot fetch content", SendFailure::kRejected},
    ErrorMeaning{404, "models/", SendFailure::kUnknownModel},
    ErrorMeaning{429, "PerMinute", SendFailure::kRateLimited},
};

TEST(GeminiTrafficTest, EveryRecordedErrorHasItsMeaning) {
  REQUIRE_TEST_DATA("provider-traffic");
  REQUIRE_TEST_DATA("provider-fixtures");
  std::vector<Exchange> exchanges = RecordedTraffic();
  for (Exchange& exchange : RecordedFixtures()) exchanges.push_back(std::move(exchange));
  std::map<std::string_view, int> counts;
  int errors = 0;
  for (const Exchange& exchange : exchanges) {
    if (exchange.status == 200) continue;
    SCOPED_TRACE(exchange.id);
    const auto* meaning = std::ranges::find_if(kErrorMeanings, [&](const ErrorMeaning& row) {
      return row.status == exchange.status && exchange.body.find(row.word) != std::string::npos;
    });
    ASSERT_NE(meaning, kErrorMeanings.end()) << exchange.body;
    const SendResult result = Read(exchange);
    EXPECT_EQ(SendFailureName(result.failure), SendFailureName(meaning->failure)) << exchange.body;
    if (meaning->failure == SendFailure::kRateLimited) {
      EXPECT_GE(result.retry_after, std::chrono::seconds(30)) << exchange.body;
    }
    const std::string said = exchange.events[0]["error"]["message"];
    const bool quoted = result.message.find(said.substr(0, 200)) != std::string::npos;
    EXPECT_EQ(quoted, result.failure != SendFailure::kAuth) << result.message;
    ++counts[SendFailureName(result.failure)];
    ++errors;
  }
  fmt::print("traffic and fixtures: {} errors:", errors);
  for (const auto& [failure, count] : counts) fmt::print(" {} {}", count, failure);
  fmt::print("\n");
  EXPECT_GE(errors, 8);
}

// Of errors that others wrote down: what the google.rpc status in them means.
const std::map<std::string, SendFailure> kStatuses = {
    {"INVALID_ARGUMENT", SendFailure::kRejected},
    {"PERMISSION_DENIED", SendFailure::kAuth},
    {"NOT_FOUND", SendFailure::kUnknownModel},
    {"RESOURCE_EXHAUSTED", SendFailure::kRateLimited},
    {"UNAVAILABLE", SendFailure::kServerError},
    {"INTERNAL", SendFailure::kServerError},
    {"REDIRECT", SendFailure::kRejected},
};

TEST(GeminiTrafficTest, ErrorsOfOtherTestSuitesHaveTheMeaningOfTheirStatus) {
  REQUIRE_TEST_DATA("provider-errors");
  int errors = 0;
  for (const Json& row : recorded::Lines(TestDataDir() / "provider-errors" / "errors.jsonl")) {
    const std::string whose = row["provider_guess"];
    if (whose != "google" && whose != "vertex") continue;
    const Json& error = row["body_json"]["error"];
    if (!error.is_object()) continue;  // of a file system
    SCOPED_TRACE(row["id"].get<std::string>());
    const std::string status = error["status"];
    const std::string message = error["message"];
    ASSERT_TRUE(kStatuses.contains(status)) << status;
    const bool about_model = message.find("model not found") != std::string::npos;
    const SendFailure expected = about_model ? SendFailure::kUnknownModel : kStatuses.at(status);
    const std::string body = row["body_json"].dump();
    const SendResult result = Gemini().Decode(error.value("code", 500), body, NoHeader);
    EXPECT_EQ(SendFailureName(result.failure), SendFailureName(expected)) << body;
    ++errors;
  }
  fmt::print("provider-errors: {} errors\n", errors);
  EXPECT_GE(errors, 11);
}

// A reply that was cut anywhere is never an answer: a body is unreadable, a stream has no end.
TEST(GeminiTrafficTest, ACutReplyIsNeverAnAnswer) {
  REQUIRE_TEST_DATA("provider-traffic");
  int cuts = 0;
  for (const Exchange& exchange : RecordedTraffic()) {
    if (exchange.status != 200 || IsBatch(exchange)) continue;
    SCOPED_TRACE(exchange.id);
    if (exchange.streamed) {
      Exchange cut = exchange;
      while (!cut.events.empty()) {
        cut.events.pop_back();
        EXPECT_EQ(SendFailureName(Read(cut).failure), "malformed");
        ++cuts;
      }
      continue;
    }
    const size_t step = std::max<size_t>(1, exchange.body.size() / 40);
    for (size_t length = 0; length < exchange.body.size(); length += step) {
      const SendResult result = Gemini().Decode(200, exchange.body.substr(0, length), NoHeader);
      EXPECT_EQ(SendFailureName(result.failure), "malformed");
      ++cuts;
    }
  }
  fmt::print("provider-traffic: {} cut replies, none taken for an answer\n", cuts);
  EXPECT_GE(cuts, 1800);
}

}  // namespace
}  // namespace extractd::providers
