#include "server/schema/wrap/wrap.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "server/json/read.h"
#include "server/json/text_writer.h"
#include "server/json/write.h"
#include "server/schema/program/keyword.h"
#include "server/schema/wrap/members.h"

namespace extractd::schema {
namespace {

struct Place {
  std::string_view schema;  // where the caller's schema stands
  std::string_view answer;  // where its instance stands
};

Place PlaceOf(Wrapping wrapping) {
  switch (wrapping) {
    case Wrapping::kNone:
      return {"", ""};
    case Wrapping::kValue:
      return {"/properties/value", "/value"};
    case Wrapping::kList:
      return {"/properties/items/items", "/items"};
    case Wrapping::kMaybe:
      return {"/properties/value/anyOf/0", "/value"};
  }
  return {"", ""};
}

// Members of a root that speak for the whole document.
constexpr std::array<std::string_view, 4> kDocumentMembers = {
    "$schema", "$id", "$defs", "definitions"
};
// References to what these hold stay as they are.
constexpr std::array<std::string_view, 2> kHoisted = {"/$defs/", "/definitions/"};

Shape ShapeOf(std::string_view keyword) {
  static const Dialect newer = StandardDialect(Draft::k2020_12);
  static const Dialect older = StandardDialect(Draft::k7);
  const KeywordRow* row = FindKeyword(keyword, newer);
  if (row == nullptr) row = FindKeyword(keyword, older);
  return row == nullptr ? Shape::kNoSchema : row->shape;
}

bool IsReference(std::string_view keyword) {
  return keyword == "$ref" || keyword == "$dynamicRef";
}

// A schema whose references start from its own identifier.
bool HasOwnBase(const json::Value& schema) {
  const std::string_view id = json::StringMember(schema, "$id");
  return !id.empty() && id.front() != '#';
}

// Writes the caller's schema for its new place.
class Mover {
 public:
  Mover(const json::Value& root, std::string_view place, json::TextWriter& out)
      : root_(root), place_(place), out_(out), id_(json::StringMember(root, "$id")) {
    id_ = id_.substr(0, id_.find('#'));
  }

  // What speaks for the whole document.
  void PutDocumentMembers() {
    for (const std::string_view name : kDocumentMembers) {
      const json::Value* value = root_.is_object() ? root_.Find(name) : nullptr;
      if (value == nullptr || !IsDocumentMember(*value)) continue;
      out_.Key(name);
      PutKeyword(name, *value, false);
    }
  }

  void PutRoot() {
    if (!root_.is_object()) {
      out_.Raw(json::ToText(root_));
      return;
    }
    out_.BeginObject();
    for (const json::Value& member : root_) {
      if (IsDocumentMember(member)) continue;
      out_.Key(member.key());
      PutKeyword(member.key(), member, false);
    }
    out_.EndObject();
  }

 private:
  // A draft-07 identifier that is only a fragment names the schema, not the document.
  static bool IsDocumentMember(const json::Value& member) {
    if (member.key() == "$id") return member.is_string() && !member.string().starts_with('#');
    return std::ranges::find(kDocumentMembers, member.key()) != kDocumentMembers.end();
  }

  void PutSchema(const json::Value& schema, bool own_base) {
    if (!schema.is_object()) {
      out_.Raw(json::ToText(schema));
      return;
    }
    own_base = own_base || HasOwnBase(schema);
    out_.BeginObject();
    for (const json::Value& member : schema) {
      out_.Key(member.key());
      PutKeyword(member.key(), member, own_base);
    }
    out_.EndObject();
  }

  void PutKeyword(std::string_view name, const json::Value& value, bool own_base) {
    if (IsReference(name) && value.is_string() && !own_base) {
      out_.String(Moved(value.string()));
      return;
    }
    switch (ShapeOf(name)) {
      case Shape::kNoSchema:
        out_.Raw(json::ToText(value));
        return;
      case Shape::kSchema:
        return PutSchema(value, own_base);
      case Shape::kSchemaList:
      case Shape::kItems:
        return value.is_array() ? PutList(value, own_base) : PutSchema(value, own_base);
      case Shape::kSchemaMap:
      case Shape::kDependencies:
        return PutMap(value, own_base);
    }
  }

