#include "server/schema/lower/read/reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "server/json/pointer.h"
#include "server/json/read.h"
#include "server/schema/lower/read/keywords.h"
#include "server/schema/lower/read/merge.h"
#include "server/schema/lower/read/references.h"
#include "server/schema/lower/read/values.h"

namespace extractd::schema::lower {
namespace {

std::string Below(const std::string& pointer, std::string_view token) {
  std::string below = pointer;
  json::AppendToken(token, below);
  return below;
}
std::string Below(const std::string& pointer, std::string_view token, size_t index) {
  std::string below = Below(pointer, token);
  json::AppendToken(index, below);
  return below;
}

// Nowhere carried, whatever the kind.
constexpr std::array<std::string_view, 5> kConditions = {
    "not", "if", "then", "else", "$dynamicRef"
};
// Merging follows references only so far.
constexpr int kMaxFinishDepth = 64;

bool IsFalse(const json::Value* value) {
  return value != nullptr && value->is_boolean() && !value->boolean();
}

class Reader {
 public:
  Reader(const json::Value& root, Fidelity fidelity, Shapes& shapes)
      : root_(root),
        draft7_(json::StringMember(root, "$schema").find("/draft-07/") != std::string_view::npos),
        fidelity_(fidelity),
        shapes_(shapes),
        references_(root) {}

  ReadSchema Read() {
    ReadSchema result;
    result.root = Read(root_, "");
    while (!pending_.empty()) {
      Definition* next = pending_.back();
      pending_.pop_back();
      Finish(*next);
    }
    result.losses = std::move(losses_);
    return result;
  }

 private:
  void Lose(
      const std::string& pointer,
      std::string_view keyword,
      std::string_view action,
      std::string reason
  ) {
    losses_.Add({pointer, std::string(keyword), std::string(action), std::move(reason)});
  }

  const Shape* Merged(const Shape* a, const Shape* b) {
    const auto resolve = [this](const Definition& definition) { return Finish(definition); };
    MergeContext context = {
        .shapes = shapes_, .losses = losses_, .resolve = resolve, .work = merge_work_
    };
    return Merge(*a, *b, context);
  }

  // Reads what a reference names, if that is not going on already; null then.
  const Shape* Finish(const Definition& wanted) {
    Definition& definition = *definitions_.at(wanted.source);
    if (definition.shape != nullptr) return definition.shape;
    if (definition.reading || finish_depth_ == kMaxFinishDepth) return nullptr;
    definition.reading = true;
    ++finish_depth_;
    definition.shape = Read(*definition.source, definition.pointer);
    --finish_depth_;
    definition.reading = false;
    return definition.shape;
  }

  const Shape* Read(const json::Value& schema, const std::string& at) {
    if (!schema.is_object()) return shapes_.New(IsFalse(&schema) ? Kind::kNever : Kind::kAny, at);
    const json::Value* reference = schema.Find("$ref");
    if (reference != nullptr && draft7_) return Refer(*reference, schema, at);
    const Shape* shape = ReadOwn(schema, at);
    if (reference != nullptr) {
      const Shape* target = Refer(*reference, schema, at);
      shape = shape->kind == Kind::kAny ? target : Merged(target, shape);
    }
    return ReadApplicators(schema, at, shape);
  }

  const Shape* ReadApplicators(
      const json::Value& schema, const std::string& at, const Shape* shape
  ) {
    if (const json::Value* all = schema.Find("allOf")) {
      size_t index = 0;
      for (const json::Value& part : *all) {
        shape = Merged(shape, Read(part, Below(at, "allOf", index++)));
      }
    }
    for (const std::string_view keyword : {"anyOf", "oneOf"}) {
      const json::Value* branches = schema.Find(keyword);
      if (branches != nullptr) shape = Merged(ReadUnion(*branches, at, keyword), shape);
    }
    shape = Close(schema, at, shape);
    for (const std::string_view keyword : kConditions) {
      if (schema.Find(keyword) == nullptr) continue;
      Lose(at, keyword, action::kDropped, "no provider's subset has conditions");
    }
    return Describe(schema, shape);
  }

