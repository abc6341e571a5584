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

// The list of what was chosen.
Document List(const Answer& answer) {
  Builder out;
  out.BeginArray();
  for (const size_t chosen : answer.chosen) out.Copy(answer.candidates[chosen].document.root());
  out.EndArray();
  return out.Finish();
}

}  // namespace

TolerantResult ReadAnswer(std::string_view text, Answer answer) {
  if (answer.crowded) return {.error = "more than 1000 JSON values in the text"};
  if (answer.chosen.empty()) return NoValue(text, answer);
  Candidate& last = answer.candidates[answer.chosen.back()];
  const Reading reading = last.reading;
  if (reading.ending == Ending::kBroken) {
    return {.error_offset = reading.end, .error = reading.error};
  }
  TolerantResult result = {
      .document = answer.listed ? List(answer) : std::move(last.document),
      .truncated = reading.ending == Ending::kOpen,
      .error_offset = reading.ending == Ending::kOpen ? reading.end : 0,
  };
  result.repairs = ListRepairs(text, std::move(answer));
  if (result.repairs.size() > kMaxRepairs) {
    return {.error_offset = reading.end, .error = "needs more than 1000 changes"};
  }
  return result;
}

TolerantResult ParseTolerant(std::string_view text) {
  if (text.size() > kMaxTextBytes) {
    return {.error_offset = kMaxTextBytes, .error = "larger than 1 GiB"};
  }
  return ReadAnswer(text, FindAnswer(text));
}

}  // namespace extractd::json
