// What Anthropic's API answered, recorded by others: each reply, whole or streamed, and each error
// must be read as it was recorded. What is expected is taken from the recording with another JSON
// library, so that it shares nothing with the decoder.
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/json/write.h"
#include "server/providers/dialects/anthropic/anthropic_messages.h"
#include "tests/conformance/anthropic_exchanges.h"

namespace extractd::providers {
namespace {

using anthropic_exchanges::Json;
using anthropic_exchanges::Recorded;
using anthropic_exchanges::Stream;
using anthropic_exchanges::Unary;

SendResult Decode(const std::string& body, int status = 200) {
  return AnthropicMessages().Decode(status, body, NoHeader);
}

const std::map<std::string, FinishReason> kFinishReasons = {
    {"", FinishReason::kUnspecified},
    {"end_turn", FinishReason::kStop},
    {"stop_sequence", FinishReason::kStop},
    {"tool_use", FinishReason::kToolCalls},
    {"max_tokens", FinishReason::kLength},
    {"refusal", FinishReason::kRefusal},
};

// What the blocks of a reply say, however they came.
struct Said {
  std::string text;
  std::string thinking;
  std::vector<std::string> names;
  std::vector<Json> inputs;
  size_t citations = 0;
};

Said SaidBy(const Json& content) {
  Said said;
  for (const Json& block : content) {
    const std::string type = block["type"];
    if (type == "text") {
      said.text += block["text"].get<std::string>();
      const Json citations = block.value("citations", Json());
      said.citations += citations.is_array() ? citations.size() : 0;
    } else if (type == "thinking") {
      said.thinking += block["thinking"].get<std::string>();
    } else if (type == "tool_use") {
      said.names.push_back(block["name"]);
      said.inputs.push_back(block["input"]);
    }
  }
  return said;
}

struct Counts {
  int replies = 0;
  int texts = 0;
  int tool_calls = 0;
  int thoughts = 0;
  int citations = 0;
  int refusals = 0;
  int cached = 0;

