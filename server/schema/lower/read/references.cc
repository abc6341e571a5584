#include "server/schema/lower/read/references.h"

#include <utility>

#include "server/json/pointer.h"
#include "server/json/read.h"

namespace extractd::schema::lower {
namespace {

// Documents name their own parts by relative references, so the last segment tells them apart.
std::string_view LastSegment(std::string_view uri) {
  return uri.substr(uri.find_last_of("/:") + 1);
}

// `%25` and the like, as URI fragments write what JSON Pointers hold.
std::string Decoded(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const int letter = (c | 0x20) - 'a';
    return letter >= 0 && letter < 6 ? letter + 10 : -1;
  };
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size();
    if (escape && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

}  // namespace

References::References(const json::Value& root) : root_(root) {
  std::string pointer;
  Index(root, pointer);
}

void References::Index(const json::Value& value, std::string& pointer) {
  if (value.is_object()) {
    for (const std::string_view keyword : {"$id", "$anchor", "$dynamicAnchor"}) {
      const std::string_view name = json::StringMember(value, keyword);
      if (name.empty()) continue;
      const bool anchor = keyword != "$id" || name.front() == '#';
      StringMap<Target>& index = anchor ? anchors_ : identifiers_;
      const std::string_view key = keyword != "$id" ? name
                                   : anchor         ? name.substr(1)
                                                    : LastSegment(name.substr(0, name.find('#')));
      index.try_emplace(std::string(key), Target{&value, pointer});
    }
  }
  size_t index = 0;
  for (const json::Value& child : value) {
    const size_t mark = pointer.size();
    value.is_object() ? json::AppendToken(child.key(), pointer)
                      : json::AppendToken(index++, pointer);
    Index(child, pointer);
    pointer.resize(mark);
  }
}

References::Target References::Follow(const Target& base, std::string_view fragment) const {
  const std::string text = Decoded(fragment);
  if (text.empty()) return base;
  if (text.front() == '/') {
    const json::Value* found = json::Resolve(*base.schema, text);
    return found == nullptr ? Target{} : Target{found, base.pointer + text};
  }
  const auto anchor = anchors_.find(text);
  return anchor == anchors_.end() ? Target{} : anchor->second;
}

References::Target References::Find(std::string_view reference) const {
  const size_t hash = reference.find('#');
  const std::string_view document = reference.substr(0, hash);
  const std::string_view fragment =
      hash == std::string_view::npos ? std::string_view() : reference.substr(hash + 1);
  if (document.empty()) return Follow({&root_, ""}, fragment);
  const auto found = identifiers_.find(LastSegment(document));
  return found == identifiers_.end() ? Target{} : Follow(found->second, fragment);
}

}  // namespace extractd::schema::lower
