// Reading members of documents that others wrote: a member that is missing or of another type reads
// as nothing, so that decoders need no check at every step.
#ifndef EXTRACTD_SERVER_JSON_READ_H_
#define EXTRACTD_SERVER_JSON_READ_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "server/json/value.h"

namespace extractd::json {

// The member at the end of a path of names; null if any of them is missing.
const Value* FindPath(const Value& value, std::initializer_list<std::string_view> path);

// The string member `key`; empty if there is none.
std::string_view StringMember(const Value& value, std::string_view key);
// `text` is one JSON object and nothing else.
bool IsJsonObject(std::string_view text);

// The integer member `key`, if it is one that fits.
std::optional<std::int64_t> IntegerMember(const Value& value, std::string_view key);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_READ_H_