  const Shape* Describe(const json::Value& schema, const Shape* shape) {
    const std::string_view description = json::StringMember(schema, "description");
    if (description.empty() || description == shape->description) return shape;
    Shape* copy = shapes_.Copy(*shape);
    copy->description = description;
    return copy;
  }

  // unevaluatedProperties: false closes what the merged parts left open. Beside conditions it
  // depends on the value which members were evaluated.
  const Shape* Close(const json::Value& schema, const std::string& at, const Shape* shape) {
    if (!IsFalse(schema.Find("unevaluatedProperties"))) return shape;
    const bool depends = std::ranges::any_of(
        std::array{"if", "dependentSchemas", "anyOf", "oneOf", "patternProperties", "$dynamicRef"},
        [&schema](const char* keyword) { return schema.Find(keyword) != nullptr; }
    );
    if (depends || shape->kind != Kind::kObject) return shape;
    Shape* closed = shapes_.Copy(*shape);
    closed->rest = nullptr;
    closed->structure.push_back({schema.Find("unevaluatedProperties"), at});
    std::erase_if(closed->constraints, [&at](const Constraint& constraint) {
      return constraint.keyword() == "unevaluatedProperties" && constraint.pointer == at;
    });
    return closed;
  }

  const Shape* Refer(
      const json::Value& reference, const json::Value& schema, const std::string& at
  ) {
    const References::Target target =
        references_.Find(reference.is_string() ? reference.string() : "");
    if (target.schema == nullptr) {
      Lose(at, "$ref", action::kDropped, "it leads out of the schema's document");
      return shapes_.New(Kind::kAny, at);
    }
    Definition*& definition = definitions_[target.schema];
    if (definition == nullptr) {
      definition = shapes_.NewDefinition({
          .name = target.pointer.substr(target.pointer.rfind('/') + 1),
          .pointer = target.pointer,
          .source = target.schema,
      });
      pending_.push_back(definition);
    }
    Shape* shape = shapes_.New(Kind::kReference, at);
    shape->definition = definition;
    shape->structure.push_back({&reference, at});
    shape->description = json::StringMember(schema, "description");
    return shape;
  }

  const Shape* ReadUnion(
      const json::Value& branches, const std::string& at, std::string_view keyword
  ) {
    Shape* united = shapes_.New(Kind::kUnion, Below(at, keyword));
    size_t index = 0;
    for (const json::Value& branch : branches) {
      united->branches.push_back(Read(branch, Below(at, keyword, index++)));
    }
    // That a single branch holds once says nothing more.
    const bool exclusive = keyword == "oneOf" && branches.size() > 1;
    std::vector<Constraint>& said = exclusive ? united->constraints : united->structure;
    said.push_back({&branches, at});
    return united;
  }

  // What the schema says without its applicators and references.
  const Shape* ReadOwn(const json::Value& schema, const std::string& at) {
    if (schema.Find("const") != nullptr || schema.Find("enum") != nullptr) {
      return UnionOf(ReadValues(schema, at, shapes_), at);
    }
    const json::Value* type = schema.Find("type");
    if (type == nullptr) return ReadUntyped(schema, at);
    if (type->is_string()) return ReadKind(KindNamed(type->string()), schema, at);
    std::vector<const Shape*> kinds;
    for (const json::Value& name : *type) {
      kinds.push_back(ReadKind(KindNamed(name.is_string() ? name.string() : ""), schema, at));
    }
    return UnionOf(std::move(kinds), at);
  }

  const Shape* UnionOf(std::vector<const Shape*> branches, const std::string& at) {
    if (branches.empty()) return shapes_.New(Kind::kNever, at);
    if (branches.size() == 1) return branches.front();
    Shape* united = shapes_.New(Kind::kUnion, at);
    united->branches = std::move(branches);
    return united;
  }

  // Without a type, the keywords say what the schema is about.
  const Shape* ReadUntyped(const json::Value& schema, const std::string& at) {
    const std::optional<Kind> kind = KindSpokenOf(schema);
    if (!kind.has_value()) return shapes_.New(Kind::kAny, at);
    std::set<Kind> others;
    for (const json::Value& member : schema) {
      const std::optional<Kind> other = KindOfKeyword(member.key());
      if (!other.has_value() || other == kind) continue;
      constexpr std::string_view kReason = "the schema is about several types and names none";
      Lose(at, member.key(), action::kDropped, std::string(kReason));
      if (!others.insert(*other).second) continue;
      losses_.AddWhole(*ReadKind(*other, schema, at), action::kDropped, kReason);
    }
    Shape* shape = ReadKind(*kind, schema, at);
    shape->implied = true;
    return shape;
  }

