#include "server/net/streams/json_lines_reader.h"

#include "tests/unit/net/streams/read_in_pieces.h"

namespace extractd::net {
namespace {

using Progress = EventReader::Progress;
using Events = std::vector<std::string>;

Events Read(std::string_view body) {
  return EventsOf<JsonLinesReader>(body);
}

TEST(JsonLinesReaderTest, EachLineIsAnEvent) {
  EXPECT_EQ(Read("{\"a\":1}\n{\"b\":2}\r\n"), (Events{"|{\"a\":1}", "|{\"b\":2}"}));
}

TEST(JsonLinesReaderTest, EmptyLinesArePassedOverAndTheLastLineNeedsNoEnd) {
  EXPECT_EQ(Read("\n \n1\n\r\n2"), (Events{"|1", "|2"}));
}

TEST(JsonLinesReaderTest, NothingIsReadBehindWhatEndsTheReading) {
  EXPECT_EQ(Read("stop\nmore\n"), (Events{"|stop"}));
}

TEST(JsonLinesReaderTest, ALineAboveTheLimitIsRefused) {
  const JsonLinesReader small(4);
  EXPECT_EQ(ReadPieces({"1234\n1234\n"}, small).progress, Progress::kGoesOn);
  EXPECT_EQ(ReadPieces({"12345\n"}, small).progress, Progress::kTooLarge);
  EXPECT_EQ(ReadPieces({"123", "45"}, small).progress, Progress::kTooLarge);
}

}  // namespace
}  // namespace extractd::net
