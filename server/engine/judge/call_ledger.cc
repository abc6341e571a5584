#include "server/engine/judge/call_ledger.h"

#include <algorithm>
#include <utility>

namespace extractd {

bool CallLedger::Repeats(const Entry& call) const {
  return call.accepted && std::ranges::any_of(places_, [&](const Place& place) {
           return place.entry.accepted && place.turn < turn_ &&
                  place.entry.item.tool == call.item.tool &&
                  place.entry.item.json == call.item.json;
         });
}

CallLedger::Place* CallLedger::OpenPlace(const Entry& call, bool same_tool) {
  const auto open = std::ranges::find_if(places_, [&](const Place& place) {
    if (place.entry.accepted || place.turn == turn_) return false;
    return same_tool ? place.entry.item.tool == call.item.tool : !place.entry.known_tool;
  });
  return open == places_.end() ? nullptr : &*open;
}

void CallLedger::Enter(std::vector<Entry> calls) {
  ++turn_;
  for (Entry& call : calls) {
    if (Repeats(call)) continue;
    Place* place = OpenPlace(call, true);
    if (place == nullptr) place = OpenPlace(call, false);
    if (place == nullptr) place = &places_.emplace_back();
    *place = {std::move(call), turn_};
  }
  // A tool that does not exist can't be called again.
  std::erase_if(places_, [this](const Place& place) {
    return !place.entry.known_tool && place.turn < turn_;
  });
}

std::vector<std::string> CallLedger::Missing() const {
  std::vector<std::string> missing;
  for (const Place& place : places_) {
    if (!place.entry.accepted && place.turn < turn_) missing.push_back(place.entry.item.tool);
  }
  return missing;
}

std::vector<Item> CallLedger::Items() const {
  std::vector<Item> items;
  for (const Place& place : places_) {
    if (!place.entry.item.json.empty()) items.push_back(place.entry.item);
  }
  return items;
}

}  // namespace extractd
