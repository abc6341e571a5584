#include "server/schema/patch/patch.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "server/json/pointer.h"
#include "server/json/write.h"
#include "server/schema/patch/slice.h"

namespace extractd::schema {
namespace {

using json::Value;
using Tokens = std::vector<std::string>;

constexpr size_t kMaxContextBytes = 300;

std::string PathOf(const Tokens& tokens) {
  std::string path;
  for (const std::string& token : tokens) json::AppendToken(token, path);
  return path;
}

// A place that is asked for, and the subschema of what stands there.
struct Place {
  Tokens tokens;
  const Value* schema = nullptr;
  std::vector<std::string> problems = {};
};

// `outer` is `inner` or stands around it.
bool Covers(const Tokens& outer, const Tokens& inner) {
  return outer.size() <= inner.size() && std::equal(outer.begin(), outer.end(), inner.begin());
}

// Finds the places that issues are about.
class Placer {
 public:
  Placer(const Value& schema, const Value& answer)
      : walk_(schema), schema_(schema), answer_(answer) {}

  // False: it is about the whole, or nobody knows what.
  bool Add(const Issue& issue) {
    const auto tokens = json::SplitPointer(issue.path);
    if (!tokens.has_value()) return false;
    Place place = Deepest(*tokens);
    const bool exact = place.tokens == *tokens;
    place.problems = {exact ? issue.message : fmt::format("{}: {}", issue.path, issue.message)};
    if (issue.keyword == "required" && exact && AddMissing(place)) return true;
    return Enter(std::move(place));
  }

  std::vector<Place> Take() && { return std::move(places_); }

 private:
  // The place, or the nearest around it whose subschema is known.
  Place Deepest(const Tokens& tokens) const {
    Place place = {.tokens = {}, .schema = &schema_};
    for (const std::string& token : tokens) {
      const Value* next = walk_.Step(*place.schema, token);
      if (next == nullptr) break;
      place.tokens.push_back(token);
      place.schema = next;
    }
    return place;
  }

  // The members that an object lacks, where its schema says so at once.
  bool AddMissing(const Place& object) {
    const Value* schema = walk_.Target(*object.schema);
    const Value* required = schema == nullptr ? nullptr : schema->Find("required");
    const Value* value = json::Resolve(answer_, PathOf(object.tokens));
    if (required == nullptr || value == nullptr || !value->is_object()) return false;
    bool all_known = false;
    for (const Value& name : *required) {
      if (!name.is_string() || value->Find(name.string()) != nullptr) continue;
      const Value* own = walk_.Step(*object.schema, name.string());
      if (own == nullptr) return false;
      Place place = {.tokens = object.tokens, .schema = own, .problems = {"is missing"}};
      place.tokens.emplace_back(name.string());
      all_known = Enter(std::move(place));
    }
    return all_known;
  }

  bool Enter(Place place) {
    if (place.tokens.empty()) return false;
    for (Place& known : places_) {
      if (!Covers(known.tokens, place.tokens)) continue;
      for (std::string& problem : place.problems) {
        if (!std::ranges::count(known.problems, problem)) {
          known.problems.push_back(std::move(problem));
        }
      }
      return true;
    }
    std::erase_if(places_, [&](Place& known) {
      if (!Covers(place.tokens, known.tokens)) return false;
      std::ranges::move(known.problems, std::back_inserter(place.problems));
      return true;
    });
    places_.push_back(std::move(place));
    return places_.size() <= kMaxPatchParts;
  }

  SchemaWalk walk_;
  const Value& schema_;
  const Value& answer_;
  std::vector<Place> places_;
};

size_t SizeAt(const Value& answer, const Tokens& tokens) {
  const Value* value = json::Resolve(answer, PathOf(tokens));
  return value == nullptr ? 0 : json::ToText(*value).size();
}

std::string ContextOf(const Value& answer, Tokens tokens) {
  tokens.pop_back();
  const Value* around = json::Resolve(answer, PathOf(tokens));
  return around == nullptr ? "" : json::ToShortText(*around, kMaxContextBytes);
}

// The values of a patch as a tree of places.
struct Change {
  const Value* value = nullptr;
  std::vector<std::pair<std::string, std::unique_ptr<Change>>> inner = {};

  Change& At(const std::string& token) {
    for (auto& [name, change] : inner) {
      if (name == token) return *change;
    }
    return *inner.emplace_back(token, std::make_unique<Change>()).second;
  }
  const Change* Find(std::string_view token) const {
    for (const auto& [name, change] : inner) {
      if (name == token) return change.get();
    }
    return nullptr;
  }
};

void WriteChanged(const Value& value, const Change* change, std::string& out);

void WriteMembers(const Value& value, const Change& change, std::string& out) {
  out += '{';
  const auto begin = [&out](std::string_view name) {
    if (out.back() != '{') out += ',';
    json::WriteString(name, out);
    out += ':';
  };
  for (const Value& member : value) {
    begin(member.key());
    WriteChanged(member, change.Find(member.key()), out);
  }
  for (const auto& [name, inner] : change.inner) {
    if (inner->value == nullptr || value.Find(name) != nullptr) continue;
    begin(name);
    json::Write(*inner->value, out);
  }
  out += '}';
}

// As deep as the answer, which is bounded.
void WriteChanged(const Value& value, const Change* change, std::string& out) {
  if (change == nullptr) return json::Write(value, out);
  if (change->value != nullptr) return json::Write(*change->value, out);
  if (value.is_object()) return WriteMembers(value, *change, out);
  if (!value.is_array()) return json::Write(value, out);
  out += '[';
  size_t index = 0;
  for (const Value& element : value) {
    if (index > 0) out += ',';
    WriteChanged(element, change->Find(std::to_string(index++)), out);
  }
  out += ']';
}

}  // namespace

std::optional<Patch> MakePatch(const Value& schema, const Value& answer, const IssueList& issues) {
  if (issues.empty() || issues.total != issues.listed.size()) return std::nullopt;
  Placer placer(schema, answer);
  for (const Issue& issue : issues.listed) {
    if (!placer.Add(issue)) return std::nullopt;
  }
  Patch patch;
  std::vector<SlicePart> slices;
  size_t bytes = 0;
  for (Place& place : std::move(placer).Take()) {
    bytes += SizeAt(answer, place.tokens);
    const std::string name = fmt::format("fix_{}", patch.parts.size() + 1);
    slices.push_back({name, place.schema});
    patch.parts.push_back({
        .name = name,
        .path = PathOf(place.tokens),
        .context = ContextOf(answer, place.tokens),
        .problems = std::move(place.problems),
    });
  }
  if (bytes * 2 > json::ToText(answer).size()) return std::nullopt;
  std::optional<std::string> text = SliceText(schema, slices);
  if (!text.has_value() || text->size() > kMaxPatchSchemaBytes) return std::nullopt;
  patch.schema = *std::move(text);
  return patch;
}

std::string ApplyPatch(const Value& answer, const Patch& patch, const Value& reply) {
  Change root;
  for (const PatchPart& part : patch.parts) {
    const Value* value = reply.Find(part.name);
    const auto tokens = json::SplitPointer(part.path);
    if (value == nullptr || !tokens.has_value()) continue;
    Change* at = &root;
    for (const std::string& token : *tokens) at = &at->At(token);
    at->value = value;
  }
  std::string out;
  WriteChanged(answer, &root, out);
  return out;
}

}  // namespace extractd::schema
