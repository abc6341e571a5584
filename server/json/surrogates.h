// Halves of surrogate pairs: JSON can write them, Unicode has no character for them, and many
// parsers refuse the whole text because of one.
#ifndef EXTRACTD_SERVER_JSON_SURROGATES_H_
#define EXTRACTD_SERVER_JSON_SURROGATES_H_

#include <optional>
#include <string>
#include <string_view>

namespace extractd::json {

// `json`, which is JSON, with U+FFFD for every \u escape of a surrogate without its partner;
// nothing if there is none.
std::optional<std::string> ReplaceUnpairedSurrogates(std::string_view json);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_SURROGATES_H_
