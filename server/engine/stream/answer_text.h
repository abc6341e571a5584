// What can be seen of an answer's text without its schema.
#ifndef EXTRACTD_SERVER_ENGINE_STREAM_ANSWER_TEXT_H_
#define EXTRACTD_SERVER_ENGINE_STREAM_ANSWER_TEXT_H_

#include <string>
#include <string_view>

namespace extractd {

// Nothing but white space stands before an array or object.
bool StartsWithBracket(std::string_view text);
// Nothing but white space and the opening line of a code fence does: else what looks like an answer
// may be a thought.
bool StartsWithValue(std::string_view text);

// Both are JSON, and equal but for their spelling.
bool IsSameValue(std::string_view a, std::string_view b);

// JSON without doubled names and without halves of surrogate pairs: what stays as it is.
bool IsPlainJson(std::string_view text);

// A token of a JSON Pointer as the name that it is.
std::string Unescape(std::string_view token);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_STREAM_ANSWER_TEXT_H_
