// The meta-schemas of draft 2020-12 and draft-07, built in.
#ifndef EXTRACTD_SERVER_SCHEMA_META_SCHEMAS_H_
#define EXTRACTD_SERVER_SCHEMA_META_SCHEMAS_H_

#include <memory>
#include <span>
#include <string_view>

#include "server/json/value.h"

namespace extractd::schema {

struct MetaSchemaText {
  std::string_view uri;  // without an empty fragment
  std::string_view text;
};
// Draft 2020-12: the meta-schema and its vocabularies.
std::span<const MetaSchemaText> MetaSchemas2020();
MetaSchemaText MetaSchemaDraft7();

// Parsed once for the whole process; null: not one of them. Thread-safe.
std::shared_ptr<const json::Document> FindMetaSchema(std::string_view uri);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_META_SCHEMAS_H_
