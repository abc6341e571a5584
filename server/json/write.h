// JSON text from values: compact, key order kept, numbers as they were read.
#ifndef EXTRACTD_SERVER_JSON_WRITE_H_
#define EXTRACTD_SERVER_JSON_WRITE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "server/json/value.h"

namespace extractd::json {

// Appends. The result is always valid UTF-8: an unpaired surrogate becomes an escape.
void Write(const Value& value, std::string& out);
std::string ToText(const Value& value);
// The first bytes of ToText, cut on a code point. Costs no more than what it returns.
std::string ToShortText(const Value& value, size_t max_bytes);
std::string ToShortText(std::string_view string, size_t max_bytes);
// With line breaks and two spaces a level, for people and prompts.
std::string ToIndentedText(const Value& value);

// `text` in double quotes with the escapes it needs, appended to `out`. Bytes that are not UTF-8
// become U+FFFD.
void WriteString(std::string_view text, std::string& out);
// The same between the bytes `before` and `after`; '\0': none.
void WriteString(std::string_view text, char before, char after, std::string& out);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_WRITE_H_
