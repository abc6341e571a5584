// The keywords that constrain values of one kind.
#ifndef EXTRACTD_SERVER_SCHEMA_LOWER_READ_KEYWORDS_H_
#define EXTRACTD_SERVER_SCHEMA_LOWER_READ_KEYWORDS_H_

#include <optional>
#include <string_view>

#include "server/json/value.h"
#include "server/schema/lower/shape.h"

namespace extractd::schema::lower {

// The kind of values that a keyword says something of; nothing if it is not about one kind.
std::optional<Kind> KindOfKeyword(std::string_view keyword);

// What a schema without a type is about: objects before lists, these before strings and numbers.
std::optional<Kind> KindSpokenOf(const json::Value& schema);

// `keyword`, a member of a schema, limits values of `kind` beyond what a shape's parts say.
bool IsConstraintOf(Kind kind, const json::Value& keyword);

}  // namespace extractd::schema::lower

#endif  // EXTRACTD_SERVER_SCHEMA_LOWER_READ_KEYWORDS_H_
