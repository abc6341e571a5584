// Finds the value in a model's text that is meant as its answer.
//
// Candidates are looked for from left to right, outside of think blocks; one that is read is not
// searched for others inside it. They rank like this, and the last of the highest rank is chosen:
//   1. objects, and arrays with an object in them, that are closed; those that fill a code fence
//      before others;
//   2. such that end open or cannot be read: a scrap of a damaged answer must not pass for it;
//   3. other arrays and empty objects that are closed, which in prose often mean something else; in
//      a code fence before others;
//   4. such that end open or cannot be read.
// A bracket behind which nothing can be read is prose. A text (or the whole content of its one code
// fence) that is a string, number or literal is that value.
#ifndef EXTRACTD_SERVER_JSON_TOLERANT_ANSWER_SEARCH_H_
#define EXTRACTD_SERVER_JSON_TOLERANT_ANSWER_SEARCH_H_

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "server/json/repair.h"
#include "server/json/tolerant/damaged_value.h"
#include "server/json/value.h"

namespace extractd::json {

inline constexpr size_t kMaxOtherCandidates = 1000;

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
};

struct Answer {
  std::optional<Candidate> chosen = {};
  Document document = {};              // of `chosen`; null if that is broken
  std::vector<Repair> repairs = {};    // inside it
  std::vector<Candidate> others = {};  // those that are begun, in no order
  std::vector<Span> thoughts = {};     // think blocks with their tags, in the order of the text
  bool ends_in_thoughts = false;       // the last of them is not closed
  bool crowded = false;  // there are more than kMaxOtherCandidates; the search was given up
};

// `text` must outlive the document.
Answer FindAnswer(std::string_view text);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_TOLERANT_ANSWER_SEARCH_H_
