#include "server/schema/lower/plan/planner.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>

#include <absl/strings/ascii.h>
#include <fmt/format.h>

#include "server/json/decimal.h"
#include "server/json/write.h"
#include "server/schema/lower/plan/looks.h"
#include "server/schema/lower/plan/planner_state.h"
#include "server/schema/lower/plan/recursion.h"

namespace extractd::schema::lower {
namespace {

// Deeper than any schema that a model can fill; bounds the planner's own recursion.
constexpr size_t kMaxPlanDepth = 200;
constexpr std::string_view kPairsName = "additional_properties";

bool AcceptsNull(const Shape& shape) {
  std::unordered_set<const Shape*> seen;
  std::vector<const Shape*> open = {&shape};
  while (!open.empty()) {
    const Shape* next = open.back();
    open.pop_back();
    if (next == nullptr || !seen.insert(next).second) continue;
    if (next->kind == Kind::kNull || next->kind == Kind::kAny) return true;
    if (next->kind == Kind::kReference) open.push_back(next->definition->shape);
    for (const Shape* branch : next->branches) open.push_back(branch);
  }
  return false;
}

// The shape behind references.
const Shape& Behind(const Shape& shape) {
  const Shape* at = &shape;
  for (size_t steps = 0; at->kind == Kind::kReference && steps < kMaxPlanDepth; ++steps) {
    at = at->definition->shape;
  }
  return *at;
}

bool HasParts(const Shape& shape) {
  return shape.kind == Kind::kObject || shape.kind == Kind::kArray || shape.kind == Kind::kUnion ||
         shape.kind == Kind::kEnum;
}

bool Closed(const Shape* rest) {
  return rest == nullptr || rest->kind == Kind::kNever;
}

FormKind ScalarForm(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return FormKind::kNull;
    case Kind::kBoolean:
      return FormKind::kBoolean;
    case Kind::kInteger:
      return FormKind::kInteger;
    case Kind::kNumber:
      return FormKind::kNumber;
    default:
      return FormKind::kString;
  }
}

class Planner {
 public:
  Planner(const Subset& subset, Fidelity fidelity, Shapes& shapes)
      : state_(subset, fidelity), subset_(subset), shapes_(shapes) {}

  PlannedForms Plan(const Shape& root) {
    if (subset_.references != ReferenceForm::kRecursive) back_edges_ = BackEdges(root);
    const Shape& shape = Behind(root);
    if (shape.kind == Kind::kNever) state_.Stop(root, "", "no value is valid");
    const Form* form = Plan(shape, 1);
    while (!pending_.empty() && !state_.stopped()) {
      FormDefinition* next = pending_.back();
      pending_.pop_back();
      current_ = next->source;
      next->form = Plan(*next->source->shape, 1);
    }
    const bool wrapped = subset_.object_root && form->kind != FormKind::kObject;
    return state_.Finish(form, wrapped);
  }

 private:
  const Form* Plan(const Shape& shape, size_t level) {
    if (state_.stopped()) return state_.Text(shape);
    const Nesting nesting(nesting_);
    if (nesting_ > kMaxPlanDepth) {
      return TextFor(shape, "", "it is nested too deeply");
    }
    state_.CountLevel(shape, level);
    if (shape.implied && state_.exact()) return PlanImplied(shape);
    switch (shape.kind) {
      case Kind::kAny:
      case Kind::kNever:
        return PlanAny(shape);
      case Kind::kEnum:
        return PlanEnum({&shape}, shape);
      case Kind::kArray:
        return PlanArray(shape, level);
      case Kind::kObject:
        return PlanObject(shape, level);
      case Kind::kUnion:
        return PlanUnion(shape, level);
      case Kind::kReference:
        return PlanReference(shape, level);
      default:
        break;
    }
    TellImplied(shape);
    Form* form = state_.New(ScalarForm(shape.kind), shape);
    state_.TakeConstraints(shape, *form);
    return form;
  }

  struct Nesting {
    explicit Nesting(size_t& value) : value(++value) {}
    ~Nesting() { --value; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    size_t& value;
  };

