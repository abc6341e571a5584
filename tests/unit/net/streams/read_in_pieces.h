// Reads a body in pieces, for the tests of every framing.
#ifndef EXTRACTD_TESTS_UNIT_NET_STREAMS_READ_IN_PIECES_H_
#define EXTRACTD_TESTS_UNIT_NET_STREAMS_READ_IN_PIECES_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "server/net/streams/event_reader.h"

namespace extractd::net {

struct ReadEvents {
  std::vector<std::string> events = {};  // "name|data"
  EventReader::Progress progress = EventReader::Progress::kGoesOn;
  friend bool operator==(const ReadEvents&, const ReadEvents&) = default;
};

template <class Reader>
ReadEvents ReadPieces(std::initializer_list<std::string_view> pieces, Reader reader = Reader()) {
  ReadEvents read;
  const auto on_event = [&read](std::string_view name, std::string_view data) {
    read.events.push_back(std::string(name) + "|" + std::string(data));
    return data != "stop";
  };
  for (const std::string_view piece : pieces) reader.Read(piece, on_event);
  read.progress = reader.Finish(on_event);
  return read;
}

// The events of `body`, the same however it is split: in two at every byte, and byte by byte.
template <class Reader>
std::vector<std::string> EventsOf(std::string_view body) {
  const ReadEvents whole = ReadPieces<Reader>({body});
  for (size_t at = 0; at <= body.size(); ++at) {
    EXPECT_EQ(ReadPieces<Reader>({body.substr(0, at), body.substr(at)}), whole) << "at " << at;
  }
  Reader reader;
  ReadEvents single;
  const auto on_event = [&single](std::string_view name, std::string_view data) {
    single.events.push_back(std::string(name) + "|" + std::string(data));
    return data != "stop";
  };
  for (const char& c : body) reader.Read({&c, 1}, on_event);
  single.progress = reader.Finish(on_event);
  EXPECT_EQ(single, whole) << "byte by byte";
  return whole.events;
}

}  // namespace extractd::net

#endif  // EXTRACTD_TESTS_UNIT_NET_STREAMS_READ_IN_PIECES_H_
