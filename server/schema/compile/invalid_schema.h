// The error for a schema that cannot be compiled.
#ifndef EXTRACTD_SERVER_SCHEMA_COMPILE_INVALID_SCHEMA_H_
#define EXTRACTD_SERVER_SCHEMA_COMPILE_INVALID_SCHEMA_H_

#include <cstddef>
#include <string>
#include <string_view>

#include <absl/status/status.h>

namespace extractd::schema {

// A place in a schema and what is wrong there.
struct SchemaFault {
  std::string document = {};  // URI; empty: the caller's text
  std::string pointer = {};   // of the subschema
  std::string keyword = {};   // in it; empty: the subschema itself
  std::string message = {};   // e.g. "must be a string"
};

// kInvalidSchema with metadata pointer (to the keyword), keyword, line and column; document instead
// of the last two if the place is not in `text`, the caller's.
absl::Status InvalidSchema(const SchemaFault& fault, std::string_view text);

// The same for a text that is not JSON at all: there is only a place in the text.
absl::Status NotJson(std::string_view message, std::string_view text, size_t offset);

// kSchemaTooLarge with metadata limit, value and what is counted, "bytes" or "subschemas".
absl::Status SchemaTooLarge(std::string_view what, size_t limit, size_t value);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_COMPILE_INVALID_SCHEMA_H_
