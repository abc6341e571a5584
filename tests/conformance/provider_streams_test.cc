// What real providers streamed, recorded by others: however the bytes are cut, the reply and what
// is told of it on the way are the same, and what is told adds up to the reply.
#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <absl/strings/escaping.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "server/engine/stream/partial_answer.h"
#include "server/providers/dialects/anthropic/anthropic_messages.h"
#include "server/providers/dialects/bedrock/bedrock_converse.h"
#include "server/providers/dialects/cohere/cohere_chat.h"
#include "server/providers/dialects/gemini/gemini.h"
#include "server/providers/dialects/ollama/ollama_chat.h"
#include "server/providers/dialects/openai_chat/openai_chat.h"
#include "server/providers/dialects/openai_responses/openai_responses.h"
#include "server/providers/http_stream.h"
#include "tests/conformance/recorded.h"
#include "tests/fakes/event_frames.h"
#include "tests/fakes/test_data.h"
#include "tests/fakes/test_settings.h"
#include "tests/unit/engine/stream/op_assembler.h"

namespace extractd::providers {
namespace {

using Json = nlohmann::ordered_json;

// A protocol, and the names that the recordings give to it.
struct Protocol {
  std::string_view name;
  const Dialect& dialect;
  std::vector<std::string_view> apis;
  std::string_view provider = {};  // empty: of any
};
void PrintTo(const Protocol& protocol, std::ostream* out) {
  *out << protocol.name;
}
std::vector<Protocol> Protocols() {
  return {
      {"openai_chat", OpenAiChat(), {"chat_completions"}},
      {"openai_responses", OpenAiResponses(), {"responses"}},
      {"anthropic", AnthropicMessages(), {"messages"}},
      {"gemini", Gemini(), {"stream_generate_content", "generate_content"}},
      {"cohere", CohereChat(), {"chat", "chat_v2"}, "cohere"},
      {"bedrock", BedrockConverse(), {"converse_stream", "converse"}},
      {"ollama", OllamaChat(), {"ollama_chat"}},
  };
}

// Whoever kept these left deltas out.
constexpr std::array<std::string_view, 2> kAbridged = {
    "openai.responses.openai-phase.1.stream",
    "openai.responses.openai-shell-container.1.stream",
};

struct Recording {
  std::string id;
  std::string type;
  std::string body;
};

bool IsOf(const Protocol& protocol, const Json& row) {
  const std::string api = row["api"];
  const bool known = std::ranges::find(protocol.apis, api) != protocol.apis.end();
  return known &&
         (protocol.provider.empty() || protocol.provider == row["provider"].get<std::string>());
}

// Empty: it was not streamed.
std::string StreamedBody(const Json& response) {
  std::string text = response.value("body_text", "");
  if (!text.empty()) return text;
  std::string bytes;
  const std::string encoded = response.value("body_base64", "");
  return absl::Base64Unescape(encoded, &bytes) ? bytes : std::string();
}

std::vector<Recording> RecordedTraffic(const Protocol& protocol) {
  const std::filesystem::path directory = TestDataDir() / "provider-traffic";
  std::vector<Recording> found;
  for (const Json& row : recorded::Lines(directory / "index.jsonl")) {
    if (!IsOf(protocol, row)) continue;
    const Json exchange = Json::parse(ReadFile(directory / row["file"].get<std::string>()));
    const Json& response = exchange["response"];
    std::string body = StreamedBody(response);
    if (response["status"] != 200 || body.empty()) continue;
    found.push_back({row["id"], response["headers"].value("content-type", ""), std::move(body)});
  }
  return found;
}

// Events that were kept without their framing.
std::string Framed(StreamFraming framing, const Json& events) {
  std::string body;
  for (const Json& event : events) {
    if (framing == StreamFraming::kAwsEventStream) {
      body += fakes::EventFrame(event.begin().key(), event.begin().value().dump());
    } else if (framing == StreamFraming::kServerSentEvents) {
      body += "data: " + event.dump() + "\n\n";
    } else {
      body += event.dump() + "\n";
    }
  }
  return body;
}

std::vector<Recording> RecordedFixtures(const Protocol& protocol) {
  const StreamFraming framing = protocol.dialect.framing();
  const bool aws = framing == StreamFraming::kAwsEventStream;
  const bool sse = framing == StreamFraming::kServerSentEvents;
  std::vector<Recording> found;
  for (const Json& row : recorded::Lines(TestDataDir() / "provider-fixtures" / "fixtures.jsonl")) {
    if (!IsOf(protocol, row) || row["kind"] != "stream_events") continue;
    std::string body = Framed(framing, row["events_json"]);
    if (sse) body += "data: [DONE]\n\n";
    const char* type = sse ? "text/event-stream" : "application/x-ndjson";
    found.push_back({row["id"], aws ? "application/vnd.amazon.eventstream" : type, std::move(body)}
    );
  }
  return found;
}

// Adds up what it is told.
class Sums final : public StreamSink {
 public:
  void OnText(std::string_view piece) override {
    text += piece;
    text_pieces.emplace_back(piece);
  }
  void OnArguments(size_t index, std::string_view, std::string_view piece) override {
    if (arguments.size() <= index) arguments.resize(index + 1);
    arguments[index] += piece;
    if (index == 0) first_call_pieces.emplace_back(piece);
  }
  void OnThinking(std::string_view piece) override { thinking += piece; }
  Wish OnPieceEnd() override { return Wish::kMore; }

