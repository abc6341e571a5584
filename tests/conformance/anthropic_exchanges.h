// Exchanges of the Messages protocol that others recorded, as data.
#ifndef EXTRACTD_TESTS_CONFORMANCE_ANTHROPIC_EXCHANGES_H_
#define EXTRACTD_TESTS_CONFORMANCE_ANTHROPIC_EXCHANGES_H_

#include <filesystem>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/conformance/recorded.h"
#include "tests/fakes/test_data.h"

namespace extractd::anthropic_exchanges {

using Json = nlohmann::ordered_json;

struct Unary {
  std::string id;
  int status = 200;
  Json body = {};
};

// The `data` of each event, as it was sent; white space around it included.
struct Stream {
  std::string id;
  std::vector<std::string> events = {};
};

struct Request {
  std::string id;
  Json body = {};
};

struct Recorded {
  std::vector<Unary> unary = {};
  std::vector<Stream> streams = {};
  std::vector<Request> requests = {};
};

// Every recorded stream has one `data` line an event.
inline std::vector<std::string> EventsOf(const std::string& text) {
  std::vector<std::string> events;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("data:")) events.push_back(line.substr(5));
  }
  return events;
}

inline Recorded Traffic() {
  const std::filesystem::path directory = TestDataDir() / "provider-traffic";
  Recorded recorded;
  for (const Json& row : recorded::Lines(directory / "index.jsonl")) {
    if (row["api"] != "messages") continue;
    const Json exchange = Json::parse(ReadFile(directory / row["file"].get<std::string>()));
    const Json& response = exchange["response"];
    if (response.contains("body_json")) {
      recorded.unary.push_back({row["id"], response["status"], response["body_json"]});
    } else {
      recorded.streams.push_back({row["id"], EventsOf(response["body_text"])});
    }
    recorded.requests.push_back({row["id"], exchange["request"]["body_json"]});
  }
  return recorded;
}

// Some fixtures hold the streams of several replies, one after the other.
inline void AddStreams(const Json& fixture, std::vector<Stream>& streams) {
  Stream stream;
  for (const Json& event : fixture["events_json"]) {
    stream.id = fixture["id"].get<std::string>() + "#" + std::to_string(streams.size());
    stream.events.push_back(event.dump());
    if (event.value("type", "") != "message_stop") continue;
    streams.push_back(std::exchange(stream, {}));
  }
  if (!stream.events.empty()) streams.push_back(std::move(stream));
}

inline Recorded Fixtures() {
  Recorded recorded;
  for (const Json& row : recorded::Lines(TestDataDir() / "provider-fixtures" / "fixtures.jsonl")) {
    if (row["api"] != "messages") continue;
    if (row["kind"] == "unary") recorded.unary.push_back({row["id"], 200, row["body_json"]});
    if (row["kind"] == "stream_events") AddStreams(row, recorded.streams);
  }
  return recorded;
}

}  // namespace extractd::anthropic_exchanges

#endif  // EXTRACTD_TESTS_CONFORMANCE_ANTHROPIC_EXCHANGES_H_