  const Form* PlanAny(const Shape& shape) {
    return subset_.untyped ? state_.New(FormKind::kAny, shape) : state_.Text(shape);
  }

  const Form* TextFor(const Shape& shape, std::string_view keyword, std::string_view reason) {
    state_.Lose(shape, keyword, action::kText, reason);
    return state_.Text(shape);
  }

  // Any value of another kind is valid, so nothing that the schema says can be asked for.
  const Form* PlanImplied(const Shape& shape) {
    state_.Lose(shape, "", action::kDropped, "the schema names no type");
    return PlanAny(shape);
  }

  void TellImplied(const Shape& shape) {
    if (!shape.implied) return;
    state_.Narrow(shape, "type", "the schema names no type; its keywords are taken for one");
  }

  // One enum of all the values of `shapes`.
  const Form* PlanEnum(const std::vector<const Shape*>& shapes, const Shape& owner) {
    Form* form = state_.New(FormKind::kEnum, owner);
    std::set<std::string> texts;
    bool collide = false;
    for (const Shape* shape : shapes) {
      form->as_text = form->as_text || !CarriesEnum(*shape, subset_);
      state_.TakeConstraints(*shape, *form);
      for (const json::Value* value : shape->values) {
        std::string text = value->is_string() ? std::string(value->string()) : json::ToText(*value);
        collide = !texts.insert(text).second || collide;
        form->values.push_back({value, std::move(text)});
      }
    }
    if (collide && shapes.size() > 1) {
      for (EnumValue& value : form->values) value.wire = json::ToText(*value.value);
    }
    if (form->as_text) form->kept.clear();
    state_.CountEnum(owner, *form);
    return form;
  }

  const Form* PlanArray(const Shape& shape, size_t level) {
    TellImplied(shape);
    Form* form = state_.New(FormKind::kArray, shape);
    state_.TakeConstraints(shape, *form);
    const Shape* rest = Closed(shape.rest) ? nullptr : shape.rest;
    if (shape.prefix.empty()) {
      if (rest == nullptr) state_.Lose(shape, "items", action::kDropped, "the list must be empty");
      form->rest = rest == nullptr ? PlanAny(shape) : Plan(*rest, level + 1);
      return form;
    }
    if (rest != nullptr && !shape.rest_declared && !state_.exact()) {
      state_.Narrow(shape, "items", "elements that the schema does not declare can't be given");
      rest = nullptr;
    }
    if (subset_.tuples) {
      for (const Shape* element : shape.prefix) form->prefix.push_back(Plan(*element, level + 1));
      form->rest = rest == nullptr ? nullptr : Plan(*rest, level + 1);
      return form;
    }
    state_.Lose(
        shape,
        "prefixItems",
        action::kDropped,
        "every element may be what any element of the tuple may be"
    );
    Shape* any_of = shapes_.New(Kind::kUnion, shape.pointer);
    any_of->branches = shape.prefix;
    if (rest != nullptr) any_of->branches.push_back(rest);
    form->rest = Plan(*any_of, level + 1);
    return form;
  }

  const Form* PlanObject(const Shape& shape, size_t level) {
    TellImplied(shape);
    Form* form = state_.New(FormKind::kObject, shape);
    state_.TakeConstraints(shape, *form);
    std::set<std::string_view> names;
    for (const Property& property : shape.properties) names.insert(property.name);
    std::set<std::string> wires;
    for (const Property& property : shape.properties) {
      AddMember(property, shape, level, names, wires, *form);
    }
    for (const std::string_view name : shape.required) {
      if (names.contains(name) || Closed(shape.rest)) continue;
      AddMember({.name = name, .shape = shape.rest}, shape, level, names, wires, *form);
    }
    if (!PlanRest(shape, level, wires, *form)) return form;
    form->kind = FormKind::kPairs;
    form->kept.clear();
    return form;
  }