  std::string text;
  std::vector<std::string> arguments;
  std::string thinking;
  std::vector<std::string> text_pieces;
  std::vector<std::string> first_call_pieces;
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
  const bool abridged = std::ranges::find(kAbridged, recording.id) != kAbridged.end();
  if (!result.ok() || abridged) return all;
  EXPECT_EQ(sums.text, reply.message.text) << recording.id;
  for (size_t i = 0; i < reply.message.tool_calls.size(); ++i) {
    const std::string told = i < sums.arguments.size() ? sums.arguments[i] : "";
    EXPECT_EQ(told, reply.message.tool_calls[i].arguments) << recording.id << " call " << i;
  }
  return all;
}

// Where a body is cut in two: everywhere if it is short; else around the ends of events, and at
// random.
std::vector<size_t> Cuts(const std::string& body, const std::vector<size_t>& events) {
  constexpr size_t kEverywhere = 8'192;
  constexpr size_t kAround = 3;
  constexpr size_t kRandom = 2'000;
  std::vector<size_t> cuts;
  if (body.size() <= kEverywhere || IsFullRun()) {
    for (size_t at = 1; at < body.size(); ++at) cuts.push_back(at);
    return cuts;
  }
  for (const size_t end : events) {
    for (size_t at = end - std::min(end, kAround); at <= end + kAround; ++at) cuts.push_back(at);
  }
  std::mt19937 random(17);
  for (size_t i = 0; i < kRandom; ++i) cuts.push_back(1 + (random() % (body.size() - 1)));
  std::erase_if(cuts, [&body](size_t at) { return at == 0 || at >= body.size(); });
  return cuts;
}

// The events of a body that is cut in two, one a line, as the framing finds them.
std::string EventsOf(StreamFraming framing, std::string_view body, size_t cut) {
  std::string events;
  const auto note = [&events](std::string_view name, std::string_view data) {
    events.append(name).append(1, ' ').append(data).append(1, '\n');
    return true;
  };
  const auto reader = NewEventReader(framing);
  reader->Read(body.substr(0, cut), note);
  reader->Read(body.substr(cut), note);
  reader->Finish(note);
  return events;
}

// Where the framing hands the events over.
std::vector<size_t> EndsOf(StreamFraming framing, std::string_view body) {
  std::vector<size_t> ends;
  const auto reader = NewEventReader(framing);
  for (size_t at = 0; at < body.size(); ++at) {
    reader->Read(body.substr(at, 1), [&](std::string_view, std::string_view) {
      ends.push_back(at + 1);
      return true;
    });
  }
  return ends;
}

// The events around a cut: from the end of the last but one before it to the end of the second
// behind it. A framing remembers nothing beyond an event's end.
struct Window {
  std::string_view bytes;
  size_t cut;
};
Window Around(std::string_view body, const std::vector<size_t>& ends, size_t cut) {
  const auto behind = std::ranges::lower_bound(ends, cut);
  const size_t begin = behind - ends.begin() < 2 ? 0 : *(behind - 2);
  const size_t end = ends.end() - behind < 2 ? body.size() : *(behind + 1);
  return {body.substr(begin, end - begin), cut - begin};
}

// A sample of the cuts, for what takes long.
constexpr size_t kMostReplies = 8;

// Framing decides what a cut can change: it is tried at all of them. The reply is read anew at all
// of them in full, and at a sample else.
void ExpectAnyPieces(const Dialect& dialect, const Recording& recording) {
  const StreamFraming framing = dialect.framing();
  const std::string& body = recording.body;
  const std::string whole = ReadInPieces(dialect, recording, {});
  const std::vector<size_t> ends_of_events = EndsOf(framing, body);
  const std::vector<size_t> cuts = Cuts(body, ends_of_events);
  const size_t step = IsFullRun() ? 1 : std::max<size_t>(1, cuts.size() / kMostReplies);
  for (size_t i = 0; i < cuts.size(); ++i) {
    const Window window = Around(body, ends_of_events, cuts[i]);
    ASSERT_EQ(
        EventsOf(framing, window.bytes, window.cut),
        EventsOf(framing, window.bytes, window.bytes.size())
    ) << recording.id
      << " cut at " << cuts[i];
    if (i % step != 0) continue;
    ASSERT_EQ(ReadInPieces(dialect, recording, {cuts[i]}), whole)
        << recording.id << " cut at " << cuts[i];
  }
  for (const size_t size : {1U, 7U, 1'000U}) {
    std::vector<size_t> ends;
    for (size_t at = size; at < body.size(); at += size) ends.push_back(at);
    ASSERT_EQ(ReadInPieces(dialect, recording, ends), whole) << recording.id << " by " << size;
  }
}

// The answer of a recording: its text, or the arguments of its first call. Empty: it is no JSON.
std::vector<std::string> AnswerPieces(const Dialect& dialect, const Recording& recording) {
  Sums sums;
  HttpStream stream(dialect, sums);
  EXPECT_TRUE(stream.Wants({.status = 200, .headers = {{"content-type", recording.type}}}));
  stream.OnBody(recording.body);
  const bool text = sums.arguments.empty();
  const std::string& all = text ? sums.text : sums.arguments.front();
  const Json parsed = Json::parse(all, nullptr, false);
  if (parsed.is_discarded() || !parsed.is_structured()) return {};
  return text ? sums.text_pieces : sums.first_call_pieces;
}

// What is shown on the way is rebuilt by another hand, which also sees that nothing that was
// complete changes.
void ExpectDeltasBuild(const std::vector<std::string>& pieces, const std::string& id) {
  const auto schema = *schema::Compile("{}");
  PartialAnswer partial(*schema, {});
  OpAssembler assembler;
  std::string text;
  for (const std::string& piece : pieces) {
    text += piece;
    partial.Feed(piece, [&](const PartialOp& op) { assembler.Apply(op); });
  }
  EXPECT_EQ(assembler.value, Json::parse(text)) << id << ": all of it was shown before the end";
  partial.Settle(text, [&](const PartialOp& op) { assembler.Apply(op); });
  EXPECT_EQ(assembler.value, Json::parse(text)) << id;
}

// Reads all recordings of a protocol; how many there are, and how many answers in JSON.
void ExpectAll(const Protocol& protocol, const std::vector<Recording>& recordings) {
  size_t answers = 0;
  size_t bytes = 0;
  for (const Recording& recording : recordings) {
    ExpectAnyPieces(protocol.dialect, recording);
    const std::vector<std::string> pieces = AnswerPieces(protocol.dialect, recording);
    if (!pieces.empty()) ExpectDeltasBuild(pieces, recording.id);
    answers += pieces.empty() ? 0 : 1;
    bytes += recording.body.size();
  }
  std::cout << protocol.name << ": " << recordings.size() << " streams, " << bytes << " bytes, "
            << answers << " answers in JSON\n";
}

class ProviderStreamsTest : public ::testing::TestWithParam<Protocol> {};

TEST_P(ProviderStreamsTest, TrafficIsReadTheSameInAnyPieces) {
  REQUIRE_TEST_DATA("provider-traffic");
  const std::vector<Recording> recordings = RecordedTraffic(GetParam());
  EXPECT_FALSE(recordings.empty());
  ExpectAll(GetParam(), recordings);
}

TEST_P(ProviderStreamsTest, FixturesAreReadTheSameInAnyPieces) {
  REQUIRE_TEST_DATA("provider-fixtures");
  const std::vector<Recording> recordings = RecordedFixtures(GetParam());
  // Of one protocol there are none.
  EXPECT_EQ(recordings.empty(), GetParam().name == "ollama");
  ExpectAll(GetParam(), recordings);
}

INSTANTIATE_TEST_SUITE_P(
    EveryProtocol,
    ProviderStreamsTest,
    ::testing::ValuesIn(Protocols()),
    [](const auto& info) { return std::string(info.param.name); }
);

}  // namespace
}  // namespace extractd::providers
