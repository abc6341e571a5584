#include "server/engine/stream/continuation.h"

#include <fmt/format.h>

#include "server/modes/feedback.h"

namespace extractd {

std::string AskForTheRest(const std::vector<Item>& told, const schema::IssueList& feedback) {
  std::string items;
  for (const Item& item : told) {
    if (!items.empty()) items += ",\n";
    items += item.json;
  }
  std::string text = fmt::format(
      "You have given these {} items already, and they are accepted:\n[{}]\n", told.size(), items
  );
  if (!feedback.empty()) {
    text += fmt::format("What followed was not valid:\n{}", DescribeIssues(feedback));
  }
  text +=
      "Answer in the same form with the items that follow, and with none of the above; if there is "
      "no further one, with an empty list.";
  return text;
}

std::string AskForFurtherCalls(const std::vector<Item>& told) {
  std::string calls;
  for (const Item& item : told) calls += fmt::format("{} {}\n", item.tool, item.json);
  return fmt::format(
      "You have made these {} calls already, and they are accepted:\n{}Make the calls that follow "
      "them, and none of the above. If there is no further one, repeat the last one: it is not "
      "counted twice.",
      told.size(),
      calls
  );
}

}  // namespace extractd
