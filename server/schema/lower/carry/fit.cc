#include "server/schema/lower/carry/fit.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>

#include "server/json/decimal.h"
#include "server/schema/evaluate/text_length.h"

namespace extractd::schema::lower {
namespace {

// A number against a bound, or a length against a bound of lengths.
bool WithinBound(std::string_view number, const json::Value& bound) {
  if (!bound.is_number()) return true;
  const int order = json::CompareNumbers(number, bound.number());
  if (bound.key() == "minLength") return order >= 0;
  if (bound.key() == "maxLength") return order <= 0;
  if (bound.key() == "minimum") return order >= 0;
  if (bound.key() == "maximum") return order <= 0;
  if (bound.key() == "exclusiveMinimum") return order > 0;
  return bound.key() != "exclusiveMaximum" || order < 0;
}

bool IsPair(const json::Value& value) {
  const json::Value* key = value.Find(kPairKey);
  return value.is_object() && value.size() == 2 && key != nullptr && key->is_string() &&
         value.Find(kPairValue) != nullptr;
}

}  // namespace

bool Fitter::Fits(const Form& form, const json::Value& value) {
  const auto [found, added] = known_.try_emplace({&form, &value}, false);
  if (!added) return found->second;
  const bool fits = Check(form, value);
  known_[{&form, &value}] = fits;
  return fits;
}

const Form* Fitter::FindBranch(const Form& form, const json::Value& value) {
  const auto branch = std::ranges::find_if(form.branches, [&](const Form* candidate) {
    return Fits(*candidate, value);
  });
  return branch == form.branches.end() ? nullptr : *branch;
}

bool Fitter::Check(const Form& form, const json::Value& value) {
  switch (form.kind) {
    case FormKind::kAny:
      return true;
    case FormKind::kNull:
      return value.is_null();
    case FormKind::kBoolean:
      return value.is_boolean();
    case FormKind::kInteger:
      return value.is_number() && json::IsInteger(value.number()) && Obeys(form, value);
    case FormKind::kNumber:
      return value.is_number() && Obeys(form, value);
    case FormKind::kString:
      return value.is_string() && Obeys(form, value);
    case FormKind::kText:
      return side_ == Side::kCaller || value.is_string();
    case FormKind::kEnum:
      return CheckEnum(form, value);
    case FormKind::kArray:
      return CheckArray(form, value);
    case FormKind::kObject:
      return CheckObject(form, value);
    case FormKind::kPairs:
      return CheckPairs(form, value);
    case FormKind::kUnion:
      return std::ranges::any_of(form.branches, [&](const Form* branch) {
        return Fits(*branch, value);
      });
    case FormKind::kReference:
      return Fits(*form.definition->form, value);
  }
  return false;
}

bool Fitter::Obeys(const Form& form, const json::Value& value) {
  if (form.kept.empty()) return true;
  const std::string measure =
      value.is_number() ? std::string(value.number()) : std::to_string(TextLength(value.string()));
  return std::ranges::all_of(form.kept, [&](const json::Value* constraint) {
    if (constraint->key() == "pattern") return MatchesPattern(*constraint, value.string());
    return WithinBound(measure, *constraint);
  });
}

bool Fitter::MatchesPattern(const json::Value& pattern, std::string_view text) {
  auto& compiled = patterns_[&pattern];
  if (compiled == nullptr) {
    auto result = Pattern::Compile(pattern.string());
    if (!std::holds_alternative<std::unique_ptr<const Pattern>>(result)) return true;
    compiled = std::get<std::unique_ptr<const Pattern>>(std::move(result));
  }
  return compiled->Matches(text);
}

bool Fitter::CheckEnum(const Form& form, const json::Value& value) const {
  return std::ranges::any_of(form.values, [&](const EnumValue& listed) {
    if (side_ == Side::kCaller || !form.as_text) return json::Equal(*listed.value, value);
    return value.is_string() && value.string() == listed.wire;
  });
}

bool Fitter::CheckArray(const Form& form, const json::Value& value) {
  if (!value.is_array()) return false;
  size_t index = 0;
  return std::ranges::all_of(value, [&](const json::Value& element) {
    const Form* expected = form.ElementAt(index++);
    return expected != nullptr && Fits(*expected, element);
  });
}

bool Fitter::CheckPairs(const Form& form, const json::Value& value) {
  if (side_ == Side::kCaller) {
    return value.is_object() && std::ranges::all_of(value, [&](const json::Value& member) {
             return Fits(*form.rest, member);
           });
  }
  return value.is_array() && std::ranges::all_of(value, [&](const json::Value& pair) {
           return IsPair(pair) && Fits(*form.rest, *pair.Find(kPairValue));
         });
}

bool Fitter::CheckMember(const FormMember& member, const json::Value& value) {
  if (side_ == Side::kCaller || (!member.nulled && !member.boxed)) {
    return Fits(*member.form, value);
  }
  if (member.nulled) return value.is_null() || Fits(*member.form, value);
  return value.is_array() && value.size() <= 1 &&
         (value.size() == 0 || Fits(*member.form, *value.begin()));
}

bool Fitter::CheckObject(const Form& form, const json::Value& value) {
  if (!value.is_object()) return false;
  auto needed = static_cast<size_t>(std::ranges::count_if(form.members, [this](const auto& member) {
    return IsNeeded(member);
  }));
  const bool lists = side_ == Side::kWire && !form.pairs.empty();
  bool listed = !lists;
  for (const json::Value& given : value) {
    const FormMember* member = form.FindMember(given.key(), side_);
    if (member != nullptr) {
      if (!CheckMember(*member, given)) return false;
      if (IsNeeded(*member)) --needed;
    } else if (lists && given.key() == form.pairs) {
      if (!CheckPairs(form, given)) return false;
      listed = true;
    } else if (lists || form.rest == nullptr || !Fits(*form.rest, given)) {
      return false;
    }
  }
  return needed == 0 && listed;
}

bool Fitter::IsNeeded(const FormMember& member) const {
  return member.required || (side_ == Side::kWire && (member.nulled || member.boxed));
}

}  // namespace extractd::schema::lower
