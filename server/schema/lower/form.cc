#include "server/schema/lower/form.h"

#include <algorithm>

namespace extractd::schema::lower {
namespace {

constexpr size_t kFewMembers = 8;

}  // namespace

const FormMember* Form::FindMember(std::string_view wanted, Side side) const {
  const auto& index = side == Side::kCaller ? by_name : by_wire;
  if (!index.empty()) {
    const auto found = index.find(wanted);
    return found == index.end() ? nullptr : found->second;
  }
  const auto found = std::ranges::find(
      members, wanted, side == Side::kCaller ? &FormMember::name : &FormMember::wire
  );
  return found == members.end() ? nullptr : &*found;
}

void Form::IndexMembers() {
  if (members.size() <= kFewMembers) return;
  for (const FormMember& member : members) {
    by_name.emplace(member.name, &member);
    by_wire.emplace(member.wire, &member);
  }
}

size_t Forms::memory_bytes() const {
  size_t bytes = sizeof(*this);
  for (const Form& form : all) {
    bytes += sizeof(form) + form.description.capacity() +
             form.values.capacity() * sizeof(EnumValue) +
             form.members.capacity() * (sizeof(FormMember) + 4 * sizeof(std::string_view)) +
             (form.branches.capacity() + form.kept.capacity()) * sizeof(void*);
  }
  return bytes;
}

}  // namespace extractd::schema::lower
