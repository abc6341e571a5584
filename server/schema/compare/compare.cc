#include "server/schema/compare/compare.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "server/base/utf8.h"
#include "server/json/decimal.h"
#include "server/json/pointer.h"
#include "server/json/read.h"
#include "server/json/write.h"

namespace extractd::schema {
namespace {

using json::Value;
using Names = std::set<std::string>;

constexpr std::array<std::string_view, 12> kAnnotations = {
    "$comment",
    "$schema",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "deprecated",
    "description",
    "examples",
    "readOnly",
    "title",
    "writeOnly",
};
constexpr std::array<std::string_view, 5> kUpperBounds = {
    "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"
};
constexpr std::array<std::string_view, 5> kLowerBounds = {
    "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"
};
constexpr std::array<std::string_view, 3> kLists = {"allOf", "anyOf", "prefixItems"};
// A narrower schema under these can make the whole wider, or anything.
constexpr std::array<std::string_view, 7> kTurning = {
    "not", "oneOf", "if", "contains", "dependentSchemas", "dependencies", "unevaluatedProperties"
};
template <class List>
bool Lists(const List& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

bool IsAnnotation(std::string_view keyword) {
  return Lists(kAnnotations, keyword) || keyword.starts_with("x-");
}

// A keyword that turns, with a reference below it, or one that looks at its siblings: then no
// change anywhere has a sure direction.
bool HasNoDirections(const Value& schema, bool turned) {
  if (!schema.is_object() && !schema.is_array()) return false;
  return std::ranges::any_of(schema, [&](const Value& member) {
    const std::string_view key = schema.is_object() ? member.key() : std::string_view{};
    if (key.starts_with("unevaluated") || key == "$dynamicRef") return true;
    if (turned && key == "$ref") return true;
    return HasNoDirections(member, turned || Lists(kTurning, key));
  });
}

// Another place can get the name of one that went away.
bool HasAnchors(const Value& schema) {
  return std::ranges::any_of(schema, [&](const Value& member) {
    const std::string_view key = schema.is_object() ? member.key() : std::string_view{};
    return key == "$anchor" || key == "$dynamicAnchor" || key == "$id" || HasAnchors(member);
  });
}

bool IsDraft7(const Value& schema) {
  return schema.is_object() &&
         json::StringMember(schema, "$schema").find("draft-07") != std::string_view::npos;
}

Names TypesOf(const Value& type) {
  Names names;
  if (type.is_string()) names.emplace(type.string());
  for (const Value& one : type) {
    if (one.is_string()) names.emplace(one.string());
  }
  if (names.contains("number")) names.emplace("integer");
  return names;
}

Names TextsOf(const Value& list) {
  Names texts;
  for (const Value& one : list) texts.insert(json::ToText(one));
  return texts;
}

class Comparison {
 public:
  Comparison(bool directed, bool anchors) : directed_(directed), anchors_(anchors) {}

  std::vector<SchemaChange> Run(const Value& before, const Value& after) {
    if (IsDraft7(before) != IsDraft7(after)) Other("$schema");
    Schemas(before, after);
    return std::move(changes_);
  }

 private:
  enum class Direction : std::uint8_t { kNarrower, kWider, kUnknown };

  void Add(std::string_view keyword, Direction direction, std::string message) {
    if (changes_.size() >= kMaxSchemaChanges) return;
    const bool unknown = !directed_ || direction == Direction::kUnknown;
    changes_.push_back({
        .schema_path = path_,
        .keyword = std::string(keyword),
        .message = std::move(message),
        .narrows = unknown || direction == Direction::kNarrower,
        .widens = unknown || direction == Direction::kWider,
    });
  }

  // Runs `compare` one step deeper.
  template <class Step, class Run>
  void At(Step step, Run compare) {
    const size_t size = path_.size();
    json::AppendToken(step, path_);
    compare();
    path_.resize(size);
  }

  void Schemas(const Value& before, const Value& after) {
    if (json::Equal(before, after)) return;
    if (!before.is_object() || !after.is_object()) return Booleans(before, after);
    for (const Value& keyword : before) Keyword(keyword.key(), before, after);
    for (const Value& keyword : after) {
      if (before.Find(keyword.key()) == nullptr) Keyword(keyword.key(), before, after);
    }
  }

  void Booleans(const Value& before, const Value& after) {
    const auto nothing = [](const Value& schema) {
      return schema.is_boolean() && !schema.boolean();
    };
    const auto anything = [](const Value& schema) {
      return schema.is_boolean() ? schema.boolean() : schema.is_object() && schema.size() == 0;
    };
    if (anything(before) && anything(after)) return;
    if (nothing(before) || anything(after)) {
      return Add("", Direction::kWider, "more is allowed here than before");
    }
    if (nothing(after) || anything(before)) {
      return Add("", Direction::kNarrower, "less is allowed here than before");
    }
    Add("", Direction::kUnknown, "what is allowed here is another than before");
  }

  void Keyword(std::string_view name, const Value& before, const Value& after) {
    if (IsAnnotation(name)) return;
    const Value* old_value = before.Find(name);
    const Value* new_value = after.Find(name);
    if (old_value != nullptr && new_value != nullptr && json::Equal(*old_value, *new_value)) return;
    if (name == "properties") return Properties(before, after);
    if (name == "required") return Required(old_value, new_value);
    if (name == "additionalProperties") return Additional(old_value, new_value, before, after);
    if (name == "$defs" || name == "definitions") return Definitions(name, old_value, new_value);
    if (old_value == nullptr || new_value == nullptr) {
      return Presence(name, new_value != nullptr);
    }
    Both(name, *old_value, *new_value);
  }

  // A keyword that only one of the versions has is a rule more or a rule less, unless it changes
  // what others mean.
  void Presence(std::string_view name, bool added) {
    const bool entangled = name == "then" || name == "else" || name == "patternProperties" ||
                           name == "prefixItems" || name == "$id" || name == "minContains" ||
                           name == "additionalItems" || name == "if" || name == "contains" ||
                           name.starts_with("$");
    const Direction direction = added ? Direction::kNarrower : Direction::kWider;
    Add(name,
        entangled ? Direction::kUnknown : direction,
        fmt::format("{} was {}", name, added ? "added" : "taken away"));
  }

  void Both(std::string_view name, const Value& before, const Value& after) {
    if (name == "type") return Sets(name, TypesOf(before), TypesOf(after));
    if (name == "enum") return Sets(name, TextsOf(before), TextsOf(after));
    if (before.is_number() && after.is_number()) return Numbers(name, before, after);
    if (Lists(kLists, name)) return Alternatives(name, before, after);
    const bool below = name == "items" || name == "propertyNames";
    if (below && !before.is_array() && !after.is_array()) {
      return At(name, [&] { Schemas(before, after); });
    }
    if (name == "uniqueItems" && after.is_boolean()) {
      const Direction direction = after.boolean() ? Direction::kNarrower : Direction::kWider;
      return Add(name, direction, "uniqueItems is another than before");
    }
    Other(name);
  }

  void Numbers(std::string_view name, const Value& before, const Value& after) {
    const int grown = json::CompareNumbers(after.number(), before.number());
    if (Lists(kUpperBounds, name)) return Bounds(name, grown < 0, before, after);
    if (Lists(kLowerBounds, name)) return Bounds(name, grown > 0, before, after);
    Other(name);
  }

  void Other(std::string_view name) {
    Add(name, Direction::kUnknown, fmt::format("{} is another than before", name));
  }

  void Bounds(std::string_view name, bool narrower, const Value& before, const Value& after) {
    Add(name,
        narrower ? Direction::kNarrower : Direction::kWider,
        fmt::format(
            "{} was {}, is {}",
            name,
            json::ToShortText(before, kShown),
            json::ToShortText(after, kShown)
        ));
  }

  void Sets(std::string_view name, const Names& before, const Names& after) {
    Difference(name, before, after, Direction::kNarrower, "no longer allows");
    Difference(name, after, before, Direction::kWider, "allows now");
  }

  // Names that are in `all` but not in `kept`, as one change.
  void Difference(
      std::string_view keyword,
      const Names& all,
      const Names& kept,
      Direction direction,
      std::string_view verb
  ) {
    Names gone;
    std::ranges::set_difference(all, kept, std::inserter(gone, gone.end()));
    if (gone.empty()) return;
    std::string shown;
    size_t count = 0;
    for (const std::string& name : gone) {
      if (++count > kNamesShown) break;
      shown += fmt::format("{}{}", count == 1 ? "" : ", ", CutUtf8(name, kShown));
    }
    if (gone.size() > kNamesShown) shown += fmt::format(" and {} more", gone.size() - kNamesShown);
    Add(keyword, direction, fmt::format("{} {} {}", keyword, verb, shown));
  }

  void Required(const Value* before, const Value* after) {
    const Names old_names = before == nullptr ? Names{} : TextsOf(*before);
    const Names new_names = after == nullptr ? Names{} : TextsOf(*after);
    Difference("required", new_names, old_names, Direction::kNarrower, "demands now");
    Difference("required", old_names, new_names, Direction::kWider, "no longer demands");
  }

  // A list of schemas: element by element, then what only one of the versions has.
  void Alternatives(std::string_view name, const Value& before, const Value& after) {
    Value::Iterator theirs = before.begin();
    size_t index = 0;
    At(name, [&] {
      for (const Value& schema : after) {
        if (theirs == before.end()) break;
        At(index++, [&] { Schemas(*theirs, schema); });
        ++theirs;
      }
    });
    if (before.size() == after.size()) return;
    Direction direction = Direction::kUnknown;
    const bool longer = after.size() > before.size();
    if (name == "anyOf") direction = longer ? Direction::kWider : Direction::kNarrower;
    if (name == "allOf") direction = longer ? Direction::kNarrower : Direction::kWider;
    Add(name, direction, fmt::format("{} had {} schemas, has {}", name, before.size(), after.size())
    );
  }

  // A definition counts only where it is referred to, which must be in both versions.
  void Definitions(std::string_view name, const Value* before, const Value* after) {
    if (anchors_) return Other(name);
    if (before == nullptr || after == nullptr) return;
    At(name, [&] {
      for (const Value& definition : *before) {
        const Value* const changed = after->Find(definition.key());
        if (changed != nullptr) At(definition.key(), [&] { Schemas(definition, *changed); });
      }
    });
  }

  void Properties(const Value& before, const Value& after) {
    const Value* old_list = before.Find("properties");
    const Value* new_list = after.Find("properties");
    At("properties", [&] {
      for (const Value& property : old_list == nullptr ? Value() : *old_list) {
        const Value* const kept = new_list == nullptr ? nullptr : new_list->Find(property.key());
        At(property.key(), [&] {
          if (kept != nullptr) return Schemas(property, *kept);
          Lone(property, after, Direction::kWider);
        });
      }
      for (const Value& property : new_list == nullptr ? Value() : *new_list) {
        if (old_list != nullptr && old_list->Find(property.key()) != nullptr) continue;
        At(property.key(), [&] { Lone(property, before, Direction::kNarrower); });
      }
    });
  }

  // A property that only one version has; `other` is the object's schema in the other one. Where
  // that allows any further name, the property is a rule more; where it allows none, a name more.
  void Lone(const Value& property, const Value& other, Direction if_open) {
    const Value* const additional = other.Find("additionalProperties");
    const bool added = if_open == Direction::kNarrower;
    const std::string message = added ? "is a new property" : "is no longer a property";
    if (other.Find("patternProperties") != nullptr) {
      return Add("properties", Direction::kUnknown, message);
    }
    if (additional == nullptr || (additional->is_boolean() && additional->boolean())) {
      const bool anything = property.is_boolean() ? property.boolean() : OnlyAnnotates(property);
      if (!anything) Add("properties", if_open, message + ", which could be anything");
      return;
    }
    if (additional->is_boolean()) {
      return Add("properties", added ? Direction::kWider : Direction::kNarrower, message);
    }
    added ? Schemas(*additional, property) : Schemas(property, *additional);
  }

  static bool OnlyAnnotates(const Value& schema) {
    return std::ranges::all_of(schema, [](const Value& keyword) {
      return IsAnnotation(keyword.key());
    });
  }

  // Absent means anything. Properties that only one version lists are judged by Lone.
  void Additional(
      const Value* before, const Value* after, const Value& old_schema, const Value& new_schema
  ) {
    static const json::Document& anything = *[] {
      json::Builder builder;
      builder.Boolean(true);
      return new json::Document(builder.Finish());
    }();
    // Which names are further ones depends on the patterns.
    const Value* const old_patterns = old_schema.Find("patternProperties");
    const Value* const new_patterns = new_schema.Find("patternProperties");
    const bool same_patterns =
        (old_patterns == nullptr) == (new_patterns == nullptr) &&
        (old_patterns == nullptr || json::Equal(*old_patterns, *new_patterns));
    if (!same_patterns) return Other("additionalProperties");
    At("additionalProperties", [&] {
      Schemas(
          before == nullptr ? anything.root() : *before, after == nullptr ? anything.root() : *after
      );
    });
  }

  static constexpr size_t kShown = 60;
  static constexpr size_t kNamesShown = 5;

  bool directed_;
  bool anchors_;
  std::string path_;
  std::vector<SchemaChange> changes_;
};

}  // namespace

std::vector<SchemaChange> Compare(const Value& before, const Value& after) {
  const bool directed = !HasNoDirections(before, false) && !HasNoDirections(after, false);
  return Comparison(directed, HasAnchors(before) || HasAnchors(after)).Run(before, after);
}

}  // namespace extractd::schema
