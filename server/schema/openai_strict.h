// The subset of JSON Schema named openai_strict, which providers enforce whole: what keeps a schema
// out of it. Rules and sources: docs/providers/openai.md.
#ifndef EXTRACTD_SERVER_SCHEMA_OPENAI_STRICT_H_
#define EXTRACTD_SERVER_SCHEMA_OPENAI_STRICT_H_

#include <optional>
#include <string>

#include "server/json/value.h"

namespace extractd::schema {

// The first place that keeps a schema out of a subset.
struct SubsetObstacle {
  std::string pointer = {};  // JSON Pointer into the schema
  std::string keyword = {};
  std::string reason = {};  // one sentence
};

// Nothing: `schema`, the root of a valid schema, is in the subset as it stands.
std::optional<SubsetObstacle> FindOpenAiStrictObstacle(const json::Value& schema);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_OPENAI_STRICT_H_
