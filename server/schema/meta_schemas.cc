#include "server/schema/meta_schemas.h"

#include <string>
#include <utility>
#include <variant>

#include "server/base/strings.h"
#include "server/json/parse.h"

namespace extractd::schema {
namespace {

using Documents = StringMap<std::shared_ptr<const json::Document>>;

void Add(const MetaSchemaText& meta_schema, Documents& documents) {
  json::ParseResult parsed = json::Parse(std::string(meta_schema.text));
  if (auto* document = std::get_if<json::Document>(&parsed)) {
    documents.emplace(
        meta_schema.uri, std::make_shared<const json::Document>(std::move(*document))
    );
  }
}

const Documents& AllDocuments() {
  static const auto& documents = *[] {
    auto* all = new Documents;
    for (const MetaSchemaText& meta_schema : MetaSchemas2020()) Add(meta_schema, *all);
    Add(MetaSchemaDraft7(), *all);
    return all;
  }();
  return documents;
}

}  // namespace

std::shared_ptr<const json::Document> FindMetaSchema(std::string_view uri) {
  const auto found = AllDocuments().find(uri);
  return found == AllDocuments().end() ? nullptr : found->second;
}

}  // namespace extractd::schema
