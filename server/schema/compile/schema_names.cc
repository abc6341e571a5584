// SchemaStore, as far as names go: $schema, $id and anchors.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/json/read.h"
#include "server/schema/compile/schema_store.h"
#include "server/schema/compile/uri.h"

namespace extractd::schema {
namespace {

// A meta-schema may name another as its own meta-schema, and so on.
constexpr int kMaxMetaSchemas = 8;

struct VocabularyRow {
  std::string_view uri;
  Vocabulary vocabulary;
};
// NOLINTBEGIN(modernize-use-designated-initializers): rows of a table
constexpr std::array kVocabularies = {
    VocabularyRow{"https://json-schema.org/draft/2020-12/vocab/core", Vocabulary::kCore},
    VocabularyRow{
        "https://json-schema.org/draft/2020-12/vocab/applicator", Vocabulary::kApplicator
    },
    VocabularyRow{
        "https://json-schema.org/draft/2020-12/vocab/unevaluated", Vocabulary::kUnevaluated
    },
    VocabularyRow{
        "https://json-schema.org/draft/2020-12/vocab/validation", Vocabulary::kValidation
    },
    VocabularyRow{"https://json-schema.org/draft/2020-12/vocab/meta-data", Vocabulary::kMetaData},
    VocabularyRow{
        "https://json-schema.org/draft/2020-12/vocab/format-annotation",
        Vocabulary::kFormatAnnotation
    },
    VocabularyRow{
        "https://json-schema.org/draft/2020-12/vocab/format-assertion", Vocabulary::kFormatAssertion
    },
    VocabularyRow{"https://json-schema.org/draft/2020-12/vocab/content", Vocabulary::kContent},
};
// NOLINTEND(modernize-use-designated-initializers)

// Without an empty fragment, which changes nothing.
std::string_view WithoutEmptyFragment(std::string_view uri) {
  if (uri.ends_with('#')) uri.remove_suffix(1);
  return uri;
}

// The URI of a draft's meta-schema has more than one spelling.
bool IsDraft7(std::string_view uri) {
  return uri == kDraft7Uri || uri == "https://json-schema.org/draft-07/schema";
}

// "^[A-Za-z_][-A-Za-z0-9._]*$"
bool IsAnchorName(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  if (text.empty() || !is_letter(text.front())) return false;
  return std::ranges::all_of(text, [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

}  // namespace

absl::Status SchemaStore::TakeId(SubschemaIndex index) {
  const std::uint32_t resource = subschemas_[index].resource;
  const bool is_root = subschemas_[index].parent == kNone;
  if (is_root) {
    ASSIGN_OR_RETURN(resources_[resource].dialect, DialectOf(index, resources_[resource].dialect));
  }
  ASSIGN_OR_RETURN(const std::optional<std::string> id, ReadId(index));
  if (!id.has_value()) return is_root ? absl::OkStatus() : CheckInnerDialect(index);
  const auto [absolute, fragment] = SplitFragment(*id);
  if (fragment.has_value() && !fragment->empty()) {
    if (ResourceOf(index).dialect.draft == Draft::k7) {
      return AddAnchor(index, Keyword::kId, *fragment);
    }
    return Fault(index, "$id", "must not have a fragment; use \"$anchor\"");
  }
  if (absolute == ResourceOf(index).uri) {
    return is_root ? absl::OkStatus() : CheckInnerDialect(index);
  }
  if (is_root) return NameRoot(index, std::string(absolute));
  RETURN_IF_ERROR(AddResource(index, std::string(absolute), resources_[resource].document));
  Resource& own = resources_[subschemas_[index].resource];
  ASSIGN_OR_RETURN(own.dialect, DialectOf(index, own.dialect));
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> SchemaStore::ReadId(SubschemaIndex index) const {
  const json::Value& schema = *subschemas_[index].value;
  const json::Value* id = schema.Find("$id");
  // In draft-07 nothing counts beside a $ref.
  const bool ignored =
      ResourceOf(index).dialect.draft == Draft::k7 && schema.Find("$ref") != nullptr;
  if (id == nullptr || ignored) return std::nullopt;
  if (!id->is_string()) return Fault(index, "$id", "must be a URI");
  return ResolveUri(ResourceOf(index).uri, id->string());
}

// The document keeps the name it was found under.
absl::Status SchemaStore::NameRoot(SubschemaIndex root, std::string uri) {
  const std::uint32_t resource = subschemas_[root].resource;
  if (!by_uri_.try_emplace(uri, resource).second) {
    return Fault(root, "$id", fmt::format("names \"{}\", which another schema is named", uri));
  }
  resources_[resource].uri = std::move(uri);
  return absl::OkStatus();
}

absl::Status SchemaStore::CheckInnerDialect(SubschemaIndex index) const {
  const json::Value* declared = subschemas_[index].value->Find("$schema");
  if (declared == nullptr) return absl::OkStatus();
  if (!declared->is_string()) return Fault(index, "$schema", "must be a URI");
  const std::string_view uri = WithoutEmptyFragment(declared->string());
  const std::string_view meta_schema = ResourceOf(index).dialect.meta_schema;
  if (uri == meta_schema || (IsDraft7(uri) && IsDraft7(meta_schema))) return absl::OkStatus();
  return Fault(index, "$schema", "may change only where a schema has an \"$id\"");
}

absl::Status SchemaStore::TakeAnchor(SubschemaIndex index, Keyword keyword) {
  const std::string_view name = KeywordName(keyword);
  const json::Value* anchor = subschemas_[index].value->Find(name);
  if (anchor == nullptr) return absl::OkStatus();
  if (!anchor->is_string() || !IsAnchorName(anchor->string())) {
    return Fault(index, name, "must be a name of letters, digits, '-', '_' and '.'");
  }
  return AddAnchor(index, keyword, anchor->string());
}

absl::Status SchemaStore::AddAnchor(
    SubschemaIndex index, Keyword keyword, std::string_view anchor
) {
  Resource& resource = resources_[subschemas_[index].resource];
  if (keyword == Keyword::kDynamicAnchor) resource.dynamic_anchors.emplace(anchor, index);
  const auto [known, fresh] = resource.anchors.try_emplace(std::string(anchor), index);
  if (fresh || known->second == index) return absl::OkStatus();
  return Fault(
      index,
      KeywordName(keyword),
      fmt::format("names \"{}\", which another schema is named", anchor)
  );
}

absl::StatusOr<Dialect> SchemaStore::DialectOf(SubschemaIndex root, const Dialect& inherited) {
  const json::Value* declared = subschemas_[root].value->Find("$schema");
  if (declared == nullptr) return inherited;
  if (!declared->is_string()) return Fault(root, "$schema", "must be a URI");
  return CustomDialect(root, std::string(WithoutEmptyFragment(declared->string())), 0);
}

absl::StatusOr<Dialect> SchemaStore::CustomDialect(
    SubschemaIndex root, const std::string& uri, int depth
) {
  if (IsDraft7(uri)) return StandardDialect(Draft::k7);
  if (uri == kDraft2020Uri) return StandardDialect(Draft::k2020_12);
  const std::shared_ptr<const json::Document> document = Load(uri);
  if (document == nullptr || depth == kMaxMetaSchemas) {
    return Fault(
        root, "$schema", fmt::format("names \"{}\"; supported are draft 2020-12 and draft-07", uri)
    );
  }
  Dialect dialect = StandardDialect(Draft::k2020_12);
  const std::string_view parent =
      WithoutEmptyFragment(json::StringMember(document->root(), "$schema"));
  if (!parent.empty() && parent != uri) {
    ASSIGN_OR_RETURN(dialect, CustomDialect(root, std::string(parent), depth + 1));
  }
  dialect.meta_schema = uri;
  if (dialect.draft != Draft::k7) {
    RETURN_IF_ERROR(TakeVocabularies(root, document->root(), dialect));
  }
  return dialect;
}

absl::Status SchemaStore::TakeVocabularies(
    SubschemaIndex root, const json::Value& meta_schema, Dialect& dialect
) const {
  const json::Value* vocabularies = meta_schema.Find("$vocabulary");
  if (vocabularies == nullptr) return absl::OkStatus();
  dialect.vocabularies = 0;
  dialect.Add(Vocabulary::kCore);  // in force whether named or not
  for (const json::Value& member : *vocabularies) {
    const auto* row = std::ranges::find(kVocabularies, member.key(), &VocabularyRow::uri);
    if (row != kVocabularies.end()) {
      dialect.Add(row->vocabulary);
    } else if (member.is_boolean() && member.boolean()) {
      return Fault(
          root, "$schema", fmt::format("requires the unknown vocabulary \"{}\"", member.key())
      );
    }
  }
  return absl::OkStatus();
}

std::shared_ptr<const json::Document> SchemaStore::Load(const std::string& uri) {
  std::shared_ptr<const json::Document> document = source_ ? source_(uri) : nullptr;
  if (document != nullptr) documents_.push_back(document);
  return document;
}

absl::StatusOr<std::uint32_t> SchemaStore::FindResource(
    const std::string& uri, SubschemaIndex from, Keyword keyword, std::string_view reference
) {
  if (const auto known = by_uri_.find(uri); known != by_uri_.end()) return known->second;
  const std::shared_ptr<const json::Document> document = Load(uri);
  if (document == nullptr) {
    return Fault(
        from,
        KeywordName(keyword),
        fmt::format(
            "\"{}\" does not resolve: nothing here is named \"{}\", and nothing is fetched",
            reference,
            uri
        )
    );
  }
  const json::Value& root = document->root();
  if (!root.is_object() && !root.is_boolean()) {
    return Fault(from, KeywordName(keyword), fmt::format("\"{}\" is no schema", reference));
  }
  const auto resource = static_cast<std::uint32_t>(resources_.size());
  by_uri_.emplace(uri, resource);
  resources_.push_back(
      {.uri = uri,
       .root = static_cast<SubschemaIndex>(subschemas_.size()),
       .document = document_count_++,
       .dialect = ResourceOf(from).dialect}
  );
  RETURN_IF_ERROR(Index(root, {}, resource));
  return resource;
}

}  // namespace extractd::schema
