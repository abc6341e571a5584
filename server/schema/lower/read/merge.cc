#include "server/schema/lower/read/merge.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include "server/json/decimal.h"

namespace extractd::schema::lower {
namespace {

constexpr int kMaxMergeDepth = 24;
constexpr size_t kMaxBranches = 48;
constexpr size_t kMaxShapes = 60'000;
constexpr size_t kMaxWork = 500'000;

bool IsNumber(Kind kind) {
  return kind == Kind::kInteger || kind == Kind::kNumber;
}

// The kind of an enum's values.
Kind KindOf(const Shape& shape) {
  if (shape.kind != Kind::kEnum) return shape.kind;
  switch (shape.values.front()->type()) {
    case json::Type::kString:
      return Kind::kString;
    case json::Type::kNumber:
      return Kind::kNumber;
    case json::Type::kBoolean:
      return Kind::kBoolean;
    case json::Type::kArray:
      return Kind::kArray;
    case json::Type::kObject:
      return Kind::kObject;
    case json::Type::kNull:
      break;
  }
  return Kind::kNull;
}

bool SameKind(const Shape& a, const Shape& b) {
  const Kind left = KindOf(a);
  const Kind right = KindOf(b);
  return left == right || (IsNumber(left) && IsNumber(right));
}

template <class T>
void Append(const std::vector<T>& from, std::vector<T>& to) {
  to.insert(to.end(), from.begin(), from.end());
}

using PropertyIndex = absl::flat_hash_map<std::string_view, const Property*>;

PropertyIndex IndexOf(const Shape& shape) {
  PropertyIndex index;
  for (const Property& property : shape.properties) index.emplace(property.name, &property);
  return index;
}

class Merger {
 public:
  explicit Merger(MergeContext& context) : context_(context) {}

  const Shape* Merge(const Shape& a, const Shape& b) {
    const Depth depth(context_.depth);
    if (&a == &b) return &a;
    if (TooMuch(a, b)) return LeaveOut(a, b);
    if (a.kind == Kind::kNever || b.kind == Kind::kNever) {
      return a.kind == Kind::kNever ? &a : &b;
    }
    if (a.kind == Kind::kAny) return Described(b, a);
    if (b.kind == Kind::kAny) return Described(a, b);
    if (a.kind == Kind::kReference || b.kind == Kind::kReference) return MergeReference(a, b);
    if (a.kind == Kind::kUnion) return MergeUnion(a, b, true);
    if (b.kind == Kind::kUnion) return MergeUnion(b, a, false);
    if (!SameKind(a, b)) return MergeKinds(a, b);
    if (a.kind == Kind::kEnum || b.kind == Kind::kEnum) return MergeEnum(a, b);
    return MergeSame(a, b);
  }

 private:
  struct Depth {
    explicit Depth(int& counter) : value(counter) { ++value; }
    ~Depth() { --value; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    int& value;
  };

  // Merging copies what both shapes hold: a chain of merges could copy without end.
  bool TooMuch(const Shape& a, const Shape& b) {
    context_.work += a.properties.size() + b.properties.size() + a.branches.size() +
                     b.branches.size() + a.values.size() * std::max<size_t>(b.values.size(), 1);
    return context_.depth > kMaxMergeDepth || context_.work > kMaxWork ||
           context_.shapes.size() > kMaxShapes;
  }

  // `shape` with the description of the other, if it has none of its own.
  const Shape* Described(const Shape& shape, const Shape& other) {
    if (other.description.empty() || shape.description == other.description) return &shape;
    if (!shape.description.empty() && other.pointer.starts_with(shape.pointer)) return &shape;
    Shape* copy = context_.shapes.Copy(shape);
    copy->description = other.description;
    return copy;
  }

  // The first alone.
  const Shape* LeaveOut(const Shape& kept, const Shape& dropped) {
    context_.losses.AddWhole(
        dropped, action::kDropped, "it can't be merged with what stands beside it"
    );
    return &kept;
  }

  // The shape itself where it is no reference; null while it is being read.
  const Shape* Follow(const Shape& shape) {
    const Shape* at = &shape;
    for (int steps = 0; at != nullptr && at->kind == Kind::kReference; ++steps) {
      if (steps == kMaxMergeDepth) return nullptr;
      at = context_.resolve(*at->definition);
    }
    return at;
  }

  const Shape* MergeReference(const Shape& a, const Shape& b) {
    const Shape* left = Follow(a);
    const Shape* right = Follow(b);
    if (left != nullptr && right != nullptr) {
      const Shape* merged = Merge(*left, *right);
      return Described(*merged, a.kind == Kind::kReference ? b : a);
    }
    return left == nullptr ? LeaveOut(a, b) : LeaveOut(b, a);
  }

  // Each branch with `other`. A union that says nothing but what is required of the object beside
  // it would only multiply it.
  const Shape* MergeUnion(const Shape& united, const Shape& other, bool united_first) {
    if (united.branches.size() > kMaxBranches || OnlyRequires(united)) {
      return LeaveOutUnion(united, other);
    }
    if (other.kind == Kind::kUnion &&
        united.branches.size() * other.branches.size() > kMaxBranches) {
      return LeaveOutUnion(united, other);
    }
    Shape* merged = context_.shapes.New(Kind::kUnion, united.pointer);
    merged->description = united.description.empty() ? other.description : united.description;
    merged->constraints = united.constraints;
    merged->structure = united.structure;
    for (const Shape* branch : united.branches) {
      const Shape* both = united_first ? Merge(*branch, other) : Merge(other, *branch);
      if (both->kind == Kind::kNever) continue;
      if (both->kind == Kind::kUnion) {
        Append(both->branches, merged->branches);
        Append(both->constraints, merged->constraints);
        Append(both->structure, merged->structure);
      } else {
        merged->branches.push_back(both);
      }
    }
    if (merged->branches.empty()) merged->kind = Kind::kNever;
    if (merged->branches.size() != 1) return merged;
    for (const Constraint& exclusive : merged->constraints) {
      context_.losses.Add(exclusive, action::kDropped, "only one of its branches is possible here");
    }
    return merged->branches.front();
  }

