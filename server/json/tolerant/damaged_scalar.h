// Strings, numbers and literals as models write them, read one at a time.
#ifndef EXTRACTD_SERVER_JSON_TOLERANT_DAMAGED_SCALAR_H_
#define EXTRACTD_SERVER_JSON_TOLERANT_DAMAGED_SCALAR_H_

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "server/json/tolerant/loose_text.h"

namespace extractd::json {

struct DamagedString {
  std::string_view value = {};  // decoded; a slice of the text unless `copied`
  size_t end = 0;               // behind the closing quote; where the text ends if there is none
  bool closed = false;
  bool copied = false;  // `value` stands in the reader's buffer, until its next Read
  // What is not JSON about it.
  bool quote = false;
  // The closing one is of another kind, or others like it stand before it: one may be text that was
  // taken for the end, or an end that was taken for text.
  bool mixed_quotes = false;
  bool control_character = false;
  bool escape = false;
  bool invalid_utf8 = false;
};

// Reads strings. A string in JSON's own quotes ends at the first quote without a backslash. One in
// other quotes ends at the first that is followed by what can follow a value (a line break, or one
// of , : = } ] or a comment behind white space): 'It's A' is one string. Unknown escapes keep their
// backslash, so that paths and patterns survive; a backslash before a quote or a line break, \v, \0
// and \xHH have the meaning that JavaScript gives them.
class StringReader {
 public:
  explicit StringReader(std::string_view text);

  // REQUIRES: a quotation mark stands at `at`.
  DamagedString Read(size_t at);
  // The string from `at` on whose content somebody else found: bytes [begin, content_end). It ends
  // at `end`. Escapes are decoded where `escapes` says so.
  DamagedString ReadWithin(size_t begin, size_t content_end, size_t end, bool escapes = true);

 private:
  void ReadRun();
  void ReadEscapedTwice();
  void ReadQuote(QuoteMark mark);
  void ReadNonAscii();
  void ReadEscape();
  void ReadLooseEscape(std::string_view rest);
  void Finish(size_t content_end);
  void Flush();
  bool EndsStringAt(size_t at) const;

  std::string_view text_;
  std::array<size_t, kQuoteKinds> unclosed_from_;  // from here on, none of that kind is closed
  std::string buffer_;
  // The string that is being read.
  DamagedString string_;
  Quote opening_ = Quote::kNone;
  size_t start_ = 0;
  size_t at_ = 0;
  size_t run_ = 0;    // from here on, nothing is in buffer_ yet
  bool raw_ = false;  // a backslash stands for itself
};

// A number in JSON's form.
struct DamagedNumber {
  std::string text = {};  // empty if the word is a JSON number as it stands
  bool lossless = true;  // false where zeros in front were dropped: it may be a code or two numbers
};

// Reads +3, .5, 5., 007, 0xFF besides JSON's numbers. Nothing if `word` is no number, has an
// exponent of more than kMaxExponentDigits digits or more than 16 hex digits.
std::optional<DamagedNumber> ReadNumber(std::string_view word);

// The longest beginning of `word` that is a number, for a number at which a text was cut off.
std::string_view NumberPrefix(std::string_view word);

struct DamagedLiteral {
  std::string_view text = {};  // "true", "false" or "null"
  bool lossless = true;
};

// true, false, null and None in any case. undefined, NaN and Infinity become null, with a loss.
std::optional<DamagedLiteral> ReadLiteral(std::string_view word);

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_TOLERANT_DAMAGED_SCALAR_H_
