// TOON, Token-Oriented Object Notation 4.0: JSON values as indented lines and tables, which cost a
// model fewer tokens than JSON where many objects have the same names.
//
// Start here; then: shapes.h says what becomes a table, header.h and lines.h read lines, scalar.h
// and number.h write and read single values. Stateless, linear in the text.
#ifndef EXTRACTD_SERVER_JSON_TOON_TOON_H_
#define EXTRACTD_SERVER_JSON_TOON_TOON_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/json/repair.h"
#include "server/json/value.h"

namespace extractd::json::toon {

inline constexpr size_t kMaxIndent = 16;

struct EncodeOptions {
  char delimiter = ',';  // between cells: ',', '\t' or '|'
  size_t indent = 2;     // spaces a level, 1 … kMaxIndent
};

// `value` as TOON, without a line break at its end. Numbers are exact and in their canonical form
// (1.50 is 1.5, 1e3 is 1000, what has more than 21 digits before the point has an exponent); the
// order of keys is kept, but that all rows of a table have the first row's. An unpaired surrogate
// becomes U+FFFD. REQUIRES: no object names a member twice.
std::string Encode(const Value& value, const EncodeOptions& options = {});

struct DecodeOptions {
  bool strict = true;
  size_t indent = 2;  // spaces a level; lenient decoding takes those of the first indented line
};

// Where and why a text is not TOON. `message` has no text of the document, so it may be logged.
struct DecodeError {
  size_t line = 1;  // from 1
  std::string message = {};
};

struct Decoded {
  Document document;
  std::vector<Repair> repairs = {};  // what lenient decoding changed, in the order of the text
};

using DecodeResult = std::variant<Decoded, DecodeError>;

// Reads one TOON document; `text` must outlive the result. Numbers keep their text; one whose
// exponent JSON could not hold (kMaxExponentDigits in lexical.h) is a string. Nesting of more than
// kMaxDepth (parse.h), or a text of more than kMaxTextBytes, is an error.
//
// Strict decoding refuses whatever the specification's section 14 lists. Lenient decoding reads
// what models get wrong, each change a repair:
//
// - toon_length: an array has another length than it declares; lossy if it is shorter
// - toon_width: a row has another number of cells; missing ones are absent members, further ones
//   are dropped; lossy
// - toon_layout: indentation by tabs or of another width, blank lines in arrays, list items without
//   a hyphen, rows with another delimiter; the first is recorded
// - toon_header: a list under a key without a length; a header that is none is the member's name
// - toon_line: a line that belongs to nothing is dropped; lossy
// - duplicate_key: the last value counts; lossy unless both are equal
// - invalid_utf8: becomes U+FFFD; lossy
//
// A tab in the indentation counts as one level. Broken quotes and escapes are errors in both.
DecodeResult Decode(std::string_view text, const DecodeOptions& options = {});

}  // namespace extractd::json::toon

#endif  // EXTRACTD_SERVER_JSON_TOON_TOON_H_