  void Print(std::string_view what) const {
    fmt::print(
        "{}: {} replies read as recorded: {} texts, {} tool calls, {} with thoughts, {} citations, "
        "{} refusals, {} with cached tokens\n",
        what,
        replies,
        texts,
        tool_calls,
        thoughts,
        citations,
        refusals,
        cached
    );
  }
};

std::int64_t Count(const Json& usage, const char* name) {
  const Json count = usage.value(name, Json());
  return count.is_number() ? count.get<std::int64_t>() : 0;
}

void ExpectUsage(const Usage& usage, const Json& recorded) {
  const std::int64_t read = Count(recorded, "cache_read_input_tokens");
  const std::int64_t written = Count(recorded, "cache_creation_input_tokens");
  EXPECT_EQ(usage.input_tokens, Count(recorded, "input_tokens") + read + written);
  EXPECT_EQ(usage.cached_input_tokens, read);
  EXPECT_EQ(usage.cache_write_input_tokens, written);
  EXPECT_EQ(usage.output_tokens, Count(recorded, "output_tokens"));
}

void ExpectReply(const ChatReply& reply, const Json& content, const Json& stop, Counts& counts) {
  const Said said = SaidBy(content);
  EXPECT_EQ(reply.message.text, said.text);
  std::string thinking;
  for (const Thinking& thought : reply.message.thinking) thinking += thought.text;
  EXPECT_EQ(thinking, said.thinking);
  ASSERT_EQ(reply.message.tool_calls.size(), said.inputs.size());
  for (size_t i = 0; i < said.inputs.size(); ++i) {
    EXPECT_EQ(reply.message.tool_calls[i].name, said.names[i]);
    EXPECT_EQ(Json::parse(reply.message.tool_calls[i].arguments), said.inputs[i]);
    EXPECT_FALSE(reply.message.tool_calls[i].id.empty());
  }
  EXPECT_EQ(reply.citations.size(), said.citations);
  const std::string reason = stop.is_string() ? stop.get<std::string>() : "";
  ASSERT_TRUE(kFinishReasons.contains(reason)) << reason;
  EXPECT_EQ(reply.finish_reason, kFinishReasons.at(reason));
  EXPECT_FALSE(reply.sanitized);
  // What is sent back is what came, block by block and member by member.
  const Json echo =
      reply.message.verbatim.empty() ? Json::array() : Json::parse(reply.message.verbatim);
  EXPECT_EQ(nlohmann::json(echo), nlohmann::json(content));

  ++counts.replies;
  counts.texts += said.text.empty() ? 0 : 1;
  counts.tool_calls += static_cast<int>(said.inputs.size());
  counts.thoughts += reply.message.thinking.empty() ? 0 : 1;
  counts.citations += static_cast<int>(said.citations);
  counts.refusals += reason == "refusal" ? 1 : 0;
  counts.cached += reply.usage.cached_input_tokens > 0 ? 1 : 0;
}

void ExpectUnary(const std::vector<Unary>& exchanges, Counts& counts) {
  for (const Unary& exchange : exchanges) {
    if (exchange.status != 200) continue;
    SCOPED_TRACE(exchange.id);
    const SendResult result = Decode(exchange.body.dump());
    ASSERT_TRUE(result.ok()) << SendFailureName(result.failure) << ": " << result.message;
    const Json& stop = exchange.body["stop_reason"];
    ExpectReply(result.reply, exchange.body["content"], stop, counts);
    ExpectUsage(result.reply.usage, exchange.body.value("usage", Json::object()));
  }
}

TEST(AnthropicTrafficTest, EveryRecordedReplyIsReadAsRecorded) {
  REQUIRE_TEST_DATA("provider-traffic");
  Counts counts;
  ExpectUnary(anthropic_exchanges::Traffic().unary, counts);
  counts.Print("provider-traffic");
  EXPECT_GE(counts.replies, 30);
  EXPECT_GE(counts.tool_calls, 8);
}

TEST(AnthropicTrafficTest, EveryFixtureOfAClientLibraryIsReadAsRecorded) {
  REQUIRE_TEST_DATA("provider-fixtures");
  Counts counts;
  ExpectUnary(anthropic_exchanges::Fixtures().unary, counts);
  counts.Print("provider-fixtures");
  EXPECT_GE(counts.replies, 19);
  EXPECT_GE(counts.refusals, 1);
}

// The message that a stream tells of, put together as the protocol's documentation says.
struct Told {
  Json content = Json::array();
  Json usage = Json::object();
  Json stop = {};
  bool ended = false;
};

void Patch(Json& usage, const Json& changes) {
  for (const auto& [name, value] : changes.items()) {
    if (!value.is_null()) usage[name] = value;
  }
}

void AddDelta(const Json& delta, Json& block, std::string& input) {
  const std::string type = delta["type"];
  const auto append = [&](const char* name) {
    block[name] = block.value(name, "") + delta[name].get<std::string>();
  };
  if (type == "text_delta") append("text");
  if (type == "thinking_delta") append("thinking");
  if (type == "signature_delta") append("signature");
  if (type == "input_json_delta") input += delta["partial_json"].get<std::string>();
  if (type == "citations_delta") block["citations"].push_back(delta["citation"]);
}

Told ToldBy(const Stream& stream) {
  Told told;
  std::map<int, size_t> places;
  std::map<int, std::string> inputs;
  for (const std::string& data : stream.events) {
    const Json event = Json::parse(data);
    const std::string type = event["type"];
    if (type == "message_start") Patch(told.usage, event["message"].value("usage", Json::object()));
    if (type == "content_block_start") {
      places[event["index"]] = told.content.size();
      told.content.push_back(event["content_block"]);
    }
    if (type == "content_block_delta") {
      AddDelta(event["delta"], told.content[places.at(event["index"])], inputs[event["index"]]);
    }
    if (type == "message_delta") {
      Patch(told.usage, event.value("usage", Json::object()));
      told.stop = event["delta"]["stop_reason"];
    }
    told.ended = told.ended || type == "message_stop";
  }
  for (const auto& [index, input] : inputs) {
    if (!input.empty()) told.content[places.at(index)]["input"] = Json::parse(input);
  }
  return told;
}

class Heard final : public DeltaSink {
 public:
  void OnText(std::string_view piece) override { text += piece; }
  void OnArguments(size_t index, std::string_view, std::string_view piece) override {
    arguments[index] += piece;
  }
  void OnThinking(std::string_view piece) override { thinking += piece; }

