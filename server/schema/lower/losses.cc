#include "server/schema/lower/losses.h"

#include <algorithm>
#include <ranges>
#include <utility>

namespace extractd::schema::lower {

void Losses::Add(Loss loss) {
  if (told_.emplace(loss.pointer, loss.keyword, loss.action).second) {
    list_.push_back(std::move(loss));
  }
}

void Losses::Add(const Constraint& constraint, std::string_view action, std::string_view reason) {
  Add(
      {constraint.pointer,
       std::string(constraint.keyword()),
       std::string(action),
       std::string(reason)}
  );
}

void Losses::AddStructure(
    const Shape& shape,
    std::initializer_list<std::string_view> keywords,
    std::string_view action,
    std::string_view reason
) {
  for (const Constraint& said : shape.structure) {
    if (std::ranges::find(keywords, said.keyword()) != keywords.end()) Add(said, action, reason);
  }
}

void Losses::AddWhole(const Shape& shape, std::string_view action, std::string_view reason) {
  std::vector<const Shape*> open = {&shape};
  while (!open.empty()) {
    const Shape* next = open.back();
    open.pop_back();
    if (next == nullptr || !whole_.insert(next).second) continue;
    whole_order_.push_back(next);
    if (next->kind == Kind::kNever && next->structure.empty()) {
      Add({next->pointer, "", std::string(action), std::string(reason)});
    }
    for (const Constraint& said : next->structure) Add(said, action, reason);
    for (const Constraint& constraint : next->constraints) Add(constraint, action, reason);
    // The last is looked at first: the order of the schema.
    open.push_back(next->rest);
    open.insert(open.end(), next->branches.rbegin(), next->branches.rend());
    open.insert(open.end(), next->prefix.rbegin(), next->prefix.rend());
    for (const Property& property : next->properties | std::views::reverse) {
      open.push_back(property.shape);
    }
  }
}

void Losses::TakeBack(const Mark& mark) {
  for (size_t i = mark.losses; i < list_.size(); ++i) {
    told_.erase({list_[i].pointer, list_[i].keyword, list_[i].action});
  }
  list_.resize(mark.losses);
  for (size_t i = mark.whole; i < whole_order_.size(); ++i) whole_.erase(whole_order_[i]);
  whole_order_.resize(mark.whole);
}

std::vector<Loss> Losses::Take() {
  return std::move(list_);
}

}  // namespace extractd::schema::lower
