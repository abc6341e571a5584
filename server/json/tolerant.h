// The tolerant JSON parser: reads what models write around and instead of strict JSON, and lists
// every change it made. Linear in the text, iterative, bounded by kMaxDepth and kMaxRepairs
// (repair.h).
//
// Start here; then, in tolerant/: answer_search.h finds the value, damaged_value.h reads it,
// surroundings.h accounts for what stands around it.
#ifndef EXTRACTD_SERVER_JSON_TOLERANT_H_
#define EXTRACTD_SERVER_JSON_TOLERANT_H_

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "server/json/repair.h"
#include "server/json/tolerant/answer_search.h"
#include "server/json/value.h"

namespace extractd::json {

struct TolerantResult {
  std::optional<Document> document = {};  // nothing if there is no value, or none that can be read
  std::vector<Repair> repairs = {};       // in the order of the text
  bool truncated = false;                 // the value, or a think block in its place, ends open
  size_t error_offset = 0;                // where reading ended, if it is truncated or not read
  std::string_view error = {};            // why it is not read; a constant sentence
};

// Reads the value that `text` is about; answer_search.h has the rules by which it is found. `text`
// must outlive the document. What is strict JSON without doubled names is read without a repair.
//
// A truncated value holds what was read, with open strings, arrays and objects closed; names
// without a value and words that are none are left out. Its last repair is "truncated", which is
// lossy.
//
// Accepted in and between values, each use a repair, one for each string and kind:
//
// - trailing_comma: before a closing bracket
// - extra_comma: without a value before it; lossy in an array, which may lack one
// - missing_comma: where the next value begins beyond doubt
// - missing_colon: behind a quoted name; lossy where name and value touch
// - separator: = => or := for the colon
// - doubled_braces: {{ }} as templates write them
// - ellipsis: ... for what the model left out, which is lossy
// - comment: // to the end of the line, /* */ and #; lossy if it holds what looks like data
// - white_space: form feed, no-break space, byte order mark …; the first is recorded
// - quote: 'single', `backtick`, typographic and triple quotes, \" of a text that was escaped as a
//   whole; lossy if the language behind three backticks was dropped
// - unquoted_key: letters, digits and _ $ . - + @
// - control_character: in a string as it is
// - escape: as in JavaScript, e.g. \' \v \xHH; before other characters the backslash stands for
//   itself
// - literal: True, FALSE, None …; undefined, NaN and Infinity become null, which is lossy
// - number_form: +3 .5 5. 0xC8; 007 loses its zeros, which is lossy, as it may be a code
// - duplicate_key: the last value counts; lossy unless both are equal
// - invalid_utf8: becomes U+FFFD, which is lossy
// - list: values with nothing but white space or commas between them become one array
//
// guessed only where nothing else helps:
//
// - unquoted_text: a value without quotes; lossy in arrays and if it is more than a plain phrase
// - inner_quote, missing_quote, missing_bracket: lossy, as they may stand elsewhere
//
// and around the value: prose, fence, think, candidate; surroundings.h says when those are lossy.
TolerantResult ParseTolerant(std::string_view text);

// The same for an answer in which somebody else chose.
TolerantResult ReadAnswer(std::string_view text, Answer answer);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_TOLERANT_H_