  Shape* ReadKind(Kind kind, const json::Value& schema, const std::string& at) {
    Shape* shape = shapes_.New(kind, at);
    TakeKeywords(kind, schema, at, *shape);
    if (kind == Kind::kObject) ReadMembers(schema, at, *shape);
    if (kind == Kind::kArray) ReadElements(schema, at, *shape);
    return shape;
  }

  void ReadMembers(const json::Value& schema, const std::string& at, Shape& shape) {
    if (const json::Value* properties = schema.Find("properties")) {
      const std::string below = Below(at, "properties");
      for (const json::Value& property : *properties) {
        shape.properties.push_back({
            .name = property.key(),
            .alias = json::StringMember(property, "x-alias"),
            .shape = Read(property, Below(below, property.key())),
        });
      }
    }
    if (const json::Value* required = schema.Find("required")) {
      for (const json::Value& name : *required) {
        if (name.is_string()) shape.required.push_back(name.string());
      }
    }
    const json::Value* rest = schema.Find("additionalProperties");
    shape.rest_declared = rest != nullptr;
    if (!IsFalse(rest)) {
      const std::string below = Below(at, "additionalProperties");
      shape.rest = rest == nullptr ? shapes_.New(Kind::kAny, at) : Read(*rest, below);
    }
    ReadPatterns(schema, at, shape);
  }

  // Members named by a pattern join the rest: no subset has patterns of names.
  void ReadPatterns(const json::Value& schema, const std::string& at, Shape& shape) {
    const json::Value* patterns = schema.Find("patternProperties");
    if (patterns == nullptr || patterns->size() == 0) return;
    std::vector<const Shape*> rest;
    const std::string below = Below(at, "patternProperties");
    for (const json::Value& pattern : *patterns) {
      rest.push_back(Read(pattern, Below(below, pattern.key())));
    }
    const bool open = shape.rest != nullptr && !shape.rest_declared;
    if (open && fidelity_ == Fidelity::kPractical) {
      Lose(
          at, "patternProperties", action::kNarrowed, "members that no pattern names can't be given"
      );
    } else {
      losses_.AddStructure(
          shape,
          {"patternProperties", "additionalProperties"},
          action::kDropped,
          "names of members are not checked"
      );
      if (shape.rest != nullptr) rest.push_back(shape.rest);
    }
    shape.rest = UnionOf(std::move(rest), below);
    shape.rest_declared = true;
  }

  void ReadElements(const json::Value& schema, const std::string& at, Shape& shape) {
    const json::Value* items = schema.Find("items");
    const bool list = items != nullptr && items->is_array();
    const json::Value* prefix = list ? items : schema.Find("prefixItems");
    if (draft7_ && !list) prefix = nullptr;
    if (prefix != nullptr) {
      const std::string_view keyword = list ? "items" : "prefixItems";
      size_t index = 0;
      for (const json::Value& element : *prefix) {
        shape.prefix.push_back(Read(element, Below(at, keyword, index++)));
      }
    }
    const json::Value* rest = list ? schema.Find("additionalItems") : items;
    shape.rest_declared = rest != nullptr;
    if (IsFalse(rest)) return;
    shape.rest = rest == nullptr ? shapes_.New(Kind::kAny, at)
                                 : Read(*rest, Below(at, list ? "additionalItems" : "items"));
  }

  const json::Value& root_;
  const bool draft7_;
  const Fidelity fidelity_;
  Shapes& shapes_;
  References references_;
  std::unordered_map<const json::Value*, Definition*> definitions_;
  std::vector<Definition*> pending_;
  Losses losses_;
  int finish_depth_ = 0;
  size_t merge_work_ = 0;
};

}  // namespace

ReadSchema Read(const json::Value& root, Fidelity fidelity, Shapes& shapes) {
  return Reader(root, fidelity, shapes).Read();
}

}  // namespace extractd::schema::lower
