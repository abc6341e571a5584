#include "server/net/event_stream/event_stream_decoder.h"

#include <chrono>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fakes/event_frames.h"
#include "tests/fakes/vectors.h"

namespace extractd::net {
namespace {

using fakes::BigEndian, fakes::EventFrame, fakes::ExceptionFrame, fakes::Frame;

struct Read {
  std::vector<std::pair<std::string, std::string>> messages = {};  // name and data
  absl::Status status = {};
  bool ended_whole = false;
};

// Everything that comes of `pieces`.
Read Decode(const std::vector<std::string_view>& pieces, EventStreamDecoder decoder = {}) {
  Read read;
  for (const std::string_view piece : pieces) {
    decoder.Feed(piece);
    while (true) {
      const auto message = decoder.Next();
      if (!message.ok()) {
        read.status = message.status();
        return read;
      }
      if (*message == nullptr) break;
      read.messages.emplace_back((*message)->name(), (*message)->data());
    }
  }
  read.ended_whole = decoder.at_boundary();
  return read;
}

std::vector<std::string_view> InPieces(std::string_view text, size_t bytes) {
  std::vector<std::string_view> pieces;
  for (size_t at = 0; at < text.size(); at += bytes) pieces.push_back(text.substr(at, bytes));
  return pieces;
}

const std::string& Stream() {
  static const std::string stream = EventFrame("messageStart", R"({"role":"assistant"})") +
                                    EventFrame("contentBlockDelta", R"({"delta":{"text":"é"}})") +
                                    EventFrame("empty", "") +
                                    ExceptionFrame("throttlingException", R"({"message":"slow"})");
  return stream;
}

TEST(EventStreamDecoderTest, MessagesComeInOrderWithNamesAndPayloads) {
  const Read read = Decode({Stream()});
  EXPECT_TRUE(read.status.ok()) << read.status;
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"messageStart", R"({"role":"assistant"})"},
      {"contentBlockDelta", R"({"delta":{"text":"é"}})"},
      {"empty", ""},
      {"throttlingException", R"({"message":"slow"})"},
  };
  EXPECT_EQ(read.messages, expected);
  EXPECT_TRUE(read.ended_whole);
}

TEST(EventStreamDecoderTest, AnyTwoPiecesGiveTheSameMessages) {
  const Read whole = Decode({Stream()});
  for (size_t split = 0; split <= Stream().size(); ++split) {
    const std::string_view stream = Stream();
    const Read read = Decode({stream.substr(0, split), stream.substr(split)});
    EXPECT_EQ(read.messages, whole.messages) << split;
    EXPECT_TRUE(read.ended_whole) << split;
  }
  EXPECT_EQ(Decode(InPieces(Stream(), 1)).messages, whole.messages);
}

TEST(EventStreamDecoderTest, AStreamThatEndsInsideAMessageIsNotAtABoundary) {
  EXPECT_TRUE(Decode({""}).ended_whole);
  const size_t first = EventFrame("messageStart", R"({"role":"assistant"})").size();
  for (size_t end = 1; end < Stream().size(); end += 7) {
    const Read read = Decode({std::string_view(Stream()).substr(0, end)});
    EXPECT_TRUE(read.status.ok()) << end;
    EXPECT_FALSE(read.ended_whole) << end;
  }
  EXPECT_TRUE(Decode({std::string_view(Stream()).substr(0, first)}).ended_whole);
}

// Whatever byte is hit, nothing of the message is believed.
TEST(EventStreamDecoderTest, AnyChangedByteIsALostMessage) {
  const std::string frame = EventFrame("metadata", R"({"usage":{}})");
  for (size_t at = 0; at < frame.size(); ++at) {
    for (const unsigned flip : {0x01U, 0x80U}) {
      std::string damaged = frame;
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ flip);
      const Read read = Decode({damaged});
      EXPECT_TRUE(absl::IsDataLoss(read.status)) << at << " " << read.status;
      EXPECT_TRUE(read.messages.empty());
    }
  }
}

TEST(EventStreamDecoderTest, AnErrorStays) {
  EventStreamDecoder decoder;
  std::string damaged = EventFrame("a", "{}");
  damaged.back() ^= 1;
  decoder.Feed(damaged);
  EXPECT_TRUE(absl::IsDataLoss(decoder.Next().status()));
  decoder.Feed(EventFrame("b", "{}"));
  EXPECT_TRUE(absl::IsDataLoss(decoder.Next().status()));
  EXPECT_FALSE(decoder.at_boundary());
}