  void AddMember(
      const Property& property,
      const Shape& object,
      size_t level,
      const std::set<std::string_view>& names,
      std::set<std::string>& wires,
      Form& form
  ) {
    const bool required =
        std::ranges::find(object.required, property.name) != object.required.end();
    if (property.shape->kind == Kind::kNever && !required) return;
    std::string wire(property.alias.empty() ? property.name : property.alias);
    const bool taken = wire != property.name && (names.contains(wire) || wires.contains(wire));
    if (taken) {
      state_.Lose(*property.shape, "x-alias", action::kDropped, "another property has this name");
      wire = property.name;
    }
    wires.insert(wire);
    FormMember member = {
        .name = std::string(property.name),
        .wire = std::move(wire),
        .form = Plan(*property.shape, level + 1),
        .required = required,
    };
    const bool null = AcceptsNull(*property.shape) && member.form->kind != FormKind::kText;
    if (!required && subset_.all_required) {
      member.nulled = !null || !state_.exact();
      member.boxed = !member.nulled;
      if (null && member.nulled) {
        state_.Narrow(*property.shape, "required", "null is read as absent");
      }
    }
    Count(*property.shape, member);
    form.members.push_back(std::move(member));
  }

  void Count(const Shape& shape, const FormMember& member) {
    state_.CountProperty(shape, member.wire);
    if (current_ != nullptr) return;
    if (!member.required && !subset_.all_required) state_.CountOptional(shape);
    if (member.form->kind == FormKind::kUnion || member.nulled) state_.CountUnion(shape);
  }

  // Members that are not declared. True: there are no others, so the object is a map.
  bool PlanRest(const Shape& shape, size_t level, const std::set<std::string>& wires, Form& form) {
    const bool bare = form.members.empty();
    if (Closed(shape.rest)) {
      form.says_rest = subset_.says_closed;
      if (subset_.says_closed) return false;
      state_.Lose(
          shape, "additionalProperties", action::kDropped, "other members are not excluded"
      );
      return false;
    }
    const bool said = shape.rest_declared && shape.rest->kind != Kind::kAny;
    if (subset_.maps) {
      form.rest = Plan(*shape.rest, level + 1);
      form.says_rest = said || bare;
      return false;
    }
    if (!said && !bare && !state_.exact()) {
      state_.Narrow(
          shape, "additionalProperties", "members that the schema does not declare can't be given"
      );
      form.says_rest = subset_.says_closed;
      return false;
    }
    form.rest = Plan(*shape.rest, level + 2);
    form.says_rest = subset_.says_closed;
    for (const std::string_view name : {kPairKey, kPairValue}) state_.CountProperty(shape, name);
    if (bare) return true;
    form.pairs = kPairsName;
    while (wires.contains(form.pairs)) form.pairs += '_';
    state_.CountProperty(shape, form.pairs);
    return false;
  }

  // The branches of a union in one list; null if one of them takes any value.
  bool Flatten(const Shape& shape, size_t steps, std::vector<const Shape*>& branches) {
    for (const Shape* branch : shape.branches) {
      const bool any = branch->kind == Kind::kAny || (branch->implied && state_.exact());
      if (any || steps > kMaxPlanDepth) return false;
      if (branch->kind == Kind::kNever) continue;
      if (branch->kind == Kind::kUnion) {
        TellExclusive(*branch);
        if (!Flatten(*branch, steps + 1, branches)) return false;
      } else if (std::ranges::find(branches, branch) == branches.end()) {
        branches.push_back(branch);
      }
    }
    return true;
  }

  void TellExclusive(const Shape& united) {
    for (const Constraint& constraint : united.constraints) {
      Shape owner = {.pointer = constraint.pointer};
      state_.Lose(owner, constraint.keyword(), action::kDropped, "several branches may match");
    }
  }

