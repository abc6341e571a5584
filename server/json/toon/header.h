// Headers: the lines of TOON that declare an array or a table, e.g. `items[2]{id,name}:`.
#ifndef EXTRACTD_SERVER_JSON_TOON_HEADER_H_
#define EXTRACTD_SERVER_JSON_TOON_HEADER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace extractd::json::toon {

// A column of a table, or, with `fields`, a group of columns.
struct Field {
  std::string name = {};
  std::vector<Field> fields = {};
};

struct Header {
  std::optional<std::string> key = {};
  size_t length = 0;   // as declared; the largest size_t if it is larger
  bool keyed = false;  // the rows are members of an object
  char delimiter = ',';
  std::vector<Field> fields = {};  // not empty: a table
  size_t columns = 0;
  std::string_view rest = {};  // behind the colon, without spaces around it
};

// What a line is, by its first unquoted colon and bracket.
struct HeaderReading {
  std::optional<Header> header = {};
  // There is none, though the line begins like one and has a colon: why, as a constant sentence.
  // Lenient reading takes the line as a member.
  std::string_view error = {};
};

// Reads `content`, a line without its indentation. Names without quotes must be bare keys, unless
// `lenient`, which also takes other delimiters between the names of the fields.
HeaderReading ReadHeader(std::string_view content, bool lenient);

}  // namespace extractd::json::toon

#endif  // EXTRACTD_SERVER_JSON_TOON_HEADER_H_
