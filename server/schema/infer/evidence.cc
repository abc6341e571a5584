#include "server/schema/infer/evidence.h"

#include <algorithm>

#include "server/base/utf8.h"
#include "server/json/decimal.h"
#include "server/json/lexical.h"
#include "server/schema/infer/infer.h"

namespace extractd::schema {
namespace {

// From so many names on that hold the same kind of object, they are data.
constexpr size_t kManyAlike = 5;
// So many objects, and more names than this of which none is common, show data, too.
constexpr size_t kFewObjects = 3;
constexpr size_t kFewNames = 8;
constexpr size_t kHexIdBytes = 16;

bool HasFormat(Format format, std::string_view text) {
  // "note: x" is a URI; what people call one has an authority.
  if (format == Format::kUri && text.find("://") == std::string_view::npos) return false;
  return Conforms(format, text);
}

bool IsHex(char c) {
  return json::IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool IsId(std::string_view name) {
  if (name.empty()) return false;
  if (std::ranges::all_of(name, json::IsDigit)) return true;
  if (name.size() >= kHexIdBytes && std::ranges::all_of(name, IsHex)) return true;
  const FormatSet formats = FormatsOf(name);
  return std::ranges::find(formats, true) != formats.end();
}

bool OnlyObjects(const Evidence& value) {
  return value.objects > 0 && !value.map &&
         value.nulls + value.booleans + value.integers + value.fractions + value.strings +
                 value.arrays ==
             0;
}

bool SameNames(const Evidence& a, const Evidence& b) {
  return a.members.size() == b.members.size() &&
         std::ranges::all_of(a.members, [&](const Evidence::Member& member) {
           return b.by_name.contains(member.name);
         });
}

// All values are objects with the same names, more than one.
bool HoldsTheSameObjects(const Evidence& objects) {
  const Evidence& first = *objects.members.front().value;
  if (!OnlyObjects(first) || first.members.size() < 2) return false;
  return std::ranges::all_of(objects.members, [&](const Evidence::Member& member) {
    return OnlyObjects(*member.value) && SameNames(first, *member.value);
  });
}

// Types as bits; null goes with any.
unsigned TypesOf(const Evidence& value) {
  const bool seen[] = {
      value.booleans > 0,
      value.integers + value.fractions > 0,
      value.strings > 0,
      value.arrays > 0,
      value.objects > 0,
  };
  unsigned types = 0;
  for (const bool type : seen) types = (types << 1U) | (type ? 1U : 0U);
  return types;
}

// Many names, each in few of the objects, with values of one type.
bool HasRareNamesOfOneType(const Evidence& objects) {
  if (objects.objects < kFewObjects || objects.members.size() <= kFewNames) return false;
  unsigned types = 0;
  for (const Evidence::Member& member : objects.members) {
    if (member.objects * 2 > objects.objects) return false;
    types |= TypesOf(*member.value);
  }
  return (types & (types - 1)) == 0;
}

}  // namespace

FormatSet FormatsOf(std::string_view text) {
  FormatSet formats{};
  for (size_t i = 0; i < formats.size(); ++i) formats[i] = HasFormat(kInferredFormats[i], text);
  return formats;
}

Evidence::Member& Evidence::MemberOf(std::string_view name) {
  const auto [at, added] = by_name.try_emplace(std::string(name), members.size());
  if (added) {
    members.push_back({.name = std::string(name), .value = std::make_unique<Evidence>()});
  }
  return members[at->second];
}

void Evidence::AddFormats(const FormatSet& of_text) {
  for (size_t i = 0; i < formats.size(); ++i) formats[i] = formats[i] && of_text[i];
}

void Evidence::AddText(std::string_view text) {
  if (many_texts || std::ranges::find(texts, text) != texts.end()) return;
  if (texts.size() == kMaxEnumValues || text.size() > kMaxEnumBytes || !IsValidUtf8(text)) {
    many_texts = true;
    texts.clear();
    return;
  }
  texts.emplace_back(text);
}

void Evidence::Add(const json::Value& value, size_t depth) {
  switch (value.type()) {
    case json::Type::kNull:
      ++nulls;
      return;
    case json::Type::kBoolean:
      ++booleans;
      return;
    case json::Type::kNumber:
      ++(json::IsInteger(value.number()) ? integers : fractions);
      return;
    case json::Type::kString:
      ++strings;
      AddText(value.string());
      AddFormats(FormatsOf(value.string()));
      return;
    case json::Type::kArray:
    case json::Type::kObject:
      break;
  }
  if (depth >= kMaxInferDepth) {
    anything = true;
    return;
  }
  if (value.is_array()) {
    ++arrays;
    if (elements == nullptr && value.size() > 0) elements = std::make_unique<Evidence>();
    for (const json::Value& element : value) elements->Add(element, depth + 1);
    return;
  }
  ++objects;
  for (const json::Value& item : value) {
    Evidence* into = map_values.get();
    if (!map) {
      Member& member = MemberOf(item.key());
      ++member.objects;
      into = member.value.get();
    }
    into->Add(item, depth + 1);
  }
}

void Evidence::Merge(const Evidence& other) {
  nulls += other.nulls;
  booleans += other.booleans;
  integers += other.integers;
  fractions += other.fractions;
  strings += other.strings;
  arrays += other.arrays;
  objects += other.objects;
  anything = anything || other.anything;
  enumerated = enumerated || other.enumerated;
  if (other.many_texts) {
    many_texts = true;
    texts.clear();
  }
  for (const std::string& text : other.texts) AddText(text);
  if (other.strings > 0) AddFormats(other.formats);
  if (other.elements != nullptr) {
    if (elements == nullptr) elements = std::make_unique<Evidence>();
    elements->Merge(*other.elements);
  }
  if (other.map) {
    map = true;
    if (map_values == nullptr) map_values = std::make_unique<Evidence>();
    map_values->Merge(*other.map_values);
  }
  for (const Member& theirs : other.members) {
    Member& ours = MemberOf(theirs.name);
    ours.objects += theirs.objects;
    ours.value->Merge(*theirs.value);
  }
}

bool HasDataForNames(const Evidence& objects) {
  if (objects.map) return true;
  if (objects.members.size() < 2) return false;
  const bool ids = std::ranges::all_of(objects.members, [](const Evidence::Member& member) {
    return IsId(member.name);
  });
  if (ids || HasRareNamesOfOneType(objects)) return true;
  return objects.members.size() >= kManyAlike && HoldsTheSameObjects(objects);
}

}  // namespace extractd::schema
