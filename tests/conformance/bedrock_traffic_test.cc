// What Bedrock really answered, recorded by others: each exchange of its Converse API must be read
// as it was recorded. What is expected is taken from the recording with another JSON library. The
// InvokeModel API (invoke_model, invoke_model_stream) and the OpenAI-like ones that Bedrock has,
// too, are other protocols: left out by name.
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <absl/strings/escaping.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "server/json/parse.h"
#include "server/json/read.h"
#include "server/net/event_stream/event_stream_decoder.h"
#include "server/providers/dialects/bedrock/bedrock_converse.h"
#include "tests/fakes/test_data.h"

namespace extractd::providers {
namespace {

using Json = nlohmann::ordered_json;

struct Exchange {
  std::string id;
  Json request = {};   // null for fixtures
  Json response = {};  // {status, headers, body_json | body_base64}
};

std::vector<Json> Lines(const std::filesystem::path& path) {
  std::vector<Json> rows;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) rows.push_back(Json::parse(line));
  return rows;
}

std::vector<Exchange> Recorded(std::string_view api) {
  const std::filesystem::path directory = TestDataDir() / "provider-traffic";
  std::vector<Exchange> exchanges;
  for (const Json& row : Lines(directory / "index.jsonl")) {
    if (row["api"] != api) continue;
    const Json exchange = Json::parse(ReadFile(directory / row["file"].get<std::string>()));
    exchanges.push_back({row["id"], exchange["request"], exchange["response"]});
  }
  return exchanges;
}

std::vector<Json> Fixtures(std::string_view kind) {
  std::vector<Json> rows;
  for (Json& row : Lines(TestDataDir() / "provider-fixtures" / "fixtures.jsonl")) {
    if (row["api"] == "converse" && row["kind"] == kind) rows.push_back(std::move(row));
  }
  return rows;
}

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

const std::map<std::string, FinishReason> kReasons = {
    {"end_turn", FinishReason::kStop},
    {"tool_use", FinishReason::kToolCalls},
    {"max_tokens", FinishReason::kLength},
    {"guardrail_intervened", FinishReason::kContentFilter},
};

void ExpectUsage(const Usage& usage, const Json& recorded) {
  if (recorded.is_null()) {
    EXPECT_EQ(usage, Usage());
    return;
  }
  // Whatever was cached: input and output are the total.
  EXPECT_EQ(usage.input_tokens + usage.output_tokens, recorded["totalTokens"].get<std::int64_t>());
  EXPECT_EQ(usage.output_tokens, recorded["outputTokens"].get<std::int64_t>());
  EXPECT_EQ(usage.cached_input_tokens, recorded.value("cacheReadInputTokens", 0));
  EXPECT_EQ(usage.cache_write_input_tokens, recorded.value("cacheWriteInputTokens", 0));
}

struct Counts {
  int replies = 0;
  int texts = 0;
  int calls = 0;
  int thoughts = 0;
};

// `content`: the blocks as recorded.
void ExpectReply(const ChatReply& reply, const Json& content, Counts& counts) {
  std::string text;
  std::vector<Json> calls;
  size_t thoughts = 0;
  for (const Json& block : content) {
    if (block.contains("text")) text += block["text"].get<std::string>();
    if (block.contains("toolUse") && block["toolUse"].value("type", "") != "server_tool_use") {
      calls.push_back(block["toolUse"]);
    }
    if (block.contains("reasoningContent")) {
      const Json& thought = block["reasoningContent"];
      ASSERT_LT(thoughts, reply.message.thinking.size());
      const Thinking& read = reply.message.thinking[thoughts++];
      if (thought.contains("reasoningText")) {
        EXPECT_EQ(read.text, thought["reasoningText"]["text"].get<std::string>());
        EXPECT_EQ(read.opaque, thought["reasoningText"].value("signature", ""));
      } else {
        EXPECT_EQ(read.opaque, thought["redactedContent"].get<std::string>());
      }
      EXPECT_NE(reply.message.verbatim.find(read.opaque), std::string::npos);
    }
  }
  EXPECT_EQ(reply.message.text, text);
  EXPECT_EQ(reply.message.thinking.size(), thoughts);
  ASSERT_EQ(reply.message.tool_calls.size(), calls.size());
  for (size_t i = 0; i < calls.size(); ++i) {
    EXPECT_EQ(reply.message.tool_calls[i].id, calls[i]["toolUseId"].get<std::string>());
    EXPECT_EQ(reply.message.tool_calls[i].name, calls[i]["name"].get<std::string>());
    EXPECT_EQ(Json::parse(reply.message.tool_calls[i].arguments), calls[i]["input"]);
  }
  ++counts.replies;
  counts.texts += text.empty() ? 0 : 1;
  counts.calls += static_cast<int>(calls.size());
  counts.thoughts += static_cast<int>(thoughts);
}

void Print(std::string_view what, const Counts& counts) {
  fmt::print(
      "{}: {} replies read as recorded: {} texts, {} tool calls, {} thoughts\n",
      what,
      counts.replies,
      counts.texts,
      counts.calls,
      counts.thoughts
  );
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

// Streams.

struct Pieces final : DeltaSink {
  void OnText(std::string_view piece) override { text += piece; }
  void OnArguments(size_t index, std::string_view, std::string_view piece) override {
    if (arguments.size() <= index) arguments.resize(index + 1);
    arguments[index] += piece;
  }
  void OnThinking(std::string_view piece) override { thinking += piece; }
  std::string text = {};
  std::vector<std::string> arguments = {};
  std::string thinking = {};
};

struct Streamed {
  SendResult result = {};
  Pieces pieces = {};
};

// The bytes as they come from the socket, in two pieces.
Streamed ReadBytes(std::string_view bytes, size_t split) {
  net::EventStreamDecoder frames;
  const std::unique_ptr<StreamDecoder> decoder = BedrockConverse().NewStreamDecoder();
  Streamed streamed;
  bool goes_on = true;
  for (const std::string_view piece : {bytes.substr(0, split), bytes.substr(split)}) {
    frames.Feed(piece);
    while (goes_on) {
      const auto message = frames.Next();
      EXPECT_TRUE(message.ok()) << message.status();
      if (!message.ok() || *message == nullptr) break;
      goes_on = decoder->Read({(*message)->name(), (*message)->data()}, streamed.pieces);
    }
  }
  streamed.result = decoder->Finish();
  return streamed;
}

// The blocks that recorded events make, put together by another hand.
Json BlocksOf(const std::vector<Json>& events) {
  std::map<int, Json> blocks;
  std::set<int> tools;
  const auto append = [](Json& object, const char* key, const std::string& text) {
    object[key] = object.value(key, "") + text;
  };
  for (const Json& event : events) {
    if (event.contains("contentBlockStart")) {
      const Json& start = event["contentBlockStart"];
      if (!start["start"].contains("toolUse")) continue;
      blocks[start["contentBlockIndex"]]["toolUse"] = start["start"]["toolUse"];
      tools.insert(start["contentBlockIndex"].get<int>());
    } else if (event.contains("contentBlockDelta")) {
      Json& block = blocks[event["contentBlockDelta"]["contentBlockIndex"]];
      const Json& delta = event["contentBlockDelta"]["delta"];
      if (delta.contains("text")) append(block, "text", delta["text"]);
      if (delta.contains("toolUse")) append(block["toolUse"], "input", delta["toolUse"]["input"]);
      if (!delta.contains("reasoningContent")) continue;
      const Json& thought = delta["reasoningContent"];
      Json& kept = block["reasoningContent"];
      if (thought.contains("text")) append(kept["reasoningText"], "text", thought["text"]);
      if (thought.contains("signature"))
        append(kept["reasoningText"], "signature", thought["signature"]);
      if (thought.contains("redactedContent"))
        append(kept, "redactedContent", thought["redactedContent"]);
    }
  }
  Json content = Json::array();
  for (auto& [index, block] : blocks) {
    if (tools.contains(index)) {
      const std::string input = block["toolUse"].value("input", "");
      block["toolUse"]["input"] = input.empty() ? Json::object() : Json::parse(input);
    }
    content.push_back(block);
  }
  return content;
}

const Json* Named(const std::vector<Json>& events, const char* name) {
  for (const Json& event : events) {
    if (event.contains(name)) return &event[name];
  }
  return nullptr;
}

void ExpectStreamed(const Streamed& streamed, const std::vector<Json>& events, Counts& counts) {
  ASSERT_TRUE(streamed.result.ok()) << streamed.result.message;
  const ChatReply& reply = streamed.result.reply;
  ExpectReply(reply, BlocksOf(events), counts);
  EXPECT_EQ(reply.finish_reason, kReasons.at((*Named(events, "messageStop"))["stopReason"]));
  const Json* metadata = Named(events, "metadata");
  ExpectUsage(reply.usage, metadata == nullptr ? Json() : (*metadata)["usage"]);
  // The pieces are the whole.
  EXPECT_EQ(streamed.pieces.text, reply.message.text);
  std::string thinking;
  for (const Thinking& thought : reply.message.thinking) thinking += thought.text;
  EXPECT_EQ(streamed.pieces.thinking, thinking);
  ASSERT_EQ(streamed.pieces.arguments.size(), reply.message.tool_calls.size());
  for (size_t i = 0; i < streamed.pieces.arguments.size(); ++i) {
    EXPECT_EQ(streamed.pieces.arguments[i], reply.message.tool_calls[i].arguments);
  }
}

// The payloads, read by another hand: lengths from the prelude, no checksums.
std::vector<Json> EventsIn(std::string_view bytes) {
  const auto number = [](std::string_view text) {
    size_t value = 0;
    for (const char c : text.substr(0, 4)) value = (value << 8U) | static_cast<unsigned char>(c);
    return value;
  };
  std::vector<Json> events;
  while (!bytes.empty()) {
    const size_t total = number(bytes);
    const size_t headers = number(bytes.substr(4));
    const std::string_view block = bytes.substr(12, headers);
    const std::string_view payload = bytes.substr(12 + headers, total - headers - 16);
    for (const char* name :
         {"messageStart",
          "contentBlockStart",
          "contentBlockDelta",
          "contentBlockStop",
          "messageStop",
          "metadata"}) {
      if (block.find(name) != std::string_view::npos)
        events.push_back({{name, Json::parse(payload)}});
    }
    bytes.remove_prefix(total);
  }
  return events;
}

TEST(BedrockTrafficTest, EveryRecordedStreamIsReadAsRecordedWhereverItIsCut) {
  REQUIRE_TEST_DATA("provider-traffic");
  Counts counts;
  int cuts = 0;
  for (const Exchange& exchange : Recorded("converse_stream")) {
    if (exchange.response["status"] != 200) continue;
    SCOPED_TRACE(exchange.id);
    std::string bytes;
    ASSERT_TRUE(absl::Base64Unescape(exchange.response["body_base64"].get<std::string>(), &bytes));
    const std::vector<Json> events = EventsIn(bytes);
    ExpectStreamed(ReadBytes(bytes, 0), events, counts);
    const Streamed whole = ReadBytes(bytes, bytes.size());
    // Above 8 kB every 7th byte.
    const size_t step = bytes.size() <= 8'192 ? 1 : 7;
    for (size_t split = 1; split < bytes.size(); split += step, ++cuts) {
      const Streamed cut = ReadBytes(bytes, split);
      ASSERT_EQ(cut.result.reply.message.verbatim, whole.result.reply.message.verbatim) << split;
      ASSERT_EQ(cut.pieces.text, whole.pieces.text) << split;
      ASSERT_EQ(cut.result.reply.usage, whole.result.reply.usage) << split;
    }
  }
  Print("provider-traffic, streamed", counts);
  fmt::print("cut at {} places\n", cuts);
  EXPECT_GE(counts.replies, 9);
}

TEST(BedrockTrafficTest, EveryStreamedFixtureOfAClientLibraryIsReadAsRecorded) {
  REQUIRE_TEST_DATA("provider-fixtures");
  Counts counts;
  for (const Json& row : Fixtures("stream_events")) {
    SCOPED_TRACE(row["id"].get<std::string>());
    const std::unique_ptr<StreamDecoder> decoder = BedrockConverse().NewStreamDecoder();
    Streamed streamed;
    std::vector<Json> events;
    for (const Json& event : row["events_json"]) {
      const std::string name = event.begin().key();
      const std::string data = event.begin().value().dump();
      events.push_back(event);
      if (!decoder->Read({name, data}, streamed.pieces)) break;
    }
    streamed.result = decoder->Finish();
    ExpectStreamed(streamed, events, counts);
  }
  Print("provider-fixtures, streamed", counts);
  EXPECT_GE(counts.replies, 5);
}

// A stream that ends before the message does is no answer, wherever it ends.
TEST(BedrockTrafficTest, ACutStreamIsNeverAnAnswer) {
  REQUIRE_TEST_DATA("provider-traffic");
  for (const Exchange& exchange : Recorded("converse_stream")) {
    if (exchange.response["status"] != 200) continue;
    SCOPED_TRACE(exchange.id);
    std::string bytes;
    ASSERT_TRUE(absl::Base64Unescape(exchange.response["body_base64"].get<std::string>(), &bytes));
    const size_t stop = bytes.find("messageStop");
    ASSERT_NE(stop, std::string::npos);
    for (size_t length = 0; length <= stop; length += 1 + stop / 50) {
      EXPECT_FALSE(ReadBytes(std::string_view(bytes).substr(0, length), 0).result.ok()) << length;
    }
  }
}

// What others send, and what we send when asked for the same.

Message MessageOf(const Json& recorded) {
  Message message = {.role = recorded["role"] == "user" ? Role::kUser : Role::kAssistant};
  for (const Json& block : recorded["content"]) {
    if (block.contains("text")) message.text += block["text"].get<std::string>();
  }
  return message;
}

// A request whose parts the chat vocabulary can say: texts only.
bool IsTextOnly(const Json& body) {
  for (const Json& message : body.value("messages", Json::array())) {
    int texts = 0;
    for (const Json& block : message["content"]) {
      if (!block.contains("text")) return false;
      ++texts;
    }
    if (texts != 1) return false;
  }
  return body.contains("messages");
}

// The recorded tools and format, asked of our encoder, give the same body, but for these
// differences: `toolChoice` auto, which is the default and left out; `inferenceConfig` that is
// empty where others leave it out.
TEST(BedrockTrafficTest, OurRequestsAreThoseOfOthersForTheSameJob) {
  REQUIRE_TEST_DATA("provider-traffic");
  int compared = 0;
  int auto_choices = 0;
  for (const Exchange& exchange : Recorded("converse")) {
    Json body = exchange.request.value("body_json", Json());
    if (!body.is_object() || !IsTextOnly(body)) continue;
    const bool structured = body.contains("toolConfig") || body.contains("outputConfig");
    if (!structured || body.contains("guardrailConfig")) continue;
    SCOPED_TRACE(exchange.id);
    std::vector<std::string> kept;
    kept.reserve(64);
    const auto keep = [&kept](std::string text) -> std::string_view {
      kept.push_back(std::move(text));
      return kept.back();
    };
    ChatRequest request = {.model = "m", .tool_use = ToolUse::kFree};
    for (const Json& system : body.value("system", Json::array())) {
      if (!system.contains("text")) continue;
      request.messages.push_back({.role = Role::kSystem, .text = system["text"]});
    }
    for (const Json& message : body["messages"]) request.messages.push_back(MessageOf(message));
    for (const Json& tool :
         body.value("toolConfig", Json::object()).value("tools", Json::array())) {
      const Json& spec = tool["toolSpec"];
      request.tools.push_back({
          .name = keep(spec["name"]),
          .description = keep(spec.value("description", "")),
          .json = keep(spec["inputSchema"]["json"].dump()),
          .strict = spec.value("strict", false),
      });
    }
    if (body.contains("toolConfig") && body["toolConfig"].contains("toolChoice")) {
      if (body["toolConfig"]["toolChoice"].contains("any")) request.tool_use = ToolUse::kAtLeastOne;
      if (body["toolConfig"]["toolChoice"].contains("auto")) {
        body["toolConfig"].erase("toolChoice");
        ++auto_choices;
      }
    }
    if (body.contains("outputConfig")) {
      const Json& schema = body["outputConfig"]["textFormat"]["structure"]["jsonSchema"];
      request.format = AnswerFormat::kJsonSchema;
      request.schema = {
          .name = keep(schema["name"]),
          .description = keep(schema.value("description", "")),
          .json = keep(schema["schema"]),
      };
    }
    const auto written = BedrockConverse().EncodeBody({.sends_strict_tools = true}, {}, request);
    ASSERT_TRUE(written.ok()) << written.status();
    const Json ours = Json::parse(*written);
    if (!body.contains("inferenceConfig")) body["inferenceConfig"] = Json::object();
    EXPECT_EQ(nlohmann::json(ours), nlohmann::json(body));
    ++compared;
  }
  fmt::print(
      "{} structured requests are ours byte for value, {} of them but for 'auto'\n",
      compared,
      auto_choices
  );
  EXPECT_GE(compared, 10);
}

}  // namespace
}  // namespace extractd::providers
