#include "server/json/toon/shapes.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace extractd::json::toon {
namespace {

void AppendNumber(std::uint32_t number, std::string& out) {
  out.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

}  // namespace

bool Shapes::AreRows(const Value& container) const {
  if (container.size() == 0 || !container.begin()->is_object()) return false;
  const Shape first = objects_.at(&*container.begin());
  return first != kNone && std::ranges::all_of(container, [&](const Value& row) {
           return row.is_object() && objects_.at(&row) == first;
         });
}

Shapes::Shape Shapes::Visit(const Value& value) {
  if (value.is_object()) return VisitObject(value);
  if (!value.is_array()) return kScalar;
  for (const Value& element : value) Visit(element);
  return kNone;
}

Shapes::Shape Shapes::VisitObject(const Value& object) {
  std::vector<std::pair<std::string_view, Shape>> members;
  members.reserve(object.size());
  bool uniform = object.size() > 0;
  for (const Value& member : object) {
    members.emplace_back(member.key(), Visit(member));
    uniform = uniform && members.back().second != kNone;
  }
  if (!uniform) return objects_[&object] = kNone;
  std::ranges::sort(members);
  std::string signature;
  for (const auto& [key, shape] : members) {
    AppendNumber(static_cast<std::uint32_t>(key.size()), signature);
    signature += key;
    AppendNumber(shape, signature);
  }
  const auto next = static_cast<Shape>(known_.size()) + kScalar + 1;
  return objects_[&object] = known_.try_emplace(std::move(signature), next).first->second;
}

}  // namespace extractd::json::toon
