// Halves of surrogate pairs: JSON can write them, Unicode has no character for them, and many
// parsers refuse the whole text because of one.
#ifndef EXTRACTD_SERVER_JSON_SURROGATES_H_
#define EXTRACTD_SERVER_JSON_SURROGATES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/json/repair.h"
#include "server/json/value.h"

namespace extractd::json {

// `json`, which is JSON, with U+FFFD for every \u escape of a surrogate without its partner;
// nothing if there is none.
std::optional<std::string> ReplaceUnpairedSurrogates(std::string_view json);

// What that changed: a lossy repair for each string and each name, with the place it has in
// `after`. `before` and `after` are the values of the two texts. If there are more than
// kMaxRepairs, not all are listed, but more than that.
std::vector<Repair> SurrogateRepairs(const Value& before, const Value& after);

// Where a value has the first member whose object has another of the same name before it: that
// member's place; nothing if there is none.
std::optional<std::string> FindDoubledName(const Value& value);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_SURROGATES_H_
