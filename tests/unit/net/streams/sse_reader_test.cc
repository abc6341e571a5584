#include "server/net/streams/sse_reader.h"

#include "tests/unit/net/streams/read_in_pieces.h"

namespace extractd::net {
namespace {

using Progress = EventReader::Progress;
using Events = std::vector<std::string>;

Events Read(std::string_view body) {
  return EventsOf<SseReader>(body);
}

TEST(SseReaderTest, EveryLineEndEndsALine) {
  const Events expected = {"|one", "|two"};
  EXPECT_EQ(Read("data: one\n\ndata: two\n\n"), expected);
  EXPECT_EQ(Read("data: one\r\n\r\ndata: two\r\n\r\n"), expected);
  EXPECT_EQ(Read("data: one\r\rdata: two\r\r"), expected);
  EXPECT_EQ(Read("data: one\r\n\ndata: two\n\r\n"), expected) << "mixed";
}

TEST(SseReaderTest, AnEventHasItsNameAndTheNextOneHasNot) {
  EXPECT_EQ(Read("event: ping\ndata: {}\n\ndata: x\n\n"), (Events{"ping|{}", "|x"}));
}

TEST(SseReaderTest, SeveralDataLinesAreJoined) {
  EXPECT_EQ(Read("data: {\"a\":\ndata: 1}\n\n"), (Events{"|{\"a\":\n1}"}));
}

TEST(SseReaderTest, OneSpaceBehindTheColonIsNotData) {
  EXPECT_EQ(Read("data:x\n\ndata:  x\n\n"), (Events{"|x", "| x"}));
}

TEST(SseReaderTest, CommentsOtherFieldsAndAByteOrderMarkArePassedOver) {
  EXPECT_EQ(
      Read("\xEF\xBB\xBF: PROCESSING\n\nid: 7\nretry: 10\nfoo\ndata: x\n: y\n\n"), (Events{"|x"})
  );
}

TEST(SseReaderTest, AnEventWithoutDataIsNone) {
  EXPECT_EQ(Read("event: keepalive\n\ndata:\n\ndata\n\n\n\ndata: x\n\n"), (Events{"|x"}));
}

TEST(SseReaderTest, TheLastEventNeedsNoEmptyLineBehindIt) {
  EXPECT_EQ(Read("data: [DONE]"), (Events{"|[DONE]"}));
  EXPECT_EQ(Read("data: [DONE]\r\n"), (Events{"|[DONE]"}));
}

TEST(SseReaderTest, BytesOutsideAsciiAreDataWhereverTheyAreSplit) {
  EXPECT_EQ(Read("data: \"Zoë 🎉\"\n\n"), (Events{"|\"Zoë 🎉\""}));
}

TEST(SseReaderTest, NothingIsReadBehindWhatEndsTheReading) {
  EXPECT_EQ(Read("data: stop\n\ndata: more\n\n"), (Events{"|stop"}));
  EXPECT_EQ(ReadPieces<SseReader>({"data: stop\n\n"}).progress, Progress::kEnded);
}

TEST(SseReaderTest, AnEventAboveTheLimitIsRefusedBeforeItIsKept) {
  const SseReader small(16);
  EXPECT_EQ(ReadPieces({"data: 0123456789\n\n"}, small).progress, Progress::kGoesOn);
  EXPECT_EQ(ReadPieces({"data: 0123456789a\n\n"}, small).progress, Progress::kTooLarge);
  EXPECT_EQ(
      ReadPieces({"data: 012", "345", "678", "9ab", "cde"}, small).progress, Progress::kTooLarge
  );
  EXPECT_EQ(ReadPieces({"data: 01234567\ndata: 01234567\n\n"}, small).progress, Progress::kTooLarge)
      << "lines that are small make an event that is not";
}

}  // namespace
}  // namespace extractd::net
