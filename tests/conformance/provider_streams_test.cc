// What real providers streamed, recorded by others: however the bytes are cut, the reply and what
// is told of it on the way are the same, and what is told adds up to the reply.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "server/providers/dialects/openai_chat/openai_chat.h"
#include "server/providers/http_stream.h"
#include "tests/conformance/recorded.h"
#include "tests/fakes/test_data.h"
#include "tests/fakes/test_settings.h"

namespace extractd::providers {
namespace {

using Json = nlohmann::ordered_json;

// The protocols by the names that the recordings give them.
struct Protocol {
  std::string_view api;
  const Dialect& dialect;
};
std::vector<Protocol> Protocols() {
  return {{.api = "chat_completions", .dialect = OpenAiChat()}};
}

struct Recording {
  std::string id;
  std::string type;
  std::string body;
};

std::vector<Recording> RecordedTraffic(std::string_view api) {
  const std::filesystem::path directory = TestDataDir() / "provider-traffic";
  std::vector<Recording> found;
  for (const Json& row : recorded::Lines(directory / "index.jsonl")) {
    if (row["api"] != api) continue;
    const Json exchange = Json::parse(ReadFile(directory / row["file"].get<std::string>()));
    const Json& response = exchange["response"];
    const std::string type = response["headers"].value("content-type", "");
    if (response["status"] != 200 || !type.starts_with("text/event-stream")) continue;
    found.push_back({row["id"], type, response.value("body_text", "")});
  }
  return found;
}

std::vector<Recording> RecordedFixtures(std::string_view api) {
  std::vector<Recording> found;
  for (const Json& row : recorded::Lines(TestDataDir() / "provider-fixtures" / "fixtures.jsonl")) {
    if (row["api"] != api || row["kind"] != "stream_events") continue;
    std::string body;
    for (const Json& event : row["events_json"]) body += "data: " + event.dump() + "\n\n";
    found.push_back({row["id"], "text/event-stream", body + "data: [DONE]\n\n"});
  }
  return found;
}

// Adds up what it is told.
class Sums final : public StreamSink {
 public:
  void OnText(std::string_view piece) override { text += piece; }
  void OnArguments(size_t index, std::string_view, std::string_view piece) override {
    if (arguments.size() <= index) arguments.resize(index + 1);
    arguments[index] += piece;
  }
  void OnThinking(std::string_view piece) override { thinking += piece; }
  Wish OnPieceEnd() override { return Wish::kMore; }

  std::string text;
  std::vector<std::string> arguments;
  std::string thinking;
};

// Everything about a stream that must not depend on how it is cut, as text.
std::string ReadInPieces(
    const Dialect& dialect, const Recording& recording, std::vector<size_t> ends
) {
  Sums sums;
  HttpStream stream(dialect, sums);
  EXPECT_TRUE(stream.Wants({.status = 200, .headers = {{"content-type", recording.type}}}));
  const std::string_view body = recording.body;
  size_t begin = 0;
  ends.push_back(body.size());
  for (const size_t end : ends) {
    if (end > begin) stream.OnBody(body.substr(begin, end - begin));
    begin = std::max(begin, end);
  }
  const SendResult result = stream.Finish();
  const ChatReply& reply = result.reply;
  std::string all = fmt::format(
      "{} {}\n{}\n{} {}\n",
      SendFailureName(result.failure),
      result.message,
      FinishReasonName(reply.finish_reason),
      reply.usage.input_tokens,
      reply.usage.output_tokens
  );
  all += fmt::format("text {}\n", reply.message.text);
  for (const ToolCall& call : reply.message.tool_calls) {
    all += fmt::format("call {} {} {}\n", call.id, call.name, call.arguments);
  }
  if (!result.ok()) return all;
  EXPECT_EQ(sums.text, reply.message.text) << recording.id;
  for (size_t i = 0; i < reply.message.tool_calls.size(); ++i) {
    const std::string told = i < sums.arguments.size() ? sums.arguments[i] : "";
    EXPECT_EQ(told, reply.message.tool_calls[i].arguments) << recording.id << " call " << i;
  }
  return all;
}

// Where a body is cut in two: everywhere if it is short; else around each event's end and at
// random.
std::vector<size_t> Cuts(const std::string& body, std::mt19937& random) {
  const size_t everywhere = IsFullRun() ? 8'192 : 1'024;
  std::vector<size_t> cuts;
  if (body.size() <= everywhere) {
    for (size_t at = 1; at < body.size(); ++at) cuts.push_back(at);
    return cuts;
  }
  constexpr size_t kAround = 3;
  const size_t most = IsFullRun() ? body.size() : 60;
  size_t end = body.find("\n\n");
  for (size_t i = 0; i < most && end != std::string::npos; ++i) {
    for (size_t at = end - kAround; at <= end + kAround; ++at) cuts.push_back(at);
    end = body.find("\n\n", end + 1);
  }
  const size_t count = IsFullRun() ? 2'000 : 50;
  for (size_t i = 0; i < count; ++i) cuts.push_back(1 + (random() % (body.size() - 1)));
  std::erase_if(cuts, [&body](size_t at) { return at >= body.size(); });
  return cuts;
}

// Costs grow with both: so many bytes are fed for one recording, but in full.
constexpr size_t kMaxBytesFed = size_t{4} << 20U;

void ExpectAnyPieces(const Dialect& dialect, const Recording& recording) {
  const std::string whole = ReadInPieces(dialect, recording, {});
  std::mt19937 random(17);
  size_t fed = 0;
  for (const size_t cut : Cuts(recording.body, random)) {
    fed += recording.body.size();
    if (!IsFullRun() && fed > kMaxBytesFed) break;
    ASSERT_EQ(ReadInPieces(dialect, recording, {cut}), whole) << recording.id << " cut at " << cut;
  }
  for (const size_t size : {1U, 7U, 1'000U}) {
    std::vector<size_t> ends;
    for (size_t at = size; at < recording.body.size(); at += size) ends.push_back(at);
    ASSERT_EQ(ReadInPieces(dialect, recording, ends), whole) << recording.id << " by " << size;
  }
}

TEST(ProviderStreamsTest, TrafficIsReadTheSameInAnyPieces) {
  REQUIRE_TEST_DATA("provider-traffic");
  for (const Protocol& protocol : Protocols()) {
    const std::vector<Recording> recordings = RecordedTraffic(protocol.api);
    EXPECT_FALSE(recordings.empty()) << protocol.api;
    for (const Recording& recording : recordings) ExpectAnyPieces(protocol.dialect, recording);
    std::cout << protocol.api << ": " << recordings.size() << " recorded streams\n";
  }
}

TEST(ProviderStreamsTest, FixturesAreReadTheSameInAnyPieces) {
  REQUIRE_TEST_DATA("provider-fixtures");
  for (const Protocol& protocol : Protocols()) {
    const std::vector<Recording> recordings = RecordedFixtures(protocol.api);
    EXPECT_FALSE(recordings.empty()) << protocol.api;
    for (const Recording& recording : recordings) ExpectAnyPieces(protocol.dialect, recording);
    std::cout << protocol.api << ": " << recordings.size() << " streams of fixtures\n";
  }
}

}  // namespace
}  // namespace extractd::providers
