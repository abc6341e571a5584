#include "server/schema/infer/earlier_schema.h"

#include <algorithm>
#include <string_view>
#include <variant>

#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/json/parse.h"
#include "server/json/pointer.h"
#include "server/schema/compile/invalid_schema.h"

namespace extractd::schema {
namespace {

// Where values of a type are counted.
struct TypeCount {
  std::string_view type;
  size_t Evidence::* count;
};
constexpr TypeCount kCounts[] = {
    {"null", &Evidence::nulls},
    {"boolean", &Evidence::booleans},
    {"integer", &Evidence::integers},
    {"number", &Evidence::fractions},
    {"string", &Evidence::strings},
    {"array", &Evidence::arrays},
    {"object", &Evidence::objects},
};

class EarlierSchema {
 public:
  explicit EarlierSchema(std::string_view text) : text_(text) {}

  absl::Status Read(const json::Value& schema, const std::string& place, Evidence& into) {
    if (!schema.is_object()) return Fault(place, "", "is no schema that inference writes");
    if (schema.Find("type") == nullptr) return ReadUntyped(schema, place, into);
    RETURN_IF_ERROR(ReadTypes(*schema.Find("type"), place, into));
    const bool closed_texts = schema.Find("enum") != nullptr;
    if (into.strings > 0 && !closed_texts) into.many_texts = true;
    if (into.strings > 0 && schema.Find("format") == nullptr) into.formats = {};
    for (const json::Value& keyword : schema) {
      RETURN_IF_ERROR(ReadKeyword(keyword, place, into));
    }
    if (into.map) return absl::OkStatus();
    return ReadRequired(schema.Find("required"), place, into);
  }

 private:
  absl::Status Fault(const std::string& place, std::string_view keyword, std::string message) {
    return InvalidSchema(
        {.pointer = place, .keyword = std::string(keyword), .message = std::move(message)}, text_
    );
  }

  // Nothing but null was seen there.
  absl::Status ReadUntyped(const json::Value& schema, const std::string& place, Evidence& into) {
    for (const json::Value& keyword : schema) {
      if (keyword.key() == "$schema") continue;
      return Fault(place, keyword.key(), "stands without a type, which inference does not write");
    }
    ++into.nulls;
    return absl::OkStatus();
  }

  absl::Status ReadTypes(const json::Value& type, const std::string& place, Evidence& into) {
    if (type.is_string()) return ReadType(type, place, into);
    if (!type.is_array()) return Fault(place, "type", "must be a type or an array of types");
    for (const json::Value& one : type) RETURN_IF_ERROR(ReadType(one, place, into));
    return absl::OkStatus();
  }

  absl::Status ReadType(const json::Value& type, const std::string& place, Evidence& into) {
    const std::string_view name = type.is_string() ? type.string() : "";
    for (const auto& [known, count] : kCounts) {
      if (name != known) continue;
      ++(into.*count);
      return absl::OkStatus();
    }
    return Fault(place, "type", "must be a type of JSON Schema");
  }

  absl::Status ReadKeyword(const json::Value& value, const std::string& place, Evidence& into) {
    const std::string_view keyword = value.key();
    if (keyword == "$schema" || keyword == "type" || keyword == "required") return absl::OkStatus();
    std::string inner = place;
    json::AppendToken(keyword, inner);
    if (keyword == "enum") return ReadEnum(value, place, into);
    if (keyword == "format") return ReadFormat(value, place, into);
    if (keyword == "properties") return ReadProperties(value, inner, into);
    if (keyword == "items") {
      into.elements = std::make_unique<Evidence>();
      return Read(value, inner, *into.elements);
    }
    if (keyword == "additionalProperties") {
      if (value.is_boolean()) return absl::OkStatus();
      into.map = true;
      into.map_values = std::make_unique<Evidence>();
      return Read(value, inner, *into.map_values);
    }
    return Fault(
        place, keyword, "is no keyword that inference writes; only such schemas are refined"
    );
  }

  absl::Status ReadEnum(const json::Value& values, const std::string& place, Evidence& into) {
    into.enumerated = true;
    for (const json::Value& value : values) {
      if (value.is_null()) continue;
      if (!value.is_string()) return Fault(place, "enum", "must hold strings to be refined");
      into.AddText(value.string());
    }
    return absl::OkStatus();
  }

  absl::Status ReadFormat(const json::Value& value, const std::string& place, Evidence& into) {
    const auto format = FindFormat(value.is_string() ? value.string() : "");
    const auto* const known =
        format.has_value() ? std::ranges::find(kInferredFormats, *format) : kInferredFormats.end();
    if (known == kInferredFormats.end()) {
      return Fault(place, "format", "must be date, date-time, email, uri or uuid to be refined");
    }
    into.formats = {};
    into.formats.at(static_cast<size_t>(known - kInferredFormats.begin())) = true;
    return absl::OkStatus();
  }

  absl::Status ReadProperties(
      const json::Value& properties, const std::string& place, Evidence& into
  ) {
    for (const json::Value& property : properties) {
      std::string inner = place;
      json::AppendToken(property.key(), inner);
      RETURN_IF_ERROR(Read(property, inner, *into.MemberOf(property.key()).value));
    }
    return absl::OkStatus();
  }

  absl::Status ReadRequired(const json::Value* required, const std::string& place, Evidence& into) {
    if (required == nullptr) return absl::OkStatus();
    for (const json::Value& name : *required) {
      const bool known = name.is_string() && into.by_name.contains(name.string());
      if (!known) return Fault(place, "required", "names no property");
      into.MemberOf(name.string()).objects = into.objects;
    }
    return absl::OkStatus();
  }

  std::string_view text_;
};

}  // namespace

absl::Status AddEarlierSchema(const std::string& text, Evidence& into) {
  const json::ParseResult parsed =
      json::ParseView(text, {.duplicate_keys = json::DuplicateKeys::kReject});
  if (const auto* error = std::get_if<json::ParseError>(&parsed)) {
    return NotJson(error->message, text, error->offset);
  }
  return EarlierSchema(text).Read(std::get<json::Document>(parsed).root(), "", into);
}

}  // namespace extractd::schema
