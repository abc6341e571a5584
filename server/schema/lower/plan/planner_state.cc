#include "server/schema/lower/plan/planner_state.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "server/json/write.h"

namespace extractd::schema::lower {
namespace {

constexpr size_t kMaxForms = 100'000;
// Of one constraint that is told in a description.
constexpr size_t kToldBytes = 120;
constexpr std::string_view kTextDescription = "The value as JSON text.";

std::string Joined(std::string_view text, std::string_view more) {
  return text.empty() ? std::string(more) : fmt::format("{} {}", text, more);
}

bool PartCarries(const Form* part) {
  return part != nullptr && part->carries;
}

bool MemberCarries(const FormMember& member) {
  return member.nulled || member.boxed || member.wire != member.name || PartCarries(member.form);
}

// A form differs on the wire by itself or by a part, as far as is known of its parts.
bool Carries(const Form& form) {
  const bool itself = form.kind == FormKind::kText || form.kind == FormKind::kPairs ||
                      form.as_text || !form.pairs.empty();
  if (itself || PartCarries(form.rest)) return true;
  if (form.definition != nullptr && PartCarries(form.definition->form)) return true;
  return std::ranges::any_of(form.members, MemberCarries) ||
         std::ranges::any_of(form.prefix, PartCarries) ||
         std::ranges::any_of(form.branches, PartCarries);
}

// Recursion makes this a search for a fixed point; parts are made after what holds them.
void FindCarries(std::deque<Form>& forms) {
  for (bool changed = true; changed;) {
    changed = false;
    for (auto form = forms.rbegin(); form != forms.rend(); ++form) {
      if (form->carries || !Carries(*form)) continue;
      form->carries = true;
      changed = true;
    }
  }
}

}  // namespace

Form* PlannerState::New(FormKind kind, const Shape& shape) {
  if (forms_->all.size() >= kMaxForms) {
    Stop(shape, "", fmt::format("more than {} places once references are inlined", kMaxForms));
  }
  forms_->all.push_back({.kind = kind, .description = std::string(shape.description)});
  return &forms_->all.back();
}

Form* PlannerState::Text(const Shape& shape) {
  Form* form = New(FormKind::kText, shape);
  form->description = Joined(form->description, kTextDescription);
  return form;
}

void PlannerState::Lose(
    const Shape& shape, std::string_view keyword, std::string_view action, std::string_view reason
) {
  losses_.Add({shape.pointer, std::string(keyword), std::string(action), std::string(reason)});
}

void PlannerState::LoseKept(const Shape& shape, Form& form, std::string_view reason) {
  for (const Constraint& constraint : shape.constraints) {
    if (std::ranges::find(form.kept, constraint.value) == form.kept.end()) continue;
    losses_.Add(constraint, action::kDropped, reason);
  }
  form.kept.clear();
}

void PlannerState::Narrow(const Shape& shape, std::string_view keyword, std::string_view reason) {
  narrowings_.Add(
      {shape.pointer, std::string(keyword), std::string(action::kNarrowed), std::string(reason)}
  );
}

void PlannerState::Stop(const Shape& shape, std::string_view keyword, std::string reason) {
  if (obstacle_.has_value()) return;
  obstacle_ = Obstacle{shape.pointer, std::string(keyword), std::move(reason)};
}

void PlannerState::TakeConstraints(const Shape& shape, Form& form) {
  SortedConstraints sorted = Sort(shape, subset_);
  form.kept = std::move(sorted.kept);
  std::string told;
  for (const Constraint* lost : sorted.lost) {
    const bool scalar = lost->value->size() == 0;
    const bool tell = subset_.tell_lost && scalar;
    losses_.Add(
        *lost,
        tell ? action::kDescribed : action::kDropped,
        fmt::format("subset {} does not carry it", subset_.name)
    );
    if (!tell) continue;
    fmt::format_to(
        std::back_inserter(told),
        "{}{}: {}",
        told.empty() ? "" : ", ",
        lost->keyword(),
        json::ToShortText(*lost->value, kToldBytes)
    );
  }
  if (!told.empty()) form.description = Joined(form.description, fmt::format("({})", told));
}

void PlannerState::Check(
    const Shape& shape, std::string_view keyword, size_t count, size_t limit, std::string_view what
) {
  if (limit == 0 || count <= limit) return;
  Stop(shape, keyword, fmt::format("subset {} takes at most {} {}", subset_.name, limit, what));
}

void PlannerState::CountWrapper(const Shape& root) {
  CountLevel(root, deepest_ + 1);
  CountProperty(root, kRootMember);
}

void PlannerState::CountLevel(const Shape& shape, size_t level) {
  deepest_ = std::max(deepest_, level);
  Check(shape, "", level, subset_.limits.levels, "levels of nesting");
}

void PlannerState::CountProperty(const Shape& shape, std::string_view name) {
  name_bytes_ += name.size();
  Check(shape, "properties", ++properties_, subset_.limits.properties, "properties");
  Check(shape, "properties", name_bytes_, subset_.limits.name_bytes, "bytes of names and values");
}

void PlannerState::CountOptional(const Shape& shape) {
  Check(shape, "required", ++optional_, subset_.limits.optional, "optional properties");
}

void PlannerState::CountUnion(const Shape& shape) {
  Check(shape, "anyOf", ++unions_, subset_.limits.unions, "properties of more than one type");
}

void PlannerState::CountEnum(const Shape& shape, const Form& form) {
  size_t bytes = 0;
  for (const EnumValue& value : form.values) {
    bytes += form.as_text               ? value.wire.size()
             : value.value->is_string() ? value.value->string().size()
                                        : 0;
  }
  const SubsetLimits& limits = subset_.limits;
  name_bytes_ += bytes;
  enum_values_ += form.values.size();
  Check(shape, "enum", enum_values_, limits.enum_values, "enum values");
  Check(shape, "enum", name_bytes_, limits.name_bytes, "bytes of names and values");
  if (form.values.size() <= limits.large_enum) return;
  Check(shape, "enum", bytes, limits.large_enum_bytes, "bytes in the values of a large enum");
}

PlannedForms PlannerState::Finish(const Form* root, bool wrapped) {
  PlannedForms planned;
  planned.losses = losses_.Take();
  planned.narrowings = narrowings_.Take();
  planned.obstacle = std::move(obstacle_);
  if (planned.obstacle.has_value()) return planned;
  FindCarries(forms_->all);
  for (Form& form : forms_->all) form.IndexMembers();
  for (FormDefinition& definition : forms_->definitions) definition.source = nullptr;
  forms_->root = root;
  forms_->wrapped = wrapped;
  planned.forms = std::move(forms_);
  return planned;
}

}  // namespace extractd::schema::lower
