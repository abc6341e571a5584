#include "server/net/streams/json_array_reader.h"

#include "tests/unit/net/streams/read_in_pieces.h"

namespace extractd::net {
namespace {

using Progress = EventReader::Progress;
using Events = std::vector<std::string>;

Events Read(std::string_view body) {
  return EventsOf<JsonArrayReader>(body);
}

TEST(JsonArrayReaderTest, EachElementIsAnEvent) {
  EXPECT_EQ(
      Read("[{\"a\":[1,{}]}\n,\r\n {\"b\":2} ]\n"), (Events{"|{\"a\":[1,{}]}", "|{\"b\":2}"})
  );
  EXPECT_EQ(Read("[]"), Events{});
}

TEST(JsonArrayReaderTest, BracketsAndCommasInStringsEndNothing) {
  EXPECT_EQ(Read(R"([{"a":"}],\"]"},"b,]"])"), (Events{R"(|{"a":"}],\"]"})", R"(|"b,]")"}));
}

TEST(JsonArrayReaderTest, PlainValuesEndWhereTheyEnd) {
  EXPECT_EQ(Read("[1, true,null ]"), (Events{"|1", "|true", "|null"}));
}

TEST(JsonArrayReaderTest, AnElementIsHandedOverWithItsLastByte) {
  JsonArrayReader reader;
  Events events;
  const auto on_event = [&](std::string_view, std::string_view data) {
    events.emplace_back(data);
    return true;
  };
  reader.Read("[{\"a\":1}", on_event);
  EXPECT_EQ(events, Events{"{\"a\":1}"});
}

TEST(JsonArrayReaderTest, ABodyThatIsNoArrayIsOneEvent) {
  EXPECT_EQ(Read("{\"error\":{\"code\":400}}\n"), (Events{"|{\"error\":{\"code\":400}}"}));
  EXPECT_EQ(Read("12"), (Events{"|12"}));
}

TEST(JsonArrayReaderTest, WhatIsNotClosedIsNoEvent) {
  EXPECT_EQ(Read("[{\"a\":1},{\"b\":"), (Events{"|{\"a\":1}"}));
}

TEST(JsonArrayReaderTest, BytesOfNoArrayAreMalformed) {
  EXPECT_EQ(ReadPieces<JsonArrayReader>({"}"}).progress, Progress::kMalformed);
  EXPECT_EQ(ReadPieces<JsonArrayReader>({"[1}"}).progress, Progress::kMalformed);
}

TEST(JsonArrayReaderTest, AnElementAboveTheLimitIsRefused) {
  const JsonArrayReader small(4);
  EXPECT_EQ(ReadPieces({"[[12],[34]]"}, small).progress, Progress::kGoesOn);
  EXPECT_EQ(ReadPieces({"[[123]]"}, small).progress, Progress::kTooLarge);
  EXPECT_EQ(ReadPieces({"[[1", "2", "34"}, small).progress, Progress::kTooLarge);
}

}  // namespace
}  // namespace extractd::net
