// Compare: what a new version of a schema changes for those who have instances of the old one, or
// expect such.
#ifndef EXTRACTD_SERVER_SCHEMA_COMPARE_COMPARE_H_
#define EXTRACTD_SERVER_SCHEMA_COMPARE_COMPARE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "server/json/value.h"

namespace extractd::schema {

// One difference. Neither flag is set if every instance keeps its verdict.
struct SchemaChange {
  std::string schema_path = {};  // JSON Pointer to the subschema; both versions have it
  std::string keyword = {};
  std::string message = {};  // one sentence, lower case
  bool narrows = false;      // an instance of the old schema may be invalid under the new one
  bool widens = false;       // an instance of the new schema may be invalid under the old one
};

inline constexpr size_t kMaxSchemaChanges = 200;

// The differences, in the order of the schemas' keywords. Sound but not complete: without a change
// that narrows, every instance of `before` is valid under `after`, but what is called narrowing may
// be harmless. Titles, descriptions and other annotations are no differences. Linear but for
// lists: enums and names are compared by sorting.
std::vector<SchemaChange> Compare(const json::Value& before, const json::Value& after);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_COMPARE_COMPARE_H_
