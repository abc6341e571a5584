#include "server/schema/program/keyword.h"

#include <array>

#include <absl/container/flat_hash_map.h>

namespace extractd::schema {
namespace {

using enum Vocabulary;
using enum Shape;

// In the order of the enumeration.
// NOLINTBEGIN(modernize-use-designated-initializers): rows of a table
constexpr std::array kRows = {
    KeywordRow{Keyword::kAdditionalItems, "additionalItems", kApplicator, true, false, kSchema},
    KeywordRow{
        Keyword::kAdditionalProperties, "additionalProperties", kApplicator, true, true, kSchema
    },
    KeywordRow{Keyword::kAllOf, "allOf", kApplicator, true, true, kSchemaList},
    KeywordRow{Keyword::kAnchor, "$anchor", kCore, false, true, kNoSchema},
    KeywordRow{Keyword::kAnyOf, "anyOf", kApplicator, true, true, kSchemaList},
    KeywordRow{Keyword::kConst, "const", kValidation, true, true, kNoSchema},
    KeywordRow{Keyword::kContains, "contains", kApplicator, true, true, kSchema},
    KeywordRow{Keyword::kContentSchema, "contentSchema", kContent, false, true, kSchema},
    KeywordRow{Keyword::kDefinitions, "definitions", kCore, true, true, kSchemaMap},
    KeywordRow{Keyword::kDefs, "$defs", kCore, false, true, kSchemaMap},
    // 2020-12 has it no more, but its meta-schema still describes it for older schemas.
    KeywordRow{Keyword::kDependencies, "dependencies", kApplicator, true, true, kDependencies},
    KeywordRow{
        Keyword::kDependentRequired, "dependentRequired", kValidation, false, true, kNoSchema
    },
    KeywordRow{
        Keyword::kDependentSchemas, "dependentSchemas", kApplicator, false, true, kSchemaMap
    },
    KeywordRow{Keyword::kDynamicAnchor, "$dynamicAnchor", kCore, false, true, kNoSchema},
    KeywordRow{Keyword::kDynamicRef, "$dynamicRef", kCore, false, true, kNoSchema},
    KeywordRow{Keyword::kElse, "else", kApplicator, true, true, kSchema},
    KeywordRow{Keyword::kEnum, "enum", kValidation, true, true, kNoSchema},
    KeywordRow{Keyword::kExclusiveMaximum, "exclusiveMaximum", kValidation, true, true, kNoSchema},
    KeywordRow{Keyword::kExclusiveMinimum, "exclusiveMinimum", kValidation, true, true, kNoSchema},
    KeywordRow{Keyword::kFormat, "format", kFormatAnnotation, true, true, kNoSchema},
    KeywordRow{Keyword::kId, "$id", kCore, true, true, kNoSchema},
    KeywordRow{Keyword::kIf, "if", kApplicator, true, true, kSchema},
    KeywordRow{Keyword::kItems, "items", kApplicator, true, true, Shape::kItems},
    KeywordRow{Keyword::kMaxContains, "maxContains", kValidation, false, true, kNoSchema},
    KeywordRow{Keyword::kMaxItems, "maxItems", kValidation, true, true, kNoSchema},
    KeywordRow{Keyword::kMaxLength, "maxLength", kValidation, true, true, kNoSchema},
    KeywordRow{Keyword::kMaxProperties, "maxProperties", kValidation, true, true, kNoSchema},
    KeywordRow{Keyword::kMaximum, "maximum", kValidation, true, true, kNoSchema},
    KeywordRow{Keyword::kMinContains, "minContains", kValidation, false, true, kNoSchema},
    KeywordRow{Keyword::kMinItems, "minItems", kValidation, true, true, kNoSchema},
    KeywordRow{Keyword::kMinLength, "minLength", kValidation, true, true, kNoSchema},
    KeywordRow{Keyword::kMinProperties, "minProperties", kValidation, true, true, kNoSchema},
    KeywordRow{Keyword::kMinimum, "minimum", kValidation, true, true, kNoSchema},
    KeywordRow{Keyword::kMultipleOf, "multipleOf", kValidation, true, true, kNoSchema},
    KeywordRow{Keyword::kNot, "not", kApplicator, true, true, kSchema},
    KeywordRow{Keyword::kOneOf, "oneOf", kApplicator, true, true, kSchemaList},
    KeywordRow{Keyword::kPattern, "pattern", kValidation, true, true, kNoSchema},
    KeywordRow{
        Keyword::kPatternProperties, "patternProperties", kApplicator, true, true, kSchemaMap
    },
    KeywordRow{Keyword::kPrefixItems, "prefixItems", kApplicator, false, true, kSchemaList},
    KeywordRow{Keyword::kProperties, "properties", kApplicator, true, true, kSchemaMap},
    KeywordRow{Keyword::kPropertyNames, "propertyNames", kApplicator, true, true, kSchema},
    KeywordRow{Keyword::kRef, "$ref", kCore, true, true, kNoSchema},
    KeywordRow{Keyword::kRequired, "required", kValidation, true, true, kNoSchema},
    KeywordRow{Keyword::kSchema, "$schema", kCore, true, true, kNoSchema},
    KeywordRow{Keyword::kThen, "then", kApplicator, true, true, kSchema},
    KeywordRow{Keyword::kType, "type", kValidation, true, true, kNoSchema},
    KeywordRow{Keyword::kUnevaluatedItems, "unevaluatedItems", kUnevaluated, false, true, kSchema},
    KeywordRow{
        Keyword::kUnevaluatedProperties, "unevaluatedProperties", kUnevaluated, false, true, kSchema
    },
    KeywordRow{Keyword::kUniqueItems, "uniqueItems", kValidation, true, true, kNoSchema},
    KeywordRow{Keyword::kVocabulary, "$vocabulary", kCore, false, true, kNoSchema},
    KeywordRow{Keyword::kFalse, "false", kCore, false, false, kNoSchema},
};
// NOLINTEND(modernize-use-designated-initializers)

constexpr bool RowsStandInOrder() {
  for (size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<size_t>(kRows[i].keyword) != i) return false;
  }
  return true;
}
static_assert(RowsStandInOrder());

const absl::flat_hash_map<std::string_view, const KeywordRow*>& RowsByName() {
  static const auto& rows = *[] {
    auto* map = new absl::flat_hash_map<std::string_view, const KeywordRow*>;
    for (const KeywordRow& row : kRows) map->emplace(row.name, &row);
    return map;
  }();
  return rows;
}

// `format` belongs to either of two vocabularies.
bool Has(const Dialect& dialect, Vocabulary vocabulary) {
  return dialect.Has(vocabulary) ||
         (vocabulary == kFormatAnnotation && dialect.Has(kFormatAssertion));
}

}  // namespace

const KeywordRow* FindKeyword(std::string_view name, const Dialect& dialect) {
  const auto found = RowsByName().find(name);
  if (found == RowsByName().end()) return nullptr;
  const KeywordRow& row = *found->second;
  const bool in_draft = dialect.draft == Draft::k7 ? row.in_draft7 : row.in_2020_12;
  return in_draft && Has(dialect, row.vocabulary) ? &row : nullptr;
}

std::string_view KeywordName(Keyword keyword) {
  return kRows[static_cast<size_t>(keyword)].name;
}

Dialect StandardDialect(Draft draft) {
  Dialect dialect = {
      .draft = draft, .meta_schema = std::string(draft == Draft::k7 ? kDraft7Uri : kDraft2020Uri)
  };
  for (const Vocabulary vocabulary :
       {kCore, kApplicator, kUnevaluated, kValidation, kMetaData, kFormatAnnotation, kContent}) {
    dialect.Add(vocabulary);
  }
  return dialect;
}

}  // namespace extractd::schema
