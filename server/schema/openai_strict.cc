#include "server/schema/openai_strict.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include <absl/container/flat_hash_set.h>

#include "server/json/pointer.h"
#include "server/json/read.h"

namespace extractd::schema {
namespace {

constexpr size_t kMaxLevels = 10;
constexpr size_t kMaxProperties = 5000;
constexpr size_t kMaxEnumValues = 1000;

constexpr std::array<std::string_view, 24> kKeywords = {
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "$ref",
    "$defs",
    "definitions",
    "description",
    "title",
    "pattern",
    "format",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
    "$schema",
    "$comment",
};
constexpr std::array<std::string_view, 9> kFormats = {
    "date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"
};

template <size_t N>
bool Contains(const std::array<std::string_view, N>& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

class Checker {
 public:
  std::optional<SubsetObstacle> Check(const json::Value& root) {
    if (!root.is_object() || json::StringMember(root, "type") != "object") {
      return SubsetObstacle{"", "type", "the root must be of type object"};
    }
    Visit(root, 1);
    return std::move(obstacle_);
  }

 private:
  // Keeps the first obstacle; false, so that callers can stop.
  bool Refuse(std::string_view keyword, std::string_view reason) {
    obstacle_ = SubsetObstacle{pointer_, std::string(keyword), std::string(reason)};
    return false;
  }

  template <class... Tokens>
  bool VisitAt(const json::Value& schema, size_t level, Tokens... tokens) {
    const size_t mark = pointer_.size();
    (json::AppendToken(tokens, pointer_), ...);
    const bool fits = Visit(schema, level);
    if (fits) pointer_.resize(mark);
    return fits;
  }

  bool Visit(const json::Value& schema, size_t level) {
    if (!schema.is_object()) return Refuse("", "true and false are not allowed as schemas");
    if (level > kMaxLevels) return Refuse("", "more than 10 levels of nesting");
    return CheckKeywords(schema) && CheckReference(schema) && CheckObject(schema, level) &&
           CheckArray(schema, level) && CheckValues(schema) && VisitList(schema, "anyOf", level) &&
           VisitMap(schema, "$defs") && VisitMap(schema, "definitions");
  }

  bool CheckKeywords(const json::Value& schema) {
    for (const json::Value& member : schema) {
      if (!Contains(kKeywords, member.key())) {
        return Refuse(member.key(), "the keyword is not part of the subset");
      }
    }
    const std::string_view format = json::StringMember(schema, "format");
    if (!format.empty() && !Contains(kFormats, format)) {
      return Refuse("format", "the format is not part of the subset");
    }
    return true;
  }

  bool CheckReference(const json::Value& schema) {
    const json::Value* reference = schema.Find("$ref");
    if (reference == nullptr) return true;
    if (schema.size() > 1) return Refuse("$ref", "nothing may stand beside a reference");
    const std::string_view text = reference->is_string() ? reference->string() : "";
    const bool local =
        text == "#" || text.starts_with("#/$defs/") || text.starts_with("#/definitions/");
    return local || Refuse("$ref", "only #, #/$defs and #/definitions may be referred to");
  }

  static bool Allows(const json::Value& schema, std::string_view type) {
    const json::Value* types = schema.Find("type");
    if (types == nullptr) return false;
    if (types->is_string()) return types->string() == type;
    return std::ranges::any_of(*types, [type](const json::Value& name) {
      return name.is_string() && name.string() == type;
    });
  }

  static bool IsObject(const json::Value& schema) {
    return Allows(schema, "object") ||
           (schema.Find("type") == nullptr && schema.Find("properties") != nullptr);
  }

  bool CheckObject(const json::Value& schema, size_t level) {
    if (!IsObject(schema)) return true;
    const json::Value* closed = schema.Find("additionalProperties");
    if (closed == nullptr || !closed->is_boolean() || closed->boolean()) {
      return Refuse("additionalProperties", "every object needs additionalProperties: false");
    }
    const json::Value* properties = schema.Find("properties");
    if (properties == nullptr) return true;
    properties_ += properties->size();
    if (properties_ > kMaxProperties) return Refuse("properties", "more than 5000 properties");
    const absl::flat_hash_set<std::string_view> required = Required(schema);
    for (const json::Value& property : *properties) {
      if (!required.contains(property.key())) {
        return Refuse("required", "every property must be required");
      }
      if (!VisitAt(property, level + 1, std::string_view("properties"), property.key())) {
        return false;
      }
    }
    return true;
  }

  static absl::flat_hash_set<std::string_view> Required(const json::Value& schema) {
    absl::flat_hash_set<std::string_view> names;
    if (const json::Value* required = schema.Find("required")) {
      for (const json::Value& name : *required)
        names.insert(name.is_string() ? name.string() : std::string_view());
    }
    return names;
  }

  bool CheckArray(const json::Value& schema, size_t level) {
    if (!Allows(schema, "array")) return true;
    const json::Value* items = schema.Find("items");
    if (items == nullptr) return Refuse("items", "every array needs items");
    return VisitAt(*items, level + 1, std::string_view("items"));
  }

  bool CheckValues(const json::Value& schema) {
    const json::Value* values = schema.Find("enum");
    if (values != nullptr) enum_values_ += values->size();
    return enum_values_ <= kMaxEnumValues || Refuse("enum", "more than 1000 enum values");
  }

  bool VisitList(const json::Value& schema, std::string_view keyword, size_t level) {
    const json::Value* list = schema.Find(keyword);
    if (list == nullptr) return true;
    size_t index = 0;
    return std::ranges::all_of(*list, [&](const json::Value& branch) {
      return VisitAt(branch, level, keyword, index++);
    });
  }

  bool VisitMap(const json::Value& schema, std::string_view keyword) {
    const json::Value* map = schema.Find(keyword);
    if (map == nullptr) return true;
    return std::ranges::all_of(*map, [&](const json::Value& definition) {
      return VisitAt(definition, 1, keyword, definition.key());
    });
  }

  std::optional<SubsetObstacle> obstacle_;
  std::string pointer_;
  size_t properties_ = 0;
  size_t enum_values_ = 0;
};

}  // namespace

std::optional<SubsetObstacle> FindOpenAiStrictObstacle(const json::Value& schema) {
  return Checker().Check(schema);
}

}  // namespace extractd::schema
