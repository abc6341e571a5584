#include "server/schema/compile/meta_check.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/json/pointer.h"
#include "server/json/write.h"
#include "server/schema/compile/compile.h"
#include "server/schema/meta_schemas.h"

namespace extractd::schema {
namespace {

using SchemaPtr = std::shared_ptr<const CompiledSchema>;

// A meta-schema refers to itself by its URI, so it is compiled as a reference to it.
absl::StatusOr<SchemaPtr> CompileMetaSchema(std::string_view uri, const DocumentSource& source) {
  std::string reference = "{\"$schema\":";
  json::WriteString(uri == kDraft7Uri ? kDraft7Uri : kDraft2020Uri, reference);
  reference += ",\"$ref\":";
  json::WriteString(uri, reference);
  reference += "}";
  return CompileFrom({.text = std::move(reference), .source = source, .check_meta_schema = false});
}

absl::StatusOr<SchemaPtr> MetaSchemaFor(const Dialect& dialect, const DocumentSource& source) {
  static const auto& draft7 =
      *new absl::StatusOr<SchemaPtr>(CompileMetaSchema(kDraft7Uri, FindMetaSchema));
  static const auto& draft2020 =
      *new absl::StatusOr<SchemaPtr>(CompileMetaSchema(kDraft2020Uri, FindMetaSchema));
  if (dialect.meta_schema == kDraft7Uri) return draft7;
  if (dialect.meta_schema == kDraft2020Uri) return draft2020;
  return CompileMetaSchema(dialect.meta_schema, source);
}

bool HasOneDialect(const SchemaStore& store) {
  const std::string& first = store.resource(0).dialect.meta_schema;
  for (std::uint32_t i = 1; i < store.resources(); ++i) {
    const Resource& resource = store.resource(i);
    if (resource.document == 0 && resource.dialect.meta_schema != first) return false;
  }
  return true;
}

// The issue as a fault of the innermost subschema around it.
absl::Status FaultFor(const SchemaStore& store, const Issue& issue) {
  SubschemaIndex subschema = 0;
  std::string keyword;
  const json::Value* value = store.subschema(0).value;
  const auto tokens = json::SplitPointer(issue.path);
  for (size_t i = 0; tokens.has_value() && i < tokens->size(); ++i) {
    std::string step;
    json::AppendToken((*tokens)[i], step);
    value = json::Resolve(*value, step);
    if (value == nullptr) break;
    if (keyword.empty()) keyword = (*tokens)[i];
    if (const SubschemaIndex known = store.Find(*value); known != kNone) {
      subschema = known;
      keyword.clear();
    }
  }
  return store.Fault(
      subschema, keyword, fmt::format("does not obey the meta-schema: {}", issue.message)
  );
}

}  // namespace

absl::Status CheckAgainstMetaSchema(const SchemaStore& store, const DocumentSource& source) {
  if (!HasOneDialect(store)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const SchemaPtr meta, MetaSchemaFor(store.resource(0).dialect, source));
  const json::Value& root = *store.subschema(0).value;
  const ValidateOptions options = {.assert_formats = false};
  if (meta->IsValid(root, options)) return absl::OkStatus();
  const IssueList issues = meta->Validate(root, options);
  // The deepest one says most.
  const auto depth = [](const Issue& issue) { return std::ranges::count(issue.path, '/'); };
  return FaultFor(store, *std::ranges::max_element(issues.listed, {}, depth));
}

}  // namespace extractd::schema
