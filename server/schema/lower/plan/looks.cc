#include "server/schema/lower/plan/looks.h"

namespace extractd::schema::lower {
namespace {

constexpr int kMaxDepth = 16;

// How many branches look like what on the wire.
class Looks {
 public:
  explicit Looks(const Subset& subset) : subset_(subset) {}

  void Add(const Form& form, int depth) {
    if (depth > kMaxDepth) return;
    switch (form.kind) {
      case FormKind::kString:
        ++strings_;
        break;
      case FormKind::kText:
        ++texts_;
        break;
      case FormKind::kEnum:
        AddEnum(form.as_text, *form.values.front().value);
        break;
      case FormKind::kArray:
        ++lists_;
        break;
      case FormKind::kPairs:
        ++pairs_;
        break;
      case FormKind::kUnion:
        for (const Form* branch : form.branches) Add(*branch, depth + 1);
        break;
      case FormKind::kReference:
        AddReference(*form.definition, depth + 1);
        break;
      default:
        break;
    }
  }

  bool alike() const {
    return (texts_ > 0 && texts_ + strings_ > 1) || (pairs_ > 0 && pairs_ + lists_ > 1);
  }

 private:
  void AddEnum(bool as_text, const json::Value& first) {
    texts_ += as_text ? 1U : 0U;
    strings_ += !as_text && first.is_string() ? 1U : 0U;
  }

  void AddReference(const FormDefinition& definition, int depth) {
    if (definition.form != nullptr) return Add(*definition.form, depth);
    AddShape(*definition.source->shape, depth);
  }

  // Of a definition whose form is not chosen yet.
  void AddShape(const Shape& shape, int depth) {
    if (depth > kMaxDepth) return;
    switch (shape.kind) {
      case Kind::kString:
        ++strings_;
        break;
      case Kind::kAny:
        texts_ += subset_.untyped ? 0U : 1U;
        break;
      case Kind::kEnum:
        AddEnum(!CarriesEnum(shape, subset_), *shape.values.front());
        break;
      case Kind::kArray:
        ++lists_;
        break;
      case Kind::kObject:
        pairs_ += shape.properties.empty() && shape.rest != nullptr && !subset_.maps ? 1U : 0U;
        break;
      case Kind::kUnion:
        for (const Shape* branch : shape.branches) AddShape(*branch, depth + 1);
        break;
      case Kind::kReference:
        AddShape(*shape.definition->shape, depth + 1);
        break;
      default:
        break;
    }
  }

  const Subset& subset_;
  size_t strings_ = 0;
  size_t texts_ = 0;
  size_t lists_ = 0;
  size_t pairs_ = 0;
};

}  // namespace

bool CarriesEnum(const Shape& shape, const Subset& subset) {
  const json::Value& value = *shape.values.front();
  if (value.is_string() || subset.enums == EnumValues::kAll) return true;
  if (value.is_number()) return subset.enums != EnumValues::kStrings;
  return value.is_boolean() && subset.enums == EnumValues::kPrimitives;
}

bool LookAlike(const std::vector<const Form*>& branches, const Subset& subset) {
  Looks looks(subset);
  for (const Form* branch : branches) looks.Add(*branch, 0);
  return looks.alike();
}

}  // namespace extractd::schema::lower
