#include "server/schema/infer/write_schema.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "server/base/utf8.h"
#include "server/json/pointer.h"
#include "server/json/write.h"

namespace extractd::schema {
namespace {

constexpr std::string_view kDialect = "https://json-schema.org/draft/2020-12/schema";

class Writer {
 public:
  explicit Writer(const InferOptions& options) : options_(options) {}

  InferredSchema Write(const Evidence& root) {
    out_.BeginObject();
    Put("$schema", kDialect);
    PutRules(root, "");
    out_.EndObject();
    return {.text = json::ToText(out_.Finish().root()), .warnings = std::move(warnings_)};
  }

 private:
  void Put(std::string_view keyword, std::string_view text) {
    out_.Key(keyword);
    out_.String(text);
  }

  void Warn(std::string_view code, std::string_view place, std::string_view message) {
    if (warnings_.size() >= kMaxInferWarnings) return;
    const std::string where =
        place.empty() ? "the root"
                      : fmt::format("'{}'", ReplaceInvalidUtf8(CutUtf8(place, kPlaceBytes)));
    warnings_.push_back({std::string(code), fmt::format("at {}: {}", where, message)});
  }

  void PutSchema(const Evidence& seen, const std::string& place) {
    out_.BeginObject();
    PutRules(seen, place);
    out_.EndObject();
  }

  void PutRules(const Evidence& seen, const std::string& place) {
    if (seen.anything) {
      return Warn("TOO_DEEP", place, "lies too deep in the examples; anything is allowed");
    }
    const std::vector<std::string_view> types = TypesOf(seen);
    if (types.empty() || (types.size() == 1 && types.front() == "null")) {
      return Warn("ONLY_NULL", place, "no example has a value; anything is allowed");
    }
    PutTypes(types);
    if (seen.strings > 0) PutTextRules(seen, types.size() - (seen.nulls > 0 ? 1 : 0), place);
    if (seen.objects > 0) PutObjectRules(seen, place);
    if (seen.arrays > 0) PutArrayRules(seen, place);
  }

  static std::vector<std::string_view> TypesOf(const Evidence& seen) {
    std::vector<std::string_view> types;
    const auto add = [&types](size_t count, std::string_view type) {
      if (count > 0) types.push_back(type);
    };
    add(seen.objects, "object");
    add(seen.arrays, "array");
    add(seen.strings, "string");
    add(seen.fractions, "number");
    add(seen.fractions > 0 ? 0 : seen.integers, "integer");
    add(seen.booleans, "boolean");
    add(seen.nulls, "null");
    return types;
  }

  void PutTypes(const std::vector<std::string_view>& types) {
    if (types.size() == 1) return Put("type", types.front());
    out_.Key("type");
    out_.BeginArray();
    for (const std::string_view type : types) out_.String(type);
    out_.EndArray();
  }

  // `types`: how many but null.
  void PutTextRules(const Evidence& seen, size_t types, const std::string& place) {
    if (options_.formats) {
      const auto* const format = std::ranges::find(seen.formats, true);
      if (format != seen.formats.end()) {
        const auto index = static_cast<size_t>(format - seen.formats.begin());
        return Put("format", FormatName(kInferredFormats.at(index)));
      }
    }
    if (types != 1 || !IsEnum(seen)) return;
    out_.Key("enum");
    out_.BeginArray();
    for (const std::string& text : seen.texts) out_.String(text);
    if (seen.nulls > 0) out_.Null();
    out_.EndArray();
    if (seen.strings < kSolidEnum) {
      Warn("ENUM", place, fmt::format("the enum rests on {} texts", seen.strings));
    }
  }

  // Few texts that come again and again, or an enum that was already one.
  bool IsEnum(const Evidence& seen) const {
    if (options_.min_examples_for_enum == 0 || seen.many_texts || seen.texts.empty()) return false;
    if (seen.enumerated) return true;
    return seen.strings >= static_cast<size_t>(options_.min_examples_for_enum) &&
           seen.texts.size() * 2 <= seen.strings;
  }

  void PutObjectRules(const Evidence& seen, const std::string& place) {
    if (HasDataForNames(seen)) return PutMap(seen, place);
    out_.Key("properties");
    out_.BeginObject();
    for (const Evidence::Member& member : seen.members) {
      out_.Key(member.name);
      std::string inner = place;
      json::AppendToken(member.name, inner);
      PutSchema(*member.value, inner);
    }
    out_.EndObject();
    PutRequired(seen);
    if (options_.closed_objects) {
      out_.Key("additionalProperties");
      out_.Boolean(false);
    }
  }

  void PutRequired(const Evidence& seen) {
    const auto always = [&seen](const Evidence::Member& member) {
      return member.objects == seen.objects;
    };
    if (!options_.required || std::ranges::none_of(seen.members, always)) return;
    out_.Key("required");
    out_.BeginArray();
    for (const Evidence::Member& member : seen.members) {
      if (always(member)) out_.String(member.name);
    }
    out_.EndArray();
  }

  void PutMap(const Evidence& seen, const std::string& place) {
    Evidence values;
    if (seen.map) values.Merge(*seen.map_values);
    for (const Evidence::Member& member : seen.members) values.Merge(*member.value);
    if (!seen.map) Warn("MAP", place, "the names look like data; any name is allowed");
    out_.Key("additionalProperties");
    PutSchema(values, place + "/*");
  }

  void PutArrayRules(const Evidence& seen, const std::string& place) {
    if (seen.elements == nullptr) {
      return Warn("EMPTY_ARRAY", place, "every array is empty; anything is allowed in it");
    }
    out_.Key("items");
    PutSchema(*seen.elements, place + "/*");
  }

  static constexpr size_t kSolidEnum = 20;
  static constexpr size_t kPlaceBytes = 200;

  const InferOptions& options_;
  json::Builder out_;
  std::vector<ThinEvidence> warnings_;
};

}  // namespace

InferredSchema WriteSchema(const Evidence& root, const InferOptions& options) {
  return Writer(options).Write(root);
}

}  // namespace extractd::schema
