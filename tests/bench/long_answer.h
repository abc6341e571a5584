// Answers of any size for the benchmarks of streams: an invoice of many lines, under its schema.
#ifndef EXTRACTD_TESTS_BENCH_LONG_ANSWER_H_
#define EXTRACTD_TESTS_BENCH_LONG_ANSWER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace extractd::bench {

inline constexpr std::string_view kLongAnswerSchema = R"({
  "title": "invoice",
  "type": "object",
  "properties": {
    "number": {"type": "string"},
    "lines": {"type": "array", "items": {
      "type": "object",
      "properties": {
        "article": {"type": "string", "minLength": 1},
        "count": {"type": "integer", "minimum": 1},
        "price": {"type": "number", "minimum": 0},
        "taxed": {"type": "boolean"}
      },
      "required": ["article", "count", "price", "taxed"],
      "additionalProperties": false
    }}
  },
  "required": ["number", "lines"],
  "additionalProperties": false
})";

// As many lines as `bytes` take, and at most one more.
inline std::string LongAnswer(size_t bytes) {
  std::string answer = R"({"number":"INV-2026-00417","lines":[)";
  for (int i = 1; answer.size() < bytes; ++i) {
    if (i > 1) answer += ',';
    answer += fmt::format(
        R"({{"article":"Chair, oak, \"model {}\"","count":{},"price":{}.50,"taxed":true}})",
        i,
        i,
        3 * i
    );
  }
  return answer + "]}";
}

// `text` in so many pieces of about the same size.
inline std::vector<std::string_view> InChunks(std::string_view text, size_t chunks) {
  std::vector<std::string_view> pieces;
  for (size_t i = 0; i < chunks; ++i) {
    const size_t begin = text.size() * i / chunks;
    pieces.push_back(text.substr(begin, text.size() * (i + 1) / chunks - begin));
  }
  return pieces;
}

}  // namespace extractd::bench

#endif  // EXTRACTD_TESTS_BENCH_LONG_ANSWER_H_
