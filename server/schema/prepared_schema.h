// PreparedSchema: a compiled schema and what every call with it needs besides: made once, cached,
// shared. Immutable and thread-safe.
#ifndef EXTRACTD_SERVER_SCHEMA_PREPARED_SCHEMA_H_
#define EXTRACTD_SERVER_SCHEMA_PREPARED_SCHEMA_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <absl/status/statusor.h>

#include "server/schema/compiled_schema.h"
#include "server/schema/openai_strict.h"

namespace extractd::schema {

struct PreparedSchema {
  std::shared_ptr<const CompiledSchema> compiled = {};
  std::string compact = {};  // the schema without white space, key order kept
  std::string outline = {};  // see outline.h
  std::string name = {};     // the title, made to fit [A-Za-z0-9_-]{1,64}; else "answer"
  bool object_root = false;  // every valid instance is an object
  std::optional<SubsetObstacle> openai_strict = {};  // why it is not in that subset
  size_t memory_bytes() const;
};

// Fails as Compile does.
absl::StatusOr<std::shared_ptr<const PreparedSchema>> Prepare(
    std::string text, const CompileLimits& limits
);

// `title` with every run of other characters replaced by "_", cut to 64; "answer" if nothing is
// left.
std::string SchemaNameFrom(std::string_view title);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_PREPARED_SCHEMA_H_