  const Form* PlanUnion(const Shape& shape, size_t level) {
    TellExclusive(shape);
    std::vector<const Shape*> shapes;
    if (!Flatten(shape, 0, shapes)) {
      state_.Lose(shape, "anyOf", action::kDropped, "one of its branches takes any value");
      return PlanAny(shape);
    }
    if (shapes.empty()) return PlanAny(shape);
    std::vector<const Form*> branches = PlanEnums(shapes);
    for (const Shape* branch : shapes) {
      if (branch->kind != Kind::kEnum) branches.push_back(Plan(*branch, level));
    }
    if (branches.size() == 1) return Described(*branches.front(), shape);
    const size_t limit = subset_.limits.branches;
    if (limit > 0 && branches.size() >= limit) {
      return TextFor(shape, "anyOf", fmt::format("it has {} or more branches", limit));
    }
    const bool one_or_null =
        branches.size() == 2 && std::ranges::any_of(branches, [](const Form* branch) {
          return branch->kind == FormKind::kNull;
        });
    if (!subset_.unions && !one_or_null) return TextFor(shape, "anyOf", "unions are not carried");
    if (LookAlike(branches, subset_))
      return TextFor(shape, "anyOf", "its branches look alike as text");
    Form* form = state_.New(FormKind::kUnion, shape);
    form->branches = std::move(branches);
    return form;
  }

  const Form* Described(const Form& form, const Shape& shape) {
    if (shape.description.empty() || !form.description.empty()) return &form;
    Form* copy = state_.New(form.kind, shape);
    const std::string description = std::move(copy->description);
    *copy = form;
    copy->description = description;
    return copy;
  }

  // Enums of a union: one form where some must be text, so that texts can be told apart.
  std::vector<const Form*> PlanEnums(const std::vector<const Shape*>& branches) {
    std::vector<const Shape*> enums;
    for (const Shape* branch : branches) {
      if (branch->kind == Kind::kEnum) enums.push_back(branch);
    }
    std::vector<const Form*> forms;
    const bool all_fit = std::ranges::all_of(enums, [this](const Shape* shape) {
      return CarriesEnum(*shape, subset_);
    });
    if (!all_fit) {
      Shape* owner = shapes_.New(Kind::kEnum, enums.front()->pointer);
      forms.push_back(PlanEnum(enums, *owner));
      return forms;
    }
    for (const Shape* shape : enums) forms.push_back(PlanEnum({shape}, *shape));
    return forms;
  }

  const Form* PlanReference(const Shape& shape, size_t level) {
    const Shape& target = Behind(shape);
    const Definition& definition = *shape.definition;
    if (target.kind == Kind::kReference) return TextFor(shape, "$ref", "it refers to itself");
    if (!HasParts(target)) return Described(*Plan(target, level), shape);
    if (back_edges_.contains({current_, &definition})) {
      return TextFor(shape, "$ref", "recursion is not carried");
    }
    if (subset_.references == ReferenceForm::kInline) {
      const Definition* outer = std::exchange(current_, &definition);
      const Form* form = Plan(target, level);
      current_ = outer;
      return Described(*form, shape);
    }
    Form* form = state_.New(FormKind::kReference, shape);
    form->definition = Define(definition);
    return form;
  }

  const FormDefinition* Define(const Definition& definition) {
    FormDefinition*& defined = definitions_[&definition];
    if (defined != nullptr) return defined;
    state_.forms().definitions.push_back({.source = &definition, .name = FreeName(definition.name)}
    );
    defined = &state_.forms().definitions.back();
    pending_.push_back(defined);
    return defined;
  }

  std::string FreeName(std::string_view wanted) {
    std::string name;
    for (const char c : wanted) {
      const bool fits = absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
      name.push_back(fits ? c : '_');
    }
    if (name.empty()) name = "root";
    std::string free = name;
    for (size_t i = 2; !names_.insert(free).second; ++i) free = fmt::format("{}_{}", name, i);
    return free;
  }

  PlannerState state_;
  const Subset& subset_;
  Shapes& shapes_;
  std::set<Edge> back_edges_;
  std::map<const Definition*, FormDefinition*> definitions_;
  std::set<std::string> names_;
  std::vector<FormDefinition*> pending_;
  const Definition* current_ = nullptr;  // the definition that is planned; null: the root
  size_t nesting_ = 0;
};

}  // namespace

PlannedForms PlanForms(const Shape& root, const Subset& subset, Fidelity fidelity, Shapes& shapes) {
  return Planner(subset, fidelity, shapes).Plan(root);
}

}  // namespace extractd::schema::lower
