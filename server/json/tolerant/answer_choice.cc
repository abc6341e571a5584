#include "server/json/tolerant/answer_choice.h"

#include <algorithm>
#include <cstddef>

namespace extractd::json {
namespace {

// Nothing but white space and, if there are `commas`, one of them.
bool IsGap(std::string_view gap, bool commas) {
  const auto count = std::ranges::count(gap, ',');
  return gap.find_first_not_of(commas ? " \t\r\n," : " \t\r\n") == std::string_view::npos &&
         count <= 1;
}

// Values and the gaps between them are all of the text: JSON lines, or the inside of an array.
bool IsList(std::string_view text, const Answer& answer) {
  const std::vector<Candidate>& all = answer.candidates;
  if (all.size() < 2 || !answer.thoughts.empty()) return false;
  size_t at = 0;
  for (const Candidate& candidate : all) {
    const bool whole = candidate.complete() && !candidate.fenced;
    if (!whole || !IsGap(text.substr(at, candidate.value.begin - at), at > 0)) return false;
    at = candidate.value.end;
  }
  return IsGap(text.substr(at), /*commas=*/true);
}

}  // namespace

int Rank(const Candidate& candidate) {
  const Reading& reading = candidate.reading;
  if (candidate.complete()) return (reading.structured ? 6 : 3) + (candidate.fenced ? 1 : 0);
  if (!reading.begun) return 0;
  return reading.structured ? 5 : 2;
}

void ChooseByRank(std::string_view text, Answer& answer) {
  answer.chosen.clear();
  answer.listed = IsList(text, answer);
  for (size_t i = 0; i < answer.candidates.size(); ++i) {
    const bool better = answer.chosen.empty() ||
                        Rank(answer.candidates[i]) >= Rank(answer.candidates[answer.chosen[0]]);
    if (answer.listed) {
      answer.chosen.push_back(i);
    } else if (better) {
      answer.chosen = {i};
    }
  }
}

}  // namespace extractd::json
