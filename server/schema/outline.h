// The outline of a schema: a short notation, close to TypeScript, that models read with fewer
// tokens than JSON Schema. It only describes; what it leaves out is still enforced elsewhere.
//
//   {name: string, age: integer, tags?: string[], kind: "a" | "b"}
#ifndef EXTRACTD_SERVER_SCHEMA_OUTLINE_H_
#define EXTRACTD_SERVER_SCHEMA_OUTLINE_H_

#include <cstddef>
#include <string>

#include "server/json/value.h"

namespace extractd::schema {

// Longer outlines are cut with "…": they would cost more than they tell. So are schemas that nest
// deeper than 64 levels, references included.
inline constexpr size_t kMaxOutlineBytes = 16 * 1024;

// `schema`: the root of a valid schema. References are followed once a path; what recurs deeper is
// named after its definition.
std::string Outline(const json::Value& schema);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_OUTLINE_H_
