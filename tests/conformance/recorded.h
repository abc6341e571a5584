// Reading recordings, and what they say, with a JSON library that shares nothing with the decoders.
#ifndef EXTRACTD_TESTS_CONFORMANCE_RECORDED_H_
#define EXTRACTD_TESTS_CONFORMANCE_RECORDED_H_

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace extractd::recorded {

using Json = nlohmann::ordered_json;

inline std::vector<Json> Lines(const std::filesystem::path& path) {
  std::vector<Json> rows;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) rows.push_back(Json::parse(line));
  return rows;
}

// The largest number below `tree` under one of the names.
inline std::int64_t LargestNamed(const Json& tree, std::initializer_list<std::string_view> names) {
  std::int64_t largest = 0;
  for (const auto& [key, value] : tree.items()) {
    const bool named = std::ranges::find(names, key) != names.end();
    if (named && value.is_number()) largest = std::max(largest, value.get<std::int64_t>());
    if (value.is_structured()) largest = std::max(largest, LargestNamed(value, names));
  }
  return largest;
}

// Thoughts in front of the answer are none of it.
inline std::string BehindThoughts(std::string content) {
  const size_t end = content.find("</think>");
  if (!content.starts_with("<think>")) return content;
  if (end == std::string::npos) return {};
  return content.substr(content.find_first_not_of(" \n", end + std::string_view("</think>").size())
  );
}

// The text of `content` as it stands there.
inline std::string RawText(const Json& message) {
  const Json content = message.value("content", Json());
  if (content.is_string()) return content;
  std::string text;
  for (const Json& part : content) {
    if (part.value("type", "") == "text") text += part["text"].get<std::string>();
  }
  return text;
}

// Of that, the answer.
inline std::string ExpectedText(const Json& message) {
  return BehindThoughts(RawText(message));
}

}  // namespace extractd::recorded

#endif  // EXTRACTD_TESTS_CONFORMANCE_RECORDED_H_