  void PutList(const json::Value& list, bool own_base) {
    out_.BeginArray();
    for (const json::Value& schema : list) PutSchema(schema, own_base);
    out_.EndArray();
  }

  void PutMap(const json::Value& map, bool own_base) {
    out_.BeginObject();
    for (const json::Value& member : map) {
      out_.Key(member.key());
      PutSchema(member, own_base);
    }
    out_.EndObject();
  }

  // The document that a reference names is the caller's: by no name, its identifier or the
  // identifier's last segment.
  bool IsOwn(std::string_view document) const {
    if (document.empty() || document == id_) return true;
    return !id_.empty() && document == id_.substr(id_.find_last_of("/:") + 1);
  }

  std::string Moved(std::string_view reference) const {
    const size_t hash = reference.find('#');
    const std::string_view document = reference.substr(0, hash);
    const std::string_view fragment =
        hash == std::string_view::npos ? std::string_view() : reference.substr(hash + 1);
    if (!IsOwn(document)) return std::string(reference);
    const bool hoisted = std::ranges::any_of(kHoisted, [fragment](std::string_view prefix) {
      return fragment.starts_with(prefix);
    });
    const bool pointer = fragment.empty() || fragment.front() == '/';
    if (!pointer || hoisted) return std::string(reference);
    return fmt::format("#{}{}", place_, fragment);
  }

  const json::Value& root_;
  std::string_view place_;
  json::TextWriter& out_;
  std::string_view id_;
};

void PutValue(Mover& mover, json::TextWriter& out) {
  out.Key(wrapper::kValue);
  mover.PutRoot();
}

void PutItems(Mover& mover, json::TextWriter& out) {
  out.Key(wrapper::kItems).BeginObject().Member("type", "array");
  out.Member("description", "Every one that there is, in the order of the text; [] if none is.");
  out.Key("items");
  mover.PutRoot();
  out.EndObject();
}

void PutMaybe(Mover& mover, json::TextWriter& out) {
  out.Key(wrapper::kValue).BeginObject();
  out.Member("description", "null if the text does not have it.");
  out.Key("anyOf").BeginArray();
  mover.PutRoot();
  out.BeginObject().Member("type", "null").EndObject();
  out.EndArray().EndObject();
  out.Key(wrapper::kAbsentReason).BeginObject();
  out.Key("type").BeginArray().String("string").String("null").EndArray();
  out.Member("description", "Why the text does not have it; null if it does.");
  out.EndObject();
}

// `path` behind `prefix`, which ends at a token's end; nothing if it does not begin so.
std::optional<std::string_view> Behind(std::string_view prefix, std::string_view path) {
  if (!path.starts_with(prefix)) return std::nullopt;
  path.remove_prefix(prefix.size());
  return path.empty() || path.front() == '/' ? std::optional(path) : std::nullopt;
}

}  // namespace

std::string WrapSchema(const json::Value& root, Wrapping wrapping) {
  json::TextWriter out;
  Mover mover(root, PlaceOf(wrapping).schema, out);
  out.BeginObject().Member("type", "object").Key("properties").BeginObject();
  if (wrapping == Wrapping::kList) {
    PutItems(mover, out);
  } else if (wrapping == Wrapping::kMaybe) {
    PutMaybe(mover, out);
  } else {
    PutValue(mover, out);
  }
  out.EndObject().Key("required").BeginArray();
  out.String(wrapping == Wrapping::kList ? wrapper::kItems : wrapper::kValue);
  if (wrapping == Wrapping::kMaybe) out.String(wrapper::kAbsentReason);
  out.EndArray().Member("additionalProperties", false);
  mover.PutDocumentMembers();
  out.EndObject();
  return std::move(out).Take();
}

std::string CallersSchemaPath(Wrapping wrapping, std::string_view path) {
  for (const std::string_view prefix : kHoisted) {
    if (path.starts_with(prefix)) return std::string(path);
  }
  return std::string(Behind(PlaceOf(wrapping).schema, path).value_or(""));
}

std::string CallersPath(Wrapping wrapping, std::string_view path) {
  return std::string(Behind(PlaceOf(wrapping).answer, path).value_or(""));
}

std::string WrappedPath(Wrapping wrapping, std::string_view path) {
  return fmt::format("{}{}", PlaceOf(wrapping).answer, path);
}

}  // namespace extractd::schema
