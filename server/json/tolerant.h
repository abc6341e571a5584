// The tolerant JSON parser: reads what models write around and instead of strict JSON, and lists
// every change it made. Linear in the text, iterative, bounded by kMaxDepth and kMaxRepairs.
#ifndef EXTRACTD_SERVER_JSON_TOLERANT_H_
#define EXTRACTD_SERVER_JSON_TOLERANT_H_

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "server/json/repair.h"
#include "server/json/value.h"

namespace extractd::json {

// A text that needs more changes is not read.
inline constexpr size_t kMaxRepairs = 1000;

struct TolerantResult {
  std::optional<Document> document = {};  // the candidate; nothing if the text holds none
  std::vector<Repair> repairs = {};       // in the order of the text
  bool truncated = false;                 // the candidate ends before it is closed
  size_t error_offset = 0;                // where reading gave up, if there is no document
  std::string_view error = {};            // why; a constant sentence without text of the answer
};

// Finds the candidate in `text`: the last complete object or array, inside a code fence or in
// prose; a text that is one value of another type is that value. `text` must outlive the document.
//
// Accepted, each use a repair: a code fence (fence), text before or after (prose), trailing and
// doubled commas (trailing_comma, extra_comma), // and /* */ and # comments (comment),
// single-quoted and typographic quotes (quote), unquoted keys (unquoted_key), True/False/None
// (literal), raw control characters in strings (control_character), unknown escapes (escape),
// duplicate keys (duplicate_key, the last one counts; lossless only if the values are equal), bytes
// that are not UTF-8 (invalid_utf8, lossy).
TolerantResult ParseTolerant(std::string_view text);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_TOLERANT_H_
