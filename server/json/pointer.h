// JSON Pointer (RFC 6901).
#ifndef EXTRACTD_SERVER_JSON_POINTER_H_
#define EXTRACTD_SERVER_JSON_POINTER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/json/value.h"

namespace extractd::json {

// Appends "/" and `token`, escaped.
void AppendToken(std::string_view token, std::string& pointer);
void AppendToken(size_t index, std::string& pointer);

// The tokens of a pointer, unescaped. Nothing if it is not one.
std::optional<std::vector<std::string>> SplitPointer(std::string_view pointer);

// What `pointer` names in `root`; null if it names nothing.
const Value* Resolve(const Value& root, std::string_view pointer);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_POINTER_H_
