// Answer: what a call extracted, in the form that its output kind has.
#ifndef EXTRACTD_SERVER_ENGINE_JUDGE_ANSWER_H_
#define EXTRACTD_SERVER_ENGINE_JUDGE_ANSWER_H_

#include <optional>
#include <string>
#include <vector>

#include "server/json/repair.h"

namespace extractd {

// One of several values.
struct Item {
  std::string tool = {};  // kParallel: whose schema it has
  std::string json = {};
  std::vector<json::Repair> repairs = {};  // in it; paths relative to it
};

struct Answer {
  std::string json = {};                          // kOne, and kMaybe if something was found
  std::vector<Item> items = {};                   // kIterable, kParallel
  std::optional<std::string> absent_reason = {};  // kMaybe if nothing was found
  std::vector<json::Repair> repairs = {};         // but for those of items

  bool empty() const { return json.empty() && items.empty() && !absent_reason.has_value(); }
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_JUDGE_ANSWER_H_
