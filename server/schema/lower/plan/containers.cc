// Forms of lists and objects.
#include <algorithm>
#include <unordered_set>
#include <utility>

#include "server/schema/lower/plan/form_planner.h"

namespace extractd::schema::lower {
namespace {

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

bool Closed(const Shape* rest) {
  return rest == nullptr || rest->kind == Kind::kNever;
}

bool IsForbidden(const Property& property) {
  return property.shape->kind == Kind::kNever;
}

}  // namespace

const Form* FormPlanner::PlanArray(const Shape& shape, size_t level) {
  Form* form = state_.New(FormKind::kArray, shape);
  state_.TakeConstraints(shape, *form);
  const Shape* rest = Closed(shape.rest) ? nullptr : shape.rest;
  if (shape.prefix.empty()) {
    if (rest == nullptr) LoseElements(shape, "the list must be empty");
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
  LoseElements(shape, "every element may be what any element of the tuple may be");
  Shape* any_of = shapes_.New(Kind::kUnion, shape.pointer);
  any_of->branches = shape.prefix;
  if (rest != nullptr) any_of->branches.push_back(rest);
  form->rest = Plan(*any_of, level + 1);
  return form;
}

void FormPlanner::LoseElements(const Shape& shape, std::string_view reason) {
  state_.losses().AddStructure(
      shape, {"prefixItems", "items", "additionalItems"}, action::kDropped, reason
  );
}

const Form* FormPlanner::PlanObject(const Shape& shape, size_t level) {
  Form* form = state_.New(FormKind::kObject, shape);
  state_.TakeConstraints(shape, *form);
  Names names;
  for (const Property& property : shape.properties) names.declared.insert(property.name);
  names.required.insert(shape.required.begin(), shape.required.end());
  for (const Property& property : shape.properties) AddMember(property, level, names, *form);
  for (const std::string_view name : shape.required) {
    if (!names.declared.insert(name).second) continue;
    if (Closed(shape.rest)) {
      state_.losses().AddStructure(
          shape, {"required"}, action::kDropped, "a required member can't be given"
      );
      continue;
    }
    AddMember({.name = name, .shape = shape.rest}, level, names, *form);
  }
  if (PlanRest(shape, level, names, *form)) {
    form->kind = FormKind::kPairs;
    state_.LoseKept(shape, *form, "the map is carried as a list");
    return form;
  }
  if (!form->pairs.empty()) state_.LoseKept(shape, *form, "some members are carried in a list");
  if (!subset_.one_required || std::ranges::any_of(form->members, &FormMember::required)) {
    return form;
  }
  if (form->members.empty()) return TextFor(shape, "an object needs a property");
  FormMember& first = form->members.front();
  MakeGiven(*std::ranges::find(shape.properties, first.name, &Property::name)->shape, first);
  return form;
}

void FormPlanner::MakeGiven(const Shape& shape, FormMember& member) {
  const bool null = AcceptsNull(shape) && member.form->kind != FormKind::kText;
  member.boxed = null && state_.exact();
  member.nulled = !member.boxed;
  if (null && member.nulled) state_.Narrow(shape, "required", "null is read as absent");
}

std::string FormPlanner::WireName(const Property& property, Names& names) {
  std::string wire(property.alias.empty() ? property.name : property.alias);
  const bool taken =
      wire != property.name && (names.declared.contains(wire) || names.wires.contains(wire));
  if (taken) {
    state_.Lose(*property.shape, "x-alias", action::kDropped, "another property has this name");
    wire = property.name;
  }
  names.wires.insert(wire);
  return wire;
}

void FormPlanner::AddMember(const Property& property, size_t level, Names& names, Form& form) {
  const bool required = names.required.contains(property.name);
  if (IsForbidden(property) && !required) return;
  FormMember member = {
      .name = std::string(property.name),
      .wire = WireName(property, names),
      .form = Plan(*property.shape, level + 1),
      .required = required,
  };
  if (!required && subset_.all_required) MakeGiven(*property.shape, member);
  Count(*property.shape, member);
  form.members.push_back(std::move(member));
}

void FormPlanner::Count(const Shape& shape, const FormMember& member) {
  state_.CountProperty(shape, member.wire);
  if (current_ != nullptr) return;
  if (!member.required && !subset_.all_required) state_.CountOptional(shape);
  if (member.form->kind == FormKind::kUnion || member.nulled) state_.CountUnion(shape);
}

bool FormPlanner::PlanRest(const Shape& shape, size_t level, const Names& names, Form& form) {
  const bool bare = form.members.empty();
  form.says_rest = subset_.says_closed;
  if (Closed(shape.rest)) {
    if (subset_.says_closed) return false;
    state_.losses().AddStructure(
        shape,
        {"additionalProperties", "unevaluatedProperties"},
        action::kDropped,
        "other members are not excluded"
    );
    LoseForbidden(shape);
    return false;
  }
  const bool said = shape.rest_declared && shape.rest->kind != Kind::kAny;
  if (subset_.maps) {
    LoseForbidden(shape);
    form.rest = Plan(*shape.rest, level + 1);
    form.says_rest = said || bare || (subset_.closed_unless_said && state_.exact());
    if (subset_.closed_unless_said && !form.says_rest) NarrowRest(shape);
    return false;
  }
  if (!said && !bare && !state_.exact()) {
    NarrowRest(shape);
    if (!subset_.says_closed) LoseForbidden(shape);
    return false;
  }
  LoseForbidden(shape);
  PlanPairs(shape, level, names, form);
  return bare;
}

void FormPlanner::LoseForbidden(const Shape& shape) {
  for (const Property& property : shape.properties) {
    if (!IsForbidden(property)) continue;
    state_.losses().AddWhole(*property.shape, action::kDropped, "the member is not excluded");
  }
}

void FormPlanner::NarrowRest(const Shape& shape) {
  state_.Narrow(
      shape, "additionalProperties", "members that the schema does not declare can't be given"
  );
}

void FormPlanner::PlanPairs(const Shape& shape, size_t level, const Names& names, Form& form) {
  const size_t above = form.members.empty() ? 2 : 3;  // the list, its objects, and their value
  form.rest = Plan(*shape.rest, level + above);
  for (const std::string_view name : {kPairKey, kPairValue}) state_.CountProperty(shape, name);
  if (form.members.empty()) return;
  form.pairs = kPairsName;
  while (names.wires.contains(form.pairs)) form.pairs += '_';
  state_.CountProperty(shape, form.pairs);
}

}  // namespace extractd::schema::lower