TEST(EventStreamDecoderTest, TooLargeMessagesAreRefusedByTheirPrelude) {
  const EventStreamDecoder small({.header_bytes = 64, .payload_bytes = 10});
  EXPECT_EQ(Decode({Frame("", "0123456789")}, small).messages.size(), 1U);
  // Only the prelude is there: nobody waits for the rest.
  const std::string long_payload = Frame("", "0123456789a").substr(0, 12);
  EXPECT_TRUE(absl::IsResourceExhausted(Decode({long_payload}, small).status));
  const std::string long_headers = Frame(std::string(65, 'x'), "").substr(0, 12);
  EXPECT_TRUE(absl::IsResourceExhausted(Decode({long_headers}, small).status));
}

TEST(EventStreamDecoderTest, LengthsThatContradictEachOtherAreRefused) {
  for (const auto& [total, headers] : {std::pair(15, 0), std::pair(40, 25), std::pair(0, 0)}) {
    std::string prelude =
        BigEndian(static_cast<size_t>(total), 4) + BigEndian(static_cast<size_t>(headers), 4);
    prelude +=
        BigEndian(crc32_z(0, reinterpret_cast<const Bytef*>(prelude.data()), prelude.size()), 4);
    EXPECT_TRUE(absl::IsInvalidArgument(Decode({prelude}).status)) << total << " " << headers;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(Decode({Frame(
                                                 "\x05"
                                                 "ab",
                                                 "{}"
                                             )})
                                          .status));
}

// A byte at a time through megabytes: quadratic work would take minutes.
TEST(EventStreamDecoderTest, TheWorkIsLinearInTheBytes) {
  std::string stream;
  for (int i = 0; i < 20; ++i) stream += EventFrame("contentBlockDelta", std::string(100'000, 'x'));
  const auto begin = std::chrono::steady_clock::now();
  const Read read = Decode(InPieces(stream, 7));
  EXPECT_EQ(read.messages.size(), 20U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(EventStreamDecoderTest, TheVectorsAreReadAsAnotherImplementationReadThem) {
  REQUIRE_VECTORS();
  const nlohmann::json vectors = ReadVectors()["eventstream"];
  std::vector<std::pair<std::string, std::string>> expected;
  for (const nlohmann::json& frame : vectors["frames"]) {
    const std::string bytes = FromHex(frame["hex"]);
    EventStreamDecoder decoder;
    decoder.Feed(bytes);
    const auto message = decoder.Next();
    ASSERT_TRUE(message.ok() && *message != nullptr) << frame["name"];
    EXPECT_EQ((*message)->payload, frame["payload"].get<std::string>());
    EXPECT_EQ((*message)->headers.size(), frame["headers"].size());
    for (const auto& [name, value] : frame["headers"].items()) {
      EXPECT_EQ((*message)->Text(name), value.get<std::string>()) << frame["name"] << name;
    }
    EXPECT_EQ(bytes, Frame(bytes.substr(12, frame["headers_length"]), (*message)->payload));
  }
  EXPECT_GE(vectors["frames"].size(), 9U);

  const std::string chunk = FromHex(vectors["invoke_with_response_stream_chunk"]["hex"]);
  EXPECT_EQ(Decode({chunk}).messages.at(0).first, "chunk");
}

TEST(EventStreamDecoderTest, TheVectorOfAStreamMayBeCutAtEveryByte) {
  REQUIRE_VECTORS();
  const std::string stream = FromHex(ReadVectors()["eventstream"]["concatenated_stream_hex"]);
  const Read whole = Decode({stream});
  EXPECT_TRUE(whole.status.ok() && whole.ended_whole);
  EXPECT_GE(whole.messages.size(), 5U);
  for (size_t split = 0; split <= stream.size(); ++split) {
    const std::string_view view = stream;
    EXPECT_EQ(Decode({view.substr(0, split), view.substr(split)}).messages, whole.messages);
  }
  EXPECT_EQ(Decode(InPieces(stream, 1)).messages, whole.messages);
}

TEST(EventStreamDecoderTest, TheCorruptVectorsAreRefused) {
  REQUIRE_VECTORS();
  const nlohmann::json vectors = ReadVectors()["eventstream"];
  for (const nlohmann::json& corrupt : vectors["corrupt"]) {
    const Read read = Decode({FromHex(corrupt["hex"])});
    EXPECT_TRUE(absl::IsDataLoss(read.status)) << corrupt["what"] << read.status;
    EXPECT_TRUE(read.messages.empty());
  }
}

}  // namespace
}  // namespace extractd::net
