#include "server/json/tolerant.h"

#include <utility>

#include "server/json/parse.h"
#include "server/json/tolerant/answer_search.h"
#include "server/json/tolerant/surroundings.h"

namespace extractd::json {
namespace {

TolerantResult NoValue(std::string_view text, const Answer& answer) {
  if (answer.ends_in_thoughts) {
    return {
        .truncated = true,
        .error_offset = text.size(),
        .error = "the text ends inside a think block",
    };
  }
  return {.error = "no JSON value in the text"};
}

}  // namespace

TolerantResult ParseTolerant(std::string_view text) {
  if (text.size() > kMaxTextBytes) {
    return {.error_offset = kMaxTextBytes, .error = "larger than 1 GiB"};
  }
  Answer answer = FindAnswer(text);
  if (answer.crowded) return {.error = "more than 1000 JSON values in the text"};
  if (!answer.chosen.has_value()) return NoValue(text, answer);
  const Reading reading = answer.chosen->reading;
  if (reading.ending == Ending::kBroken) {
    return {.error_offset = reading.end, .error = reading.error};
  }
  TolerantResult result = {
      .document = std::move(answer.document),
      .truncated = reading.ending == Ending::kOpen,
      .error_offset = reading.ending == Ending::kOpen ? reading.end : 0,
  };
  result.repairs = ListRepairs(text, std::move(answer));
  if (result.repairs.size() > kMaxRepairs) {
    return {.error_offset = reading.end, .error = "needs more than 1000 changes"};
  }
  return result;
}

}  // namespace extractd::json
