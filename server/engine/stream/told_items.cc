#include "server/engine/stream/told_items.h"

#include <algorithm>
#include <utility>

namespace extractd {
namespace {

bool IsSame(const Item& one, const Item& other) {
  return one.tool == other.tool && one.json == other.json;
}

}  // namespace

void ToldItems::BeginAnswer() {
  before_ = told_.size();
  repeating_ = before_ > 0;
  begin_ = repeating_ ? 0 : before_;
  taken_ = 0;
  passed_over_ = 0;
}

void ToldItems::Take(Item item, Listener tell) {
  if (repeating_ && item.json == told_[taken_].json) {
    ++taken_;
    if (taken_ < before_) return;
    repeating_ = false;
    passed_over_ = before_;
    return;
  }
  if (repeating_) Release(tell);
  ++taken_;
  Tell(std::move(item), tell);
}

bool ToldItems::Settle(const std::vector<Item>& items, Listener tell) {
  if (items.size() < taken_) return false;
  for (size_t i = 0; i < taken_; ++i) {
    if (items[i].json != told_[begin_ + i].json) return false;
  }
  for (size_t i = taken_; i < items.size(); ++i) Take(items[i], tell);
  if (repeating_) Release(tell);
  return true;
}

void ToldItems::TakeCall(Item call, Listener tell) {
  const auto is_it = [&call](const Item& told) { return IsSame(told, call); };
  if (std::ranges::none_of(before(), is_it)) Tell(std::move(call), tell);
}

bool ToldItems::SettleCalls(const std::vector<Item>& calls, Listener tell) {
  if (calls.size() < told_.size()) return false;
  if (!std::equal(told_.begin(), told_.end(), calls.begin(), IsSame)) return false;
  for (size_t i = told_.size(); i < calls.size(); ++i) Tell(Item(calls[i]), tell);
  return true;
}

void ToldItems::Tell(Item item, Listener tell) {
  told_.push_back(std::move(item));
  tell(told_.back(), told_.size() - 1);
}

void ToldItems::Release(Listener tell) {
  repeating_ = false;
  begin_ = before_;
  for (size_t i = 0; i < taken_; ++i) Tell(Item(told_[i]), tell);
}

}  // namespace extractd
