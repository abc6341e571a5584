// Chooses among the candidates of a text without a schema.
#ifndef EXTRACTD_SERVER_JSON_TOLERANT_ANSWER_CHOICE_H_
#define EXTRACTD_SERVER_JSON_TOLERANT_ANSWER_CHOICE_H_

#include <string_view>

#include "server/json/tolerant/answer_search.h"

namespace extractd::json {

// How much a candidate looks like an answer, by its form alone; answer_search.h has the order.
int Rank(const Candidate& candidate);

// Sets `chosen`: one candidate, all of them if the text is their list, none if there is none.
void ChooseByRank(std::string_view text, Answer& answer);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_TOLERANT_ANSWER_CHOICE_H_
