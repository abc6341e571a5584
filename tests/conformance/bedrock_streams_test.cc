// Each recorded stream of Bedrock's Converse API must be read as it was recorded, wherever it is
// cut.
#include <map>
#include <memory>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/strings/escaping.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/net/event_stream/event_stream_decoder.h"
#include "server/providers/dialects/bedrock/bedrock_converse.h"
#include "tests/conformance/bedrock_recordings.h"

namespace extractd::providers {
namespace {

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
class Blocks {
 public:
  void Add(const Json& event) {
    if (event.contains("contentBlockStart")) AddStart(event["contentBlockStart"]);
    if (event.contains("contentBlockDelta")) AddDelta(event["contentBlockDelta"]);
  }

  Json Content() const {
    Json content = Json::array();
    for (Json block : blocks_ | std::views::values) {
      if (block.is_null()) continue;  // sources, and results of tools that the provider ran
      if (block.contains("toolUse")) {
        const std::string input = block["toolUse"].value("input", "");
        block["toolUse"]["input"] = input.empty() ? Json::object() : Json::parse(input);
      }
      content.push_back(std::move(block));
    }
    return content;
  }

 private:
  void AddStart(const Json& start) {
    if (!start["start"].contains("toolUse")) return;
    blocks_[start["contentBlockIndex"]]["toolUse"] = start["start"]["toolUse"];
  }

  void AddDelta(const Json& event) {
    Json& block = blocks_[event["contentBlockIndex"]];
    const Json& delta = event["delta"];
    Append(delta, "text", block);
    if (delta.contains("toolUse")) Append(delta["toolUse"], "input", block["toolUse"]);
    if (!delta.contains("reasoningContent")) return;
    const Json& thought = delta["reasoningContent"];
    Json& kept = block["reasoningContent"];
    Append(thought, "redactedContent", kept);
    if (thought.contains("redactedContent")) return;
    Append(thought, "text", kept["reasoningText"]);
    Append(thought, "signature", kept["reasoningText"]);
  }

  static void Append(const Json& from, const char* key, Json& to) {
    if (!from.contains(key)) return;
    const std::string before = to.contains(key) ? to[key].get<std::string>() : "";
    to[key] = before + from[key].get<std::string>();
  }

  std::map<int, Json> blocks_;
};

Json BlocksOf(const std::vector<Json>& events) {
  Blocks blocks;
  for (const Json& event : events) blocks.Add(event);
  return blocks.Content();
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

TEST(BedrockStreamsTest, EveryRecordedStreamIsReadAsRecordedWhereverItIsCut) {
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

TEST(BedrockStreamsTest, EveryStreamedFixtureOfAClientLibraryIsReadAsRecorded) {
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
TEST(BedrockStreamsTest, ACutStreamIsNeverAnAnswer) {
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

}  // namespace
}  // namespace extractd::providers
