// Rows of the suites that come as lines of JSON with an "input" or "input_base64" each.
#ifndef EXTRACTD_TESTS_CONFORMANCE_SUITE_ROWS_H_
#define EXTRACTD_TESTS_CONFORMANCE_SUITE_ROWS_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/json/parse.h"
#include "server/json/value.h"
#include "tests/fakes/test_data.h"

namespace extractd::json {

inline std::string DecodeBase64(std::string_view text) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) break;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>((bits >> count) & 0xFFU));
  }
  return bytes;
}

// One line of a suite.
class Row {
 public:
  explicit Row(std::string line) : document_(std::get<Document>(Parse(std::move(line)))) {
    const Value* plain = Find("input");
    input_ = plain != nullptr ? std::string(plain->string())
                              : DecodeBase64(Find("input_base64")->string());
  }

  const Value* Find(std::string_view key) const { return document_.root().Find(key); }
  bool Is(std::string_view key) const {
    const Value* value = Find(key);
    return value != nullptr && value->is_boolean() && value->boolean();
  }
  std::string id() const { return std::string(Find("id")->string()); }
  const std::string& input() const { return input_; }

 private:
  Document document_;
  std::string input_;
};

inline std::vector<Row> ReadRows(std::string_view path) {
  const std::string file = ReadFile(TestDataDir() / path);
  std::vector<Row> rows;
  for (std::string_view rest = file; !rest.empty();) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    if (end > 0) rows.emplace_back(std::string(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return rows;
}

}  // namespace extractd::json

#endif  // EXTRACTD_TESTS_CONFORMANCE_SUITE_ROWS_H_
