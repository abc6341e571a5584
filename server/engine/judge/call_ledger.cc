#include "server/engine/judge/call_ledger.h"

#include <algorithm>
#include <utility>

#include <absl/strings/numbers.h>
#include <fmt/format.h>

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
  for (size_t i = 0; i < calls.size(); ++i) {
    Entry& call = calls[i];
    if (Repeats(call)) continue;
    Place* place = OpenPlace(call, true);
    if (place == nullptr) place = OpenPlace(call, false);
    if (place == nullptr) place = &places_.emplace_back();
    *place = {.entry = std::move(call), .turn = turn_, .call = i};
  }
  // A tool that does not exist can't be called again.
  std::erase_if(places_, [this](const Place& place) {
    return !place.entry.known_tool && place.turn < turn_;
  });
}

void CallLedger::Keep(std::vector<Item> accepted) {
  std::vector<Entry> entries;
  for (Item& item : accepted) entries.push_back({.item = std::move(item), .accepted = true});
  if (!entries.empty()) Enter(std::move(entries));
}

schema::IssueList CallLedger::Reject(const schema::IssueList& issues) {
  const std::vector<Place*> places = PlacesOfItems();
  schema::IssueList told = {.total = issues.total};
  for (const schema::Issue& issue : issues.listed) {
    const std::string_view path = issue.path;
    const size_t end = std::min(path.find('/', 1), path.size());
    size_t index = 0;
    const std::string_view token = path.substr(std::min<size_t>(1, path.size()), end - 1);
    if (!path.empty() && absl::SimpleAtoi({token.data(), token.size()}, &index) &&
        index < places.size()) {
      told.listed.push_back(Reject(*places[index], issue, path.substr(end)));
      continue;
    }
    for (Place* place : places) told.listed.push_back(Reject(*place, issue, path));
  }
  told.total += told.listed.size() - issues.listed.size();
  return told;
}

schema::Issue CallLedger::Reject(Place& place, schema::Issue issue, std::string_view path) const {
  place.entry.accepted = false;
  if (place.turn == turn_) {
    issue.path = fmt::format("/{}{}", place.call, path);
    return issue;
  }
  issue.message = fmt::format(
      "the call of '{}' before this reply{}{}: {}; call it again",
      place.entry.item.tool,
      path.empty() ? "" : ", at ",
      path,
      issue.message
  );
  issue.path.clear();
  return issue;
}

bool CallLedger::complete() const {
  return !places_.empty() &&
         std::ranges::all_of(places_, [](const Place& place) { return place.entry.accepted; });
}

std::vector<std::string> CallLedger::Missing() const {
  std::vector<std::string> missing;
  for (const Place& place : places_) {
    if (!place.entry.accepted && place.turn < turn_) missing.push_back(place.entry.item.tool);
  }
  return missing;
}

std::vector<CallLedger::Place*> CallLedger::PlacesOfItems() {
  std::vector<Place*> places;
  for (Place& place : places_) {
    if (!place.entry.item.json.empty()) places.push_back(&place);
  }
  return places;
}

std::vector<Item> CallLedger::Items() const {
  std::vector<Item> items;
  for (const Place& place : places_) {
    if (!place.entry.item.json.empty()) items.push_back(place.entry.item);
  }
  return items;
}

}  // namespace extractd
