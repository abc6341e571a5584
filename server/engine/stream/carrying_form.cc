#include "server/engine/stream/carrying_form.h"

namespace extractd {
namespace {

using json::Type;
namespace lower = schema::lower;

bool IsContainer(Type type) {
  return type == Type::kArray || type == Type::kObject;
}

// Whether values of that type may be of the form, on the wire.
bool MayHold(const lower::Form* form, Type type) {
  using lower::FormKind;
  if (form == nullptr) return true;
  switch (form->kind) {
    case FormKind::kNull:
      return type == Type::kNull;
    case FormKind::kObject:
      return type == Type::kObject;
    case FormKind::kArray:
    case FormKind::kPairs:
      return type == Type::kArray;
    case FormKind::kString:
    case FormKind::kText:
      return type == Type::kString;
    case FormKind::kBoolean:
    case FormKind::kInteger:
    case FormKind::kNumber:
      return !IsContainer(type) && type != Type::kString;
    default:
      return true;
  }
}

}  // namespace

const lower::Form* CarryingForm(const lower::Form* form, Type type) {
  form = lower::Follow(form);
  if (form == nullptr || !form->carries || form->kind != lower::FormKind::kUnion) {
    return form != nullptr && form->carries ? form : nullptr;
  }
  const lower::Form* only = nullptr;
  for (const lower::Form* branch : form->branches) {
    if (!MayHold(lower::Follow(branch), type)) continue;
    if (only != nullptr) return form;
    only = branch;
  }
  return only == nullptr ? form : CarryingForm(only, type);
}

}  // namespace extractd
