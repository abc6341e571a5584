#include "server/schema/lower/read/keywords.h"

#include <algorithm>
#include <array>

#include "server/json/decimal.h"

namespace extractd::schema::lower {
namespace {

struct KeywordKind {
  std::string_view keyword;
  Kind kind;
};

// Keywords that say something of one kind of values only. The first row of a kind in a schema
// without type decides what it is about.
constexpr std::array kKinds = {
    KeywordKind{"properties", Kind::kObject},
    KeywordKind{"required", Kind::kObject},
    KeywordKind{"additionalProperties", Kind::kObject},
    KeywordKind{"patternProperties", Kind::kObject},
    KeywordKind{"propertyNames", Kind::kObject},
    KeywordKind{"minProperties", Kind::kObject},
    KeywordKind{"maxProperties", Kind::kObject},
    KeywordKind{"unevaluatedProperties", Kind::kObject},
    KeywordKind{"dependentRequired", Kind::kObject},
    KeywordKind{"dependentSchemas", Kind::kObject},
    KeywordKind{"dependencies", Kind::kObject},
    KeywordKind{"items", Kind::kArray},
    KeywordKind{"prefixItems", Kind::kArray},
    KeywordKind{"additionalItems", Kind::kArray},
    KeywordKind{"minItems", Kind::kArray},
    KeywordKind{"maxItems", Kind::kArray},
    KeywordKind{"uniqueItems", Kind::kArray},
    KeywordKind{"contains", Kind::kArray},
    KeywordKind{"minContains", Kind::kArray},
    KeywordKind{"maxContains", Kind::kArray},
    KeywordKind{"unevaluatedItems", Kind::kArray},
    KeywordKind{"pattern", Kind::kString},
    KeywordKind{"format", Kind::kString},
    KeywordKind{"minLength", Kind::kString},
    KeywordKind{"maxLength", Kind::kString},
    KeywordKind{"minimum", Kind::kNumber},
    KeywordKind{"maximum", Kind::kNumber},
    KeywordKind{"exclusiveMinimum", Kind::kNumber},
    KeywordKind{"exclusiveMaximum", Kind::kNumber},
    KeywordKind{"multipleOf", Kind::kNumber},
};
// The shape holds what these say; they are no constraints beside it.
constexpr std::array<std::string_view, 7> kStructure = {
    "properties",
    "required",
    "additionalProperties",
    "patternProperties",
    "prefixItems",
    "additionalItems",
    "items"
};

const KeywordKind* FindRow(std::string_view keyword) {
  const auto* found = std::ranges::find(kKinds, keyword, &KeywordKind::keyword);
  return found == kKinds.end() ? nullptr : found;
}

bool SaysNothing(const json::Value& keyword) {
  const std::string_view name = keyword.key();
  if (name == "uniqueItems") return keyword.is_boolean() && !keyword.boolean();
  if (name.starts_with("unevaluated")) return keyword.is_boolean() && keyword.boolean();
  const bool least = name == "minLength" || name == "minItems" || name == "minProperties";
  return least && keyword.is_number() && json::CompareNumbers(keyword.number(), "0") == 0;
}

// Limits values of `kind` beyond what a shape's other fields say.
bool IsConstraintOf(Kind kind, const json::Value& keyword) {
  const KeywordKind* row = FindRow(keyword.key());
  const Kind base = kind == Kind::kInteger ? Kind::kNumber : kind;
  if (row == nullptr || row->kind != base) return false;
  return std::ranges::find(kStructure, keyword.key()) == kStructure.end() && !SaysNothing(keyword);
}

// Limits values of `kind` in a way that a shape says by its own fields, and not by its parts alone.
bool IsStructureOf(Kind kind, const json::Value& keyword) {
  const std::string_view name = keyword.key();
  if (name == "type" || name == "enum" || name == "const") return true;
  const bool refuses = keyword.is_boolean() && !keyword.boolean();
  if (kind == Kind::kObject) {
    if (name == "required" || name == "patternProperties") return keyword.size() > 0;
    return name == "additionalProperties" && refuses;
  }
  if (kind != Kind::kArray) return false;
  if (name == "items" || name == "prefixItems") return keyword.is_array() || refuses;
  return name == "additionalItems" && refuses;
}

}  // namespace

Kind KindNamed(std::string_view type) {
  if (type == "object") return Kind::kObject;
  if (type == "array") return Kind::kArray;
  if (type == "string") return Kind::kString;
  if (type == "integer") return Kind::kInteger;
  if (type == "number") return Kind::kNumber;
  if (type == "boolean") return Kind::kBoolean;
  return Kind::kNull;
}

std::optional<Kind> KindOfKeyword(std::string_view keyword) {
  const KeywordKind* row = FindRow(keyword);
  return row == nullptr ? std::nullopt : std::optional(row->kind);
}

std::optional<Kind> KindSpokenOf(const json::Value& schema) {
  const auto* first = std::ranges::find_if(kKinds, [&schema](const KeywordKind& row) {
    return schema.Find(row.keyword) != nullptr;
  });
  return first == kKinds.end() ? std::nullopt : std::optional(first->kind);
}

void TakeKeywords(Kind kind, const json::Value& schema, const std::string& pointer, Shape& shape) {
  for (const json::Value& member : schema) {
    if (IsConstraintOf(kind, member)) shape.constraints.push_back({&member, pointer});
    if (IsStructureOf(kind, member)) shape.structure.push_back({&member, pointer});
  }
}

}  // namespace extractd::schema::lower
