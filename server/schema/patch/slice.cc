#include "server/schema/patch/slice.h"

#include <array>
#include <charconv>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "server/json/pointer.h"
#include "server/json/text_writer.h"
#include "server/json/write.h"

namespace extractd::schema {
namespace {

using json::Value;

// References that lead to references, and branches within branches.
constexpr int kMaxSteps = 16;

constexpr std::array<std::string_view, 3> kBranches = {"allOf", "anyOf", "oneOf"};
constexpr std::array<std::string_view, 2> kDefinitions = {"$defs", "definitions"};
// What makes references mean something else elsewhere.
constexpr std::array<std::string_view, 5> kAnchoring = {
    "$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef"
};

std::optional<size_t> IndexOf(std::string_view token) {
  size_t index = 0;
  const char* const end = token.data() + token.size();
  const auto [at, error] = std::from_chars(token.data(), end, index);
  if (token.empty() || error != std::errc() || at != end) return std::nullopt;
  return index;
}

// What names the place itself: properties and items, or what stands in for all of them.
const Value* Named(const Value& schema, std::string_view token) {
  if (const Value* properties = schema.Find("properties")) {
    if (const Value* found = properties->Find(token)) return found;
  }
  const Value* items = schema.Find("items");
  const std::optional<size_t> index = IndexOf(token);
  if (index.has_value()) {
    const Value* list = schema.Find("prefixItems");
    if (list == nullptr && items != nullptr && items->is_array()) list = items;
    const Value* own = list == nullptr ? nullptr : list->At(*index);
    if (own != nullptr) return own;
    if (items != nullptr && items->is_object()) return items;
  }
  if (schema.Find("patternProperties") != nullptr) return nullptr;
  const Value* rest = schema.Find("additionalProperties");
  return rest != nullptr && rest->is_object() ? rest : nullptr;
}

// The definitions that a schema refers to, and those that they refer to.
class Definitions {
 public:
  explicit Definitions(const Value& root) : root_(root) {}

  // False: a reference that would not lead to the same place.
  bool Collect(const Value& schema) {
    open_.push_back(&schema);
    while (!open_.empty()) {
      const Value* const next = open_.front();
      open_.pop_front();
      if (!Read(*next)) return false;
    }
    return true;
  }

  void Write(json::TextWriter& out) const {
    for (const auto& [place, members] : found_) {
      out.Key(place).BeginObject();
      for (const auto& [name, schema] : members) out.RawMember(name, json::ToText(*schema));
      out.EndObject();
    }
  }

 private:
  bool Read(const Value& value) {
    if (value.is_object()) {
      for (const std::string_view name : kAnchoring) {
        const Value* found = value.Find(name);
        if (found != nullptr && found->is_string()) return false;
      }
      const Value* reference = value.Find("$ref");
      if (reference != nullptr && reference->is_string() && !Follow(reference->string())) {
        return false;
      }
    }
    for (const Value& child : value) open_.push_back(&child);
    return true;
  }

  bool Follow(std::string_view reference) {
    if (!reference.starts_with("#/") || reference.find('%') != std::string_view::npos) return false;
    const auto tokens = json::SplitPointer(reference.substr(1));
    if (!tokens.has_value() || tokens->size() < 2) return false;
    for (const std::string_view place : kDefinitions) {
      if (tokens->front() != place) continue;
      const Value* all = root_.Find(place);
      const Value* schema = all == nullptr ? nullptr : all->Find((*tokens)[1]);
      if (schema == nullptr) return false;
      if (found_[std::string(place)].emplace((*tokens)[1], schema).second) open_.push_back(schema);
      return true;
    }
    return false;
  }

  const Value& root_;
  std::deque<const Value*> open_;
  std::map<std::string, std::map<std::string, const Value*>> found_;
};

}  // namespace

const Value* SchemaWalk::Target(const Value& schema) const {
  const Value* at = &schema;
  for (int i = 0; i < kMaxSteps; ++i) {
    const Value* reference = at->is_object() ? at->Find("$ref") : nullptr;
    if (reference == nullptr || !reference->is_string()) return at;
    const std::string_view text = reference->string();
    if (!text.starts_with('#') || text.find('%') != std::string_view::npos) return nullptr;
    at = json::Resolve(root_, text.substr(1));
    if (at == nullptr) return nullptr;
  }
  return nullptr;
}

const Value* SchemaWalk::Step(const Value& schema, std::string_view token) const {
  return StepWithin(schema, token, 0);
}

const Value* SchemaWalk::StepWithin(const Value& schema, std::string_view token, int depth) const {
  const Value* const target = depth < kMaxSteps ? Target(schema) : nullptr;
  if (target == nullptr || !target->is_object()) return nullptr;
  if (const Value* named = Named(*target, token)) return named;
  const Value* only = nullptr;
  for (const std::string_view keyword : kBranches) {
    const Value* branches = target->Find(keyword);
    if (branches == nullptr || !branches->is_array()) continue;
    for (const Value& branch : *branches) {
      const Value* found = StepWithin(branch, token, depth + 1);
      if (found == nullptr) continue;
      if (only != nullptr) return nullptr;
      only = found;
    }
  }
  return only;
}

std::optional<std::string> SliceText(const Value& root, const std::vector<SlicePart>& parts) {
  Definitions definitions(root);
  json::TextWriter out;
  out.BeginObject();
  if (const Value* draft = root.Find("$schema")) out.RawMember("$schema", json::ToText(*draft));
  out.Member("type", "object").Key("properties").BeginObject();
  for (const SlicePart& part : parts) {
    if (!definitions.Collect(*part.schema)) return std::nullopt;
    out.RawMember(part.name, json::ToText(*part.schema));
  }
  out.EndObject().Key("required").BeginArray();
  for (const SlicePart& part : parts) out.String(part.name);
  out.EndArray().Member("additionalProperties", false);
  definitions.Write(out);
  out.EndObject();
  return std::move(out).Take();
}

}  // namespace extractd::schema
