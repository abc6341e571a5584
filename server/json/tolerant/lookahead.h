// Looks a bounded way ahead in damaged text, to guess what a quotation mark or a bare text is. What
// rests on a guess is never lossless, unless it says so.
#ifndef EXTRACTD_SERVER_JSON_TOLERANT_LOOKAHEAD_H_
#define EXTRACTD_SERVER_JSON_TOLERANT_LOOKAHEAD_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace extractd::json {

// So far ahead a name with its colon is looked for, in bytes.
inline constexpr size_t kMaxLookahead = 100;

// At `at` stands, behind white space, a quoted or bare name with a colon.
bool NameFollows(std::string_view text, size_t at);

// Where a string in JSON's own quotes stands.
enum class StringPlace : std::uint8_t { kName, kMember, kElement };

struct GuessedEnd {
  size_t content_end = 0;
  size_t end = 0;  // behind the closing quote, if there is one
  bool found = false;
  bool inner_quotes = false;   // the content holds quotes without a backslash
  bool missing_quote = false;  // the next name's opening quote told where the string ends
};

// The end of the string whose content begins at `start`: the first quote that is followed by what
// can follow a string there, so that `"say "hi" to her",` is one string. Linear.
GuessedEnd GuessStringEnd(std::string_view text, size_t start, StringPlace place);

struct BareText {
  std::string_view text = {};  // without white space at its end
  bool plain = true;           // one line without commas, brackets and quotes
};

// The value without quotes at `at`: up to a closing bracket, or a comma or line break behind which
// a name or closing bracket follows; in an array, up to the next comma or line break. Linear.
BareText BareTextAt(std::string_view text, size_t at, bool in_object);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_TOLERANT_LOOKAHEAD_H_