  static bool OnlyRequires(const Shape& united) {
    return std::ranges::all_of(united.branches, [](const Shape* branch) {
      return branch->kind == Kind::kAny ||
             (branch->kind == Kind::kObject && branch->implied && branch->properties.empty() &&
              branch->rest != nullptr && branch->rest->kind == Kind::kAny);
    });
  }

  const Shape* LeaveOutUnion(const Shape& united, const Shape& other) {
    context_.losses.AddWhole(
        united, action::kDropped, "its branches only narrow what stands beside them"
    );
    return &other;
  }

  const Shape* MergeKinds(const Shape& a, const Shape& b) {
    if (a.implied && !b.implied) return &b;
    if (b.implied && !a.implied) return &a;
    if (a.implied) return LeaveOut(a, b);
    Shape* never = context_.shapes.New(Kind::kNever, a.pointer);
    never->structure = a.structure;
    Append(b.structure, never->structure);
    return never;
  }

  const Shape* MergeEnum(const Shape& a, const Shape& b) {
    const Shape& listed = a.kind == Kind::kEnum ? a : b;
    const Shape& other = a.kind == Kind::kEnum ? b : a;
    Shape* merged = context_.shapes.Copy(listed);
    if (other.kind == Kind::kEnum) {
      std::erase_if(merged->values, [&other](const json::Value* value) {
        return std::ranges::none_of(other.values, [value](const json::Value* allowed) {
          return json::Equal(*value, *allowed);
        });
      });
    }
    if (other.kind == Kind::kInteger) {
      std::erase_if(merged->values, [](const json::Value* value) {
        return !json::IsInteger(value->number());
      });
    }
    if (other.kind == Kind::kObject || other.kind == Kind::kArray) {
      context_.losses.AddWhole(other, action::kDropped, "the values are listed beside it");
    }
    Append(other.constraints, merged->constraints);
    Append(other.structure, merged->structure);
    if (merged->values.empty()) merged->kind = Kind::kNever;
    return Described(*merged, other);
  }

  const Shape* MergeSame(const Shape& a, const Shape& b) {
    Shape* merged = context_.shapes.Copy(a);
    if (b.kind == Kind::kInteger) merged->kind = Kind::kInteger;
    merged->implied = a.implied && b.implied;
    Append(b.constraints, merged->constraints);
    Append(b.structure, merged->structure);
    if (a.kind == Kind::kObject) MergeObjects(a, b, *merged);
    if (a.kind == Kind::kArray) MergeArrays(a, b, *merged);
    return Described(*merged, b);
  }

  // A member that one side does not list must obey what that side says of the rest.
  void AddProperty(
      const Property& property, const PropertyIndex& others, const Shape* rest, Shape& merged
  ) {
    const auto found = others.find(property.name);
    const Property* twin = found == others.end() ? nullptr : found->second;
    const Shape* beside = twin != nullptr ? twin->shape : rest;
    if (beside == nullptr) return;
    Property both = property;
    both.shape = Merge(*property.shape, *beside);
    if (both.alias.empty() && twin != nullptr) both.alias = twin->alias;
    merged.properties.push_back(both);
  }

  void MergeObjects(const Shape& a, const Shape& b, Shape& merged) {
    merged.properties.clear();
    const PropertyIndex of_a = IndexOf(a);
    const PropertyIndex of_b = IndexOf(b);
    for (const Property& property : a.properties) AddProperty(property, of_b, b.rest, merged);
    for (const Property& property : b.properties) {
      if (!of_a.contains(property.name)) AddProperty(property, of_a, a.rest, merged);
    }
    const absl::flat_hash_set<std::string_view> known(a.required.begin(), a.required.end());
    for (const std::string_view name : b.required) {
      if (!known.contains(name)) merged.required.push_back(name);
    }
    MergeRest(a, b, merged);
  }

  void MergeArrays(const Shape& a, const Shape& b, Shape& merged) {
    merged.prefix.clear();
    const size_t length = std::max(a.prefix.size(), b.prefix.size());
    for (size_t i = 0; i < length; ++i) {
      const Shape* left = i < a.prefix.size() ? a.prefix[i] : a.rest;
      const Shape* right = i < b.prefix.size() ? b.prefix[i] : b.rest;
      if (left == nullptr || right == nullptr) break;
      merged.prefix.push_back(Merge(*left, *right));
    }
    MergeRest(a, b, merged);
  }

  void MergeRest(const Shape& a, const Shape& b, Shape& merged) {
    const bool closed = a.rest == nullptr || b.rest == nullptr;
    merged.rest = closed ? nullptr : Merge(*a.rest, *b.rest);
    merged.rest_declared = a.rest_declared || b.rest_declared;
  }

  MergeContext& context_;
};

}  // namespace

const Shape* Merge(const Shape& a, const Shape& b, MergeContext& context) {
  return Merger(context).Merge(a, b);
}

}  // namespace extractd::schema::lower
