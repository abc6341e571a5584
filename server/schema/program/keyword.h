// The keywords of JSON Schema, as one table: where each belongs and where it holds schemas.
#ifndef EXTRACTD_SERVER_SCHEMA_PROGRAM_KEYWORD_H_
#define EXTRACTD_SERVER_SCHEMA_PROGRAM_KEYWORD_H_

#include <cstdint>
#include <string_view>

#include "server/schema/program/dialect.h"

namespace extractd::schema {

enum class Keyword : std::uint8_t {
  kAdditionalItems,
  kAdditionalProperties,
  kAllOf,
  kAnchor,
  kAnyOf,
  kConst,
  kContains,
  kContentSchema,
  kDefinitions,
  kDefs,
  kDependencies,
  kDependentRequired,
  kDependentSchemas,
  kDynamicAnchor,
  kDynamicRef,
  kElse,
  kEnum,
  kExclusiveMaximum,
  kExclusiveMinimum,
  kFormat,
  kId,
  kIf,
  kItems,
  kMaxContains,
  kMaxItems,
  kMaxLength,
  kMaxProperties,
  kMaximum,
  kMinContains,
  kMinItems,
  kMinLength,
  kMinProperties,
  kMinimum,
  kMultipleOf,
  kNot,
  kOneOf,
  kPattern,
  kPatternProperties,
  kPrefixItems,
  kProperties,
  kPropertyNames,
  kRef,
  kRequired,
  kSchema,
  kThen,
  kType,
  kUnevaluatedItems,
  kUnevaluatedProperties,
  kUniqueItems,
  kVocabulary,
  kFalse,  // no keyword: the schema `false`
};

// What a keyword's value holds.
enum class Shape : std::uint8_t {
  kNoSchema,
  kSchema,
  kSchemaList,
  kSchemaMap,
  kItems,         // a schema; in draft-07 also a list of them
  kDependencies,  // a map to schemas or lists of names
};

struct KeywordRow {
  Keyword keyword;
  std::string_view name;
  Vocabulary vocabulary;
  bool in_draft7;
  bool in_2020_12;
  Shape shape;
};

// Null: not a keyword of that dialect, so an annotation. Annotations that the drafts define (title,
// default, …) have no row either.
const KeywordRow* FindKeyword(std::string_view name, const Dialect& dialect);

// "false" for kFalse.
std::string_view KeywordName(Keyword keyword);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_PROGRAM_KEYWORD_H_
