// Forms of enums and unions.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "server/json/write.h"
#include "server/schema/lower/plan/form_planner.h"
#include "server/schema/lower/plan/looks.h"

namespace extractd::schema::lower {
namespace {

constexpr size_t kMaxNestedUnions = 200;

}  // namespace

const Form* FormPlanner::PlanEnum(const std::vector<const Shape*>& shapes, const Shape& owner) {
  Form* form = state_.New(FormKind::kEnum, owner);
  std::set<std::string> texts;
  bool collide = false;
  for (const Shape* shape : shapes) {
    form->as_text = form->as_text || !CarriesEnum(*shape, subset_);
    for (const json::Value* value : shape->values) {
      std::string text = value->is_string() ? std::string(value->string()) : json::ToText(*value);
      collide = !texts.insert(text).second || collide;
      form->values.push_back({value, std::move(text)});
    }
  }
  if (collide && shapes.size() > 1) {
    for (EnumValue& value : form->values) value.wire = json::ToText(*value.value);
  }
  for (const Shape* shape : shapes) {
    state_.TakeConstraints(*shape, *form);
    if (form->as_text) state_.LoseKept(*shape, *form, "the values are carried as strings");
  }
  state_.CountEnum(owner, *form);
  return form;
}

// Enums of a union: one form where some must be text, so that texts can be told apart.
std::vector<const Form*> FormPlanner::PlanEnums(const std::vector<const Shape*>& branches) {
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

bool FormPlanner::Flatten(const Shape& shape, size_t steps, std::vector<const Shape*>& branches) {
  for (const Shape* branch : shape.branches) {
    const bool any = branch->kind == Kind::kAny || (branch->implied && state_.exact());
    if (any || steps > kMaxNestedUnions) return false;
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

void FormPlanner::TellExclusive(const Shape& united) {
  for (const Constraint& constraint : united.constraints) {
    state_.losses().Add(constraint, action::kDropped, "several branches may match");
  }
}

const Form* FormPlanner::PlanUnion(const Shape& shape, size_t level) {
  TellExclusive(shape);
  std::vector<const Shape*> shapes;
  if (!Flatten(shape, 0, shapes)) {
    state_.losses().AddWhole(shape, action::kDropped, "one of its branches takes any value");
    return PlanAny(shape);
  }
  if (shapes.empty()) return PlanAny(shape);
  const PlannerState::Mark mark = state_.mark();
  std::vector<const Form*> branches = PlanEnums(shapes);
  for (const Shape* branch : shapes) {
    if (branch->kind != Kind::kEnum) branches.push_back(Plan(*branch, level));
  }
  std::string why_not;
  if (const Form* form = UnionOf(std::move(branches), shape, why_not)) return form;
  state_.TakeBack(mark);
  return TextFor(shape, why_not);
}

const Form* FormPlanner::UnionOf(
    std::vector<const Form*> branches, const Shape& shape, std::string& why_not
) {
  if (branches.size() == 1) return Described(*branches.front(), shape);
  const size_t limit = subset_.limits.branches;
  const bool or_null = branches.size() == 2 && std::ranges::any_of(branches, [](const Form* form) {
                         return form->kind == FormKind::kNull;
                       });
  // One branch is left for null.
  if (limit > 0 && branches.size() >= limit) {
    why_not = fmt::format("it has {} or more branches", limit);
  } else if (!subset_.unions && !or_null) {
    why_not = "unions are not carried";
  } else if (LookAlike(branches, subset_)) {
    why_not = "its branches look alike";
  }
  if (!why_not.empty()) return nullptr;
  Form* form = state_.New(FormKind::kUnion, shape);
  form->branches = std::move(branches);
  return form;
}

}  // namespace extractd::schema::lower