  std::string text;
  std::string thinking;
  std::map<size_t, std::string> arguments;
};

void ExpectHeard(const Heard& heard, const ChatReply& reply) {
  EXPECT_EQ(heard.text, reply.message.text);
  std::string thinking;
  for (const Thinking& thought : reply.message.thinking) thinking += thought.text;
  EXPECT_EQ(heard.thinking, thinking);
  ASSERT_EQ(heard.arguments.size(), reply.message.tool_calls.size());
  for (const auto& [index, arguments] : heard.arguments) {
    EXPECT_EQ(arguments, reply.message.tool_calls[index].arguments);
  }
}

void ExpectStreams(const std::vector<Stream>& streams, std::string_view what) {
  Counts counts;
  size_t events = 0;
  for (const Stream& stream : streams) {
    SCOPED_TRACE(stream.id);
    const std::unique_ptr<StreamDecoder> decoder = AnthropicMessages().NewStreamDecoder();
    Heard heard;
    for (const std::string& data : stream.events) {
      ++events;
      if (!decoder->Read({.data = data}, heard)) break;
    }
    const Told told = ToldBy(stream);
    ASSERT_TRUE(told.ended);
    const SendResult result = decoder->Finish();
    ASSERT_TRUE(result.ok()) << SendFailureName(result.failure) << ": " << result.message;
    ExpectReply(result.reply, told.content, told.stop, counts);
    ExpectUsage(result.reply.usage, told.usage);
    ExpectHeard(heard, result.reply);
  }
  counts.Print(fmt::format("{}, {} streams, {} events", what, streams.size(), events));
  EXPECT_EQ(counts.replies, static_cast<int>(streams.size()));
}

TEST(AnthropicTrafficTest, EveryRecordedStreamTellsTheReplyThatItsEventsMakeUp) {
  REQUIRE_TEST_DATA("provider-traffic");
  const Recorded traffic = anthropic_exchanges::Traffic();
  EXPECT_GE(traffic.streams.size(), 8U);
  ExpectStreams(traffic.streams, "provider-traffic");
}

TEST(AnthropicTrafficTest, EveryStreamedFixtureTellsTheReplyThatItsEventsMakeUp) {
  REQUIRE_TEST_DATA("provider-fixtures");
  const Recorded fixtures = anthropic_exchanges::Fixtures();
  EXPECT_GE(fixtures.streams.size(), 41U);
  ExpectStreams(fixtures.streams, "provider-fixtures");
}

// A stream that was cut is no answer, unless it had said why the model stopped.
TEST(AnthropicTrafficTest, ACutStreamIsNeverAnAnswer) {
  REQUIRE_TEST_DATA("provider-traffic");
  int cuts = 0;
  for (const Stream& stream : anthropic_exchanges::Traffic().streams) {
    SCOPED_TRACE(stream.id);
    for (size_t length = 0; length < stream.events.size(); ++length) {
      const std::unique_ptr<StreamDecoder> decoder = AnthropicMessages().NewStreamDecoder();
      Heard heard;
      bool stopped = false;
      for (size_t i = 0; i < length; ++i) {
        stopped = stopped || stream.events[i].find("message_delta") != std::string::npos;
        decoder->Read({.data = stream.events[i]}, heard);
      }
      EXPECT_EQ(decoder->Finish().ok(), stopped);
      ++cuts;
    }
  }
  fmt::print("provider-traffic: {} streams cut at an event\n", cuts);
  EXPECT_GE(cuts, 100);
}

}  // namespace
}  // namespace extractd::providers
