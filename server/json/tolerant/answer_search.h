// Finds the values in a model's text that may be its answer.
//
// Candidates are looked for from left to right, outside of think blocks; one that is read is not
// searched for others inside it. One that has no sure repair is read again, guessing
// (damaged_value.h). Without a schema they rank like this, and the last of the highest rank is
// chosen:
//   1. objects, and arrays with an object in them, that are closed; those that fill a code fence
//      before others;
//   2. such that end open or cannot be read: a scrap of a damaged answer must not pass for it;
//   3. other arrays and empty objects that are closed, which in prose often mean something else; in
//      a code fence before others;
//   4. such that end open or cannot be read.
// A bracket behind which nothing can be read is prose. A text (or the whole content of its one code
// fence) that is a string, number or literal is that value. A text of nothing but values, with
// white space or commas between them, is their list.
#ifndef EXTRACTD_SERVER_JSON_TOLERANT_ANSWER_SEARCH_H_
#define EXTRACTD_SERVER_JSON_TOLERANT_ANSWER_SEARCH_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "server/json/repair.h"
#include "server/json/tolerant/damaged_value.h"
#include "server/json/value.h"

namespace extractd::json {

inline constexpr size_t kMaxCandidates = 1000;

// Bytes [begin, end) of the text.
struct Span {
  size_t begin = 0;
  size_t end = 0;
};

struct Candidate {
  Span value = {};
  bool fenced = false;  // it fills a code fence
  Span content = {};    // what stands in the fence: the value, white space and comments
  Span marks = {};      // the fence with its marks; without one, this and `content` are the value's
  Reading reading = {};
  Document document = {};            // null if it is broken
  std::vector<Repair> repairs = {};  // inside it

  bool complete() const { return reading.ending == Ending::kComplete; }
};

struct Answer {
  std::vector<Candidate> candidates = {};  // in the order of the text
  // Indices of those that are meant, in their order. Several: the answer is their list.
  std::vector<size_t> chosen = {};
  bool listed = false;              // a list, even if of one
  std::vector<Span> thoughts = {};  // think blocks with their tags, in the order of the text
  bool ends_in_thoughts = false;    // the last of them is not closed
  bool crowded = false;             // there are more than kMaxCandidates; the search was given up
};

// Finds the candidates and chooses among them by their rank. `text` must outlive their documents.
// Linear.
Answer FindAnswer(std::string_view text);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_TOLERANT_ANSWER_SEARCH_H_
