// The keywords that constrain values of one kind.
#ifndef EXTRACTD_SERVER_SCHEMA_LOWER_READ_KEYWORDS_H_
#define EXTRACTD_SERVER_SCHEMA_LOWER_READ_KEYWORDS_H_

#include <optional>
#include <string>
#include <string_view>

#include "server/json/value.h"
#include "server/schema/lower/shape.h"

namespace extractd::schema::lower {

// By the name of a JSON Schema type.
Kind KindNamed(std::string_view type);

// The kind of values that a keyword says something of; nothing if it is not about one kind.
std::optional<Kind> KindOfKeyword(std::string_view keyword);

// What a schema without a type is about: objects before lists, these before strings and numbers.
std::optional<Kind> KindSpokenOf(const json::Value& schema);

// What `schema`, which stands at `pointer`, says of values of `kind`: its constraints, and the
// keywords that other fields of the shape are read from.
void TakeKeywords(Kind kind, const json::Value& schema, const std::string& pointer, Shape& shape);

}  // namespace extractd::schema::lower

#endif  // EXTRACTD_SERVER_SCHEMA_LOWER_READ_KEYWORDS_H_
