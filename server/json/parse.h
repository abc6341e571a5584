// The strict JSON parser (RFC 8259): one pass, iterative, bounded in depth and size.
#ifndef EXTRACTD_SERVER_JSON_PARSE_H_
#define EXTRACTD_SERVER_JSON_PARSE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "server/json/value.h"

namespace extractd::json {

// Deeper nesting is an error, here and in every other parser of this project.
inline constexpr size_t kMaxDepth = 128;
// So is a longer text.
inline constexpr size_t kMaxTextBytes = size_t{1} << 30U;

// Where and why a text is not JSON. `message` has no text of the document, so it may be logged.
struct ParseError {
  size_t offset = 0;  // in bytes
  std::string message = {};
  bool truncated = false;  // the text ends inside the value; more text could make it JSON
};

// Line and column, from 1; the column counts bytes.
struct TextPosition {
  size_t line = 1;
  size_t column = 1;
};
TextPosition PositionOf(std::string_view text, size_t offset);

enum class DuplicateKeys : unsigned char { kAllow, kReject };

struct ParseOptions {
  DuplicateKeys duplicate_keys = DuplicateKeys::kAllow;
};

using ParseResult = std::variant<Document, ParseError>;

// Reads one JSON text with nothing but white space around it. Keeps `text` inside the document.
// Numbers keep their text; an exponent of more than 15 digits is an error. "\u0000" and unpaired
// surrogate escapes are kept, raw bytes must be UTF-8.
ParseResult Parse(std::string text, const ParseOptions& options = {});

// The same without a copy: `text` must outlive the document.
ParseResult ParseView(std::string_view text, const ParseOptions& options = {});

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_PARSE_H_
