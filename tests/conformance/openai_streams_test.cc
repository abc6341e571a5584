// Streams and Responses of real providers, recorded by others: each exchange of the two OpenAI
// protocols must be read as it was recorded, whole or event by event, and what a sink is told must
// add up to the reply. What is expected is put together from the recording by other code.
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "server/providers/dialects/openai_chat/openai_chat.h"
#include "server/providers/dialects/openai_responses/openai_responses.h"
#include "tests/conformance/recorded.h"
#include "tests/fakes/kept_deltas.h"
#include "tests/fakes/test_data.h"

namespace extractd::providers {
namespace {

using recorded::Json;

constexpr std::string_view kChat = "openai_chat";
constexpr std::string_view kResponses = "openai_responses";

struct Exchange {
  std::string id;
  std::string provider;
  std::string_view dialect;
  int status = 200;
  std::string body = {};                 // of a whole reply
  std::vector<std::string> events = {};  // of a streamed one
  bool abridged = false;                 // some of its deltas were left out
  bool streamed() const { return !events.empty(); }
};

// "chat" is the name of one provider's own path of the same protocol.
std::string_view DialectOf(const Json& row) {
  if (row["api"] == "responses") return kResponses;
  const bool chat = row["api"] == "chat" && row["provider"] == "writer";
  return row["api"] == "chat_completions" || chat ? kChat : std::string_view();
}

std::vector<Exchange> Traffic() {
  const std::filesystem::path directory = TestDataDir() / "provider-traffic";
  std::vector<Exchange> exchanges;
  for (const Json& row : recorded::Lines(directory / "index.jsonl")) {
    const std::string_view dialect = DialectOf(row);
    if (dialect.empty()) continue;
    const Json exchange = Json::parse(ReadFile(directory / row["file"].get<std::string>()));
    const Json& response = exchange["response"];
    Exchange read = {
        .id = row["id"],
        .provider = row["provider"],
        .dialect = dialect,
        .status = response["status"],
    };
    const std::string text = response.value("body_text", "");
    if (response.contains("body_json")) {
      read.body = response["body_json"].dump();
    } else if (text.find("data:") != std::string::npos && read.status == 200) {
      read.events = fakes::DataOfEvents(text);
    } else {
      read.body = text;
    }
    exchanges.push_back(std::move(read));
  }
  return exchanges;
}

// Each with or without the framing of an event.
std::vector<std::string> EventsOfLines(const Json& lines) {
  std::vector<std::string> events;
  for (const Json& line : lines) {
    const std::string text = line;
    if (text.starts_with("{")) events.push_back(text);
    if (text.starts_with("data: ")) events.push_back(text.substr(6));
  }
  return events;
}

std::vector<Exchange> Fixtures() {
  std::vector<Exchange> exchanges;
  for (const Json& row : recorded::Lines(TestDataDir() / "provider-fixtures" / "fixtures.jsonl")) {
    const std::string_view dialect = DialectOf(row);
    if (dialect.empty()) continue;
    Exchange read = {.id = row["id"], .provider = row["provider"], .dialect = dialect};
    read.abridged = true;
    if (row["kind"] == "unary") read.body = row["body_json"].dump();
    if (row["kind"] == "stream_events") {
      for (const Json& event : row["events_json"]) read.events.push_back(event.dump());
    }
    if (row["kind"] == "stream_lines") read.events = EventsOfLines(row["lines"]);
    exchanges.push_back(std::move(read));
  }
  return exchanges;
}

// What a recording says, in the form of a reply.
struct Expected {
  bool failed = false;
  std::string text = {};
  std::vector<std::pair<std::string, std::string>> calls = {};  // name, arguments
  std::string refusal = {};
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t reasoning_tokens = 0;
  bool cut = false;
};

bool IsError(const Json& object) {
  return object.is_object() && object.contains("error") && !object["error"].is_null();
}

std::string Text(const Json& object, std::string_view key) {
  if (!object.is_object() || !object.contains(key)) return {};
  const Json& value = object[std::string(key)];
  if (value.is_null()) return {};
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void ReadUsage(const Json& usage, std::string_view prompt, Expected& expected) {
  if (!usage.is_object()) return;
  expected.input_tokens = recorded::LargestNamed(usage, {prompt});
  const std::int64_t total = recorded::LargestNamed(usage, {"total_tokens"});
  const std::int64_t said = recorded::LargestNamed(usage, {"completion_tokens", "output_tokens"});
  expected.output_tokens = std::max(said, total - expected.input_tokens);
  expected.reasoning_tokens = recorded::LargestNamed(usage, {"reasoning_tokens"});
}

// A piece continues the last call if it names the same index, and its id or none.
struct LastCall {
  std::string index = {};
  std::string id = {};
};

void ReadCallPieces(const Json& calls, LastCall& last, Expected& expected) {
  for (const Json& call : calls) {
    const std::string index = Text(call, "index");
    const std::string id = Text(call, "id");
    const bool grows =
        !expected.calls.empty() && last.index == index && (id.empty() || id == last.id);
    if (!grows) expected.calls.emplace_back(Text(call["function"], "name"), "");
    last = {.index = index, .id = id.empty() && grows ? last.id : id};
    expected.calls.back().second += Text(call["function"], "arguments");
  }
}

Expected ExpectedChatStream(const std::vector<std::string>& events) {
  Expected expected;
  LastCall last;
  for (const std::string& data : events) {
    if (data.starts_with("[DONE]")) break;
    const Json chunk = Json::parse(data, nullptr, false);
    if (chunk.is_discarded()) return {.failed = true};
    // What the server refused and gave back is an answer.
    if (IsError(chunk) && Text(chunk["error"], "code") == "tool_use_failed") {
      return {.text = Text(chunk["error"], "failed_generation")};
    }
    if (IsError(chunk)) return {.failed = true};
    if (chunk.contains("x_groq"))
      ReadUsage(chunk["x_groq"].value("usage", Json()), "prompt_tokens", expected);
    ReadUsage(chunk.value("usage", Json()), "prompt_tokens", expected);
    const Json choices = chunk.value("choices", Json());
    if (!choices.is_array() || choices.empty()) continue;
    expected.cut = expected.cut || Text(choices[0], "finish_reason") == "length";
    const Json delta = choices[0].value("delta", Json());
    if (!delta.is_object()) continue;
    expected.text += recorded::RawText(delta);
    expected.refusal += Text(delta, "refusal");
    ReadCallPieces(delta.value("tool_calls", Json()), last, expected);
  }
  expected.text = recorded::BehindThoughts(expected.text);
  return expected;
}

Expected ExpectedChat(const Json& body) {
  Expected expected;
  if (IsError(body)) {
    expected.failed = true;
    return expected;
  }
  if (!body.contains("choices")) return {.failed = true};
  const Json& choice = body["choices"][0];
  const Json& message = choice["message"];
  expected.text = recorded::ExpectedText(message);
  expected.refusal = Text(message, "refusal");
  for (const Json& call : message.value("tool_calls", Json())) {
    expected.calls.emplace_back(
        Text(call["function"], "name"), Text(call["function"], "arguments")
    );
  }
  if (expected.calls.empty() && message.contains("function_call") &&
      message["function_call"].is_object()) {
    const Json& call = message["function_call"];
    expected.calls.emplace_back(Text(call, "name"), Text(call, "arguments"));
  }
  ReadUsage(body.value("usage", Json()), "prompt_tokens", expected);
  expected.cut = Text(choice, "finish_reason") == "length";
  return expected;
}

Expected ExpectedResponse(const Json& response) {
  Expected expected;
  if (IsError(response) || response.value("status", "") == "failed") {
    expected.failed = true;
    return expected;
  }
  if (!response.contains("output")) return {.failed = true};
  for (const Json& item : response["output"]) {
    if (item["type"] == "function_call") {
      expected.calls.emplace_back(Text(item, "name"), Text(item, "arguments"));
    }
    if (item["type"] != "message" || Text(item, "phase") == "commentary") continue;
    for (const Json& part : item["content"]) {
      expected.text += Text(part, "text");
      expected.refusal += Text(part, "refusal");
    }
  }
  ReadUsage(response.value("usage", Json()), "input_tokens", expected);
  expected.cut = Text(response, "status") == "incomplete";
  return expected;
}

// The last event has the whole; where it leaves the output out, the finished items are it.
Expected ExpectedResponseStream(const std::vector<std::string>& events) {
  Json items = Json::array();
  for (const std::string& data : events) {
    const Json event = Json::parse(data, nullptr, false);
    if (event.is_discarded()) continue;
    const std::string type = Text(event, "type");
    if (type == "error") return {.failed = true};
    if (type == "response.output_item.done") items.push_back(event["item"]);
    if (type != "response.completed" && type != "response.incomplete" &&
        type != "response.failed") {
      continue;
    }
    Json response = event["response"];
    if (!response.contains("output") || response["output"].empty()) response["output"] = items;
    return ExpectedResponse(response);
  }
  return {.failed = true};
}

Expected ExpectedOf(const Exchange& exchange) {
  const bool chat = exchange.dialect == kChat;
  if (exchange.streamed()) {
    return chat ? ExpectedChatStream(exchange.events) : ExpectedResponseStream(exchange.events);
  }
  const Json body = Json::parse(exchange.body, nullptr, false);
  if (body.is_discarded()) return {.failed = true};
  return chat ? ExpectedChat(body) : ExpectedResponse(body);
}

const Dialect& DialectOf(const Exchange& exchange) {
  return exchange.dialect == kChat ? OpenAiChat() : OpenAiResponses();
}

void ExpectReply(const ChatReply& reply, const Expected& expected) {
  EXPECT_EQ(reply.message.text, expected.text);
  EXPECT_EQ(reply.refusal, expected.refusal);
  ASSERT_EQ(reply.message.tool_calls.size(), expected.calls.size());
  for (size_t i = 0; i < expected.calls.size(); ++i) {
    EXPECT_EQ(reply.message.tool_calls[i].name, expected.calls[i].first);
    EXPECT_EQ(reply.message.tool_calls[i].arguments, expected.calls[i].second);
    EXPECT_FALSE(reply.message.tool_calls[i].id.empty());
  }
  EXPECT_EQ(reply.usage.input_tokens, expected.input_tokens);
  EXPECT_EQ(reply.usage.output_tokens, expected.output_tokens);
  EXPECT_EQ(reply.usage.reasoning_tokens, expected.reasoning_tokens);
  EXPECT_EQ(reply.finish_reason == FinishReason::kLength, expected.cut);
  EXPECT_FALSE(reply.sanitized);
}

// What the sink was told is the reply, piece by piece.
void ExpectDeltas(const fakes::KeptDeltas& deltas, const ChatReply& reply) {
  EXPECT_EQ(deltas.text, reply.message.text);
  ASSERT_EQ(deltas.calls.size(), reply.message.tool_calls.size());
  for (size_t i = 0; i < deltas.calls.size(); ++i) {
    EXPECT_EQ(deltas.calls[i].tool, reply.message.tool_calls[i].name);
    EXPECT_EQ(deltas.calls[i].arguments, reply.message.tool_calls[i].arguments);
  }
}

struct Counts {
  int whole = 0;
  int streamed = 0;
  int failures = 0;
  int calls = 0;
};
using CountTable = std::map<std::pair<std::string_view, std::string>, Counts>;

void Check(const Exchange& exchange, CountTable& table) {
  SCOPED_TRACE(exchange.id);
  Counts& counts = table[{exchange.dialect, exchange.provider}];
  const Expected expected = ExpectedOf(exchange);
  fakes::KeptDeltas deltas;
  SendResult result;
  if (exchange.streamed()) {
    const std::unique_ptr<StreamDecoder> decoder = DialectOf(exchange).NewStreamDecoder();
    result = fakes::ReadStream(*decoder, exchange.events, deltas);
  } else {
    result = DialectOf(exchange).Decode(exchange.status, exchange.body, NoHeader);
  }
  ASSERT_EQ(result.ok(), !expected.failed) << result.message;
  if (expected.failed) {
    ++counts.failures;
    return;
  }
  ExpectReply(result.reply, expected);
  if (exchange.streamed() && !exchange.abridged) ExpectDeltas(deltas, result.reply);
  ++(exchange.streamed() ? counts.streamed : counts.whole);
  counts.calls += static_cast<int>(expected.calls.size());
}

Counts Print(std::string_view what, const CountTable& table) {
  Counts sum;
  for (const auto& [key, counts] : table) {
    fmt::print(
        "{}: {} of {}: {} whole, {} streamed, {} failures, {} tool calls\n",
        what,
        key.first,
        key.second,
        counts.whole,
        counts.streamed,
        counts.failures,
        counts.calls
    );
    sum.whole += counts.whole;
    sum.streamed += counts.streamed;
    sum.failures += counts.failures;
    sum.calls += counts.calls;
  }
  fmt::print(
      "{}: in all {} whole, {} streamed, {} failures, {} tool calls\n",
      what,
      sum.whole,
      sum.streamed,
      sum.failures,
      sum.calls
  );
  return sum;
}

TEST(OpenAiStreamsTest, EveryRecordedExchangeIsReadAsRecorded) {
  REQUIRE_TEST_DATA("provider-traffic");
  CountTable table;
  for (const Exchange& exchange : Traffic()) {
    if (exchange.status == 200) Check(exchange, table);
  }
  const Counts sum = Print("provider-traffic", table);
  EXPECT_GE(sum.whole, 140);
  EXPECT_GE(sum.streamed, 53);
  std::set<std::string> providers;
  for (const auto& [key, counts] : table) providers.insert(key.second);
  for (const auto* name :
       {"azure",
        "cerebras",
        "deepseek",
        "groq",
        "huggingface",
        "mistral",
        "openai",
        "openrouter",
        "perplexity",
        "writer",
        "xai",
        "zai"}) {
    EXPECT_TRUE(providers.contains(name)) << name;
  }
}

TEST(OpenAiStreamsTest, EveryFixtureIsReadAsRecorded) {
  REQUIRE_TEST_DATA("provider-fixtures");
  CountTable table;
  for (const Exchange& exchange : Fixtures()) Check(exchange, table);
  const Counts sum = Print("provider-fixtures", table);
  EXPECT_GE(sum.whole, 45);
  EXPECT_GE(sum.streamed, 40);
}

TEST(OpenAiStreamsTest, ErrorsOfResponsesHaveTheirMeaning) {
  REQUIRE_TEST_DATA("provider-traffic");
  int errors = 0;
  for (const Exchange& exchange : Traffic()) {
    if (exchange.status == 200 || exchange.dialect != kResponses) continue;
    SCOPED_TRACE(exchange.id);
    const SendResult result = DialectOf(exchange).Decode(exchange.status, exchange.body, NoHeader);
    EXPECT_FALSE(result.ok());
    EXPECT_NE(result.failure, SendFailure::kServerError) << exchange.body;
    if (exchange.status == 401) EXPECT_EQ(result.failure, SendFailure::kAuth);
    if (exchange.status == 400) EXPECT_NE(result.failure, SendFailure::kAuth);
    ++errors;
  }
  fmt::print("provider-traffic: {} errors of Responses, all final\n", errors);
  EXPECT_GE(errors, 8);
}

// A stream that ends before its time is never an answer.
TEST(OpenAiStreamsTest, AStreamThatWasCutIsNeverAnAnswer) {
  REQUIRE_TEST_DATA("provider-traffic");
  int cuts = 0;
  for (const Exchange& exchange : Traffic()) {
    if (!exchange.streamed() || exchange.dialect != kResponses) continue;
    SCOPED_TRACE(exchange.id);
    const size_t step = std::max<size_t>(1, exchange.events.size() / 30);
    for (size_t count = 0; count + 2 < exchange.events.size(); count += step) {
      fakes::KeptDeltas deltas;
      const std::unique_ptr<StreamDecoder> decoder = DialectOf(exchange).NewStreamDecoder();
      const std::vector<std::string> events(
          exchange.events.begin(), exchange.events.begin() + static_cast<std::ptrdiff_t>(count)
      );
      EXPECT_EQ(fakes::ReadStream(*decoder, events, deltas).failure, SendFailure::kMalformed);
      ++cuts;
    }
  }
  fmt::print("provider-traffic: {} cut streams, none taken for an answer\n", cuts);
  EXPECT_GE(cuts, 300);
}

}  // namespace
}  // namespace extractd::providers
