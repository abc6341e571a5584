// Lists of names and values without JSON, as people and YAML write them.
#ifndef EXTRACTD_SERVER_JSON_TOLERANT_KEY_VALUES_H_
#define EXTRACTD_SERVER_JSON_TOLERANT_KEY_VALUES_H_

#include <optional>
#include <string_view>

#include "server/json/value.h"

namespace extractd::json {

// `text` as a value, if every line of it is `name: value`, `name = value` or a list item (- * • +)
// of such or of a plain text; lines that are indented further belong to the name or item above
// them. Marks of Markdown (**name:**) and quotes around names and values are left out. All values
// are strings; [a, b] is an array of them; a name without a value is null. Items with one name
// each, all different, are one object. Nothing if a line is none of these, a name stands twice, the
// nesting is deeper than kMaxDepth (parse.h), or the text is no UTF-8. Linear.
std::optional<Document> ReadKeyValues(std::string_view text);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_TOLERANT_KEY_VALUES_H_
