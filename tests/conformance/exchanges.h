// Exchanges that others recorded, and streams as the events that they are made of.
#ifndef EXTRACTD_TESTS_CONFORMANCE_EXCHANGES_H_
#define EXTRACTD_TESTS_CONFORMANCE_EXCHANGES_H_

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/conformance/recorded.h"
#include "tests/fakes/test_data.h"

namespace extractd::recorded {

using Json = nlohmann::ordered_json;

struct Exchange {
  std::string id = {};
  std::string path = {};
  Json request = {};
  int status = 200;
  Json reply = {};        // null unless the body was JSON
  std::string body = {};  // its bytes, as far as the recording kept them

  bool streamed() const { return status == 200 && reply.is_null(); }
};

// Those of provider-traffic with that provider.
inline std::vector<Exchange> TrafficOf(std::string_view provider) {
  const std::filesystem::path directory = TestDataDir() / "provider-traffic";
  std::vector<Exchange> exchanges;
  for (const Json& row : recorded::Lines(directory / "index.jsonl")) {
    if (row["provider"] != provider) continue;
    const Json file = Json::parse(ReadFile(directory / row["file"].get<std::string>()));
    const Json& response = file["response"];
    Exchange exchange = {
        .id = row["id"],
        .path = file["request"]["path"],
        .request = file["request"].value("body_json", Json()),
        .status = response["status"],
        .reply = response.value("body_json", Json()),
        .body = response.value("body_text", std::string()),
    };
    if (!exchange.reply.is_null()) exchange.body = exchange.reply.dump();
    exchanges.push_back(std::move(exchange));
  }
  return exchanges;
}

// Rows of provider-fixtures.
inline std::vector<Json> FixturesOf(std::string_view provider, std::string_view kind) {
  std::vector<Json> rows;
  for (Json& row : recorded::Lines(TestDataDir() / "provider-fixtures" / "fixtures.jsonl")) {
    if (row["provider"] == provider && row["kind"] == kind) rows.push_back(std::move(row));
  }
  return rows;
}

// The data of every line that begins with `prefix`; empty lines are none.
inline std::vector<std::string> EventsOf(std::string_view stream, std::string_view prefix) {
  std::vector<std::string> events;
  while (!stream.empty()) {
    const size_t end = std::min(stream.find('\n'), stream.size());
    const std::string_view line = stream.substr(0, end);
    if (line.starts_with(prefix) && line.size() > prefix.size()) {
      events.emplace_back(line.substr(prefix.size()));
    }
    stream.remove_prefix(std::min(end + 1, stream.size()));
  }
  return events;
}

}  // namespace extractd::recorded

#endif  // EXTRACTD_TESTS_CONFORMANCE_EXCHANGES_H_
