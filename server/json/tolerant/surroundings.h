// Accounts for the text around an answer: each piece of it that is dropped becomes a repair.
#ifndef EXTRACTD_SERVER_JSON_TOLERANT_SURROUNDINGS_H_
#define EXTRACTD_SERVER_JSON_TOLERANT_SURROUNDINGS_H_

#include <string_view>
#include <vector>

#include "server/json/repair.h"
#include "server/json/tolerant/answer_search.h"

namespace extractd::json {

// The repairs of `answer`, those inside it and those around it, in the order of the text.
// REQUIRES: something is chosen. Linear in the text.
//
// Dropping is lossless for fence marks, think blocks, comments and for prose that does not look
// like data. Another candidate (kind "candidate") is a loss unless it repeats the chosen one, came
// before a chosen one that fills a code fence, or is only an array of plain values while the chosen
// one has members; such arrays count as prose.
std::vector<Repair> ListRepairs(std::string_view text, Answer answer);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_TOLERANT_SURROUNDINGS_H_
