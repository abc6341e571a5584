#include "server/schema/lower/plan/planner.h"

#include <utility>

#include <absl/strings/ascii.h>
#include <fmt/format.h>

#include "server/schema/lower/plan/form_planner.h"

namespace extractd::schema::lower {
namespace {

// Deeper than any schema that a model can fill; bounds the planner's own recursion.
constexpr size_t kMaxPlanDepth = 200;

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

}  // namespace

PlannedForms FormPlanner::Plan(const Shape& root) {
  if (subset_.references != ReferenceForm::kRecursive) back_edges_ = BackEdges(root);
  const Shape& shape = Behind(root);
  if (shape.kind == Kind::kNever) state_.Stop(root, "", "no value is valid");
  const Form* form = Described(*Plan(shape, 1), root);
  const bool wrapped = subset_.object_root && form->kind != FormKind::kObject;
  if (wrapped) state_.CountWrapper(root);
  while (!pending_.empty() && !state_.stopped()) {
    FormDefinition* next = pending_.back();
    pending_.pop_back();
    current_ = next->source;
    next->form = Plan(*next->source->shape, 1);
  }
  return state_.Finish(form, wrapped);
}

const Form* FormPlanner::Plan(const Shape& shape, size_t level) {
  if (state_.stopped()) return state_.Text(shape);
  if (nesting_ == kMaxPlanDepth) return TextFor(shape, "it is nested too deeply");
  ++nesting_;
  state_.CountLevel(shape, level);
  const Form* form = shape.implied && state_.exact() ? PlanImplied(shape) : PlanParts(shape, level);
  --nesting_;
  return form;
}

const Form* FormPlanner::PlanParts(const Shape& shape, size_t level) {
  TellImplied(shape);
  switch (shape.kind) {
    case Kind::kNever:
      state_.losses().AddWhole(shape, action::kDropped, "no value is valid");
      return PlanAny(shape);
    case Kind::kAny:
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
  Form* form = state_.New(ScalarForm(shape.kind), shape);
  state_.TakeConstraints(shape, *form);
  return form;
}

const Form* FormPlanner::PlanAny(const Shape& shape) {
  return subset_.untyped ? state_.New(FormKind::kAny, shape) : state_.Text(shape);
}

const Form* FormPlanner::TextFor(const Shape& shape, std::string_view reason) {
  state_.losses().AddWhole(shape, action::kText, reason);
  return state_.Text(shape);
}

// Any value of another kind is valid, so nothing that the schema says can be asked for.
const Form* FormPlanner::PlanImplied(const Shape& shape) {
  state_.losses().AddWhole(shape, action::kDropped, "the schema names no type");
  return PlanAny(shape);
}

void FormPlanner::TellImplied(const Shape& shape) {
  if (!shape.implied) return;
  state_.Narrow(shape, "type", "the schema names no type; its keywords are taken for one");
}

const Form* FormPlanner::Described(const Form& form, const Shape& shape) {
  if (shape.description.empty() || !form.description.empty()) return &form;
  Form* copy = state_.New(form.kind, shape);
  std::string description = std::move(copy->description);
  *copy = form;
  copy->description = std::move(description);
  return copy;
}

const Form* FormPlanner::PlanReference(const Shape& shape, size_t level) {
  const Shape& target = Behind(shape);
  const Definition& definition = *shape.definition;
  if (target.kind == Kind::kReference) return TextFor(shape, "it refers to itself");
  if (!HasParts(target)) return Described(*Plan(target, level), shape);
  if (back_edges_.contains({current_, &definition})) {
    return TextFor(shape, "recursion is not carried");
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

const FormDefinition* FormPlanner::Define(const Definition& definition) {
  FormDefinition*& defined = definitions_[&definition];
  if (defined != nullptr) return defined;
  state_.forms().definitions.push_back({.source = &definition, .name = FreeName(definition.name)});
  defined = &state_.forms().definitions.back();
  pending_.push_back(defined);
  return defined;
}

std::string FormPlanner::FreeName(std::string_view wanted) {
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

PlannedForms PlanForms(const Shape& root, const Subset& subset, Fidelity fidelity, Shapes& shapes) {
  return FormPlanner(subset, fidelity, shapes).Plan(root);
}

}  // namespace extractd::schema::lower
