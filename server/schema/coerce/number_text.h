// Numbers in texts: "1.234,56 €", "12k", "95%", "5 apples".
#ifndef EXTRACTD_SERVER_SCHEMA_COERCE_NUMBER_TEXT_H_
#define EXTRACTD_SERVER_SCHEMA_COERCE_NUMBER_TEXT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace extractd::schema {

// Longer texts are not searched for a number: what they say about it is unsure.
inline constexpr size_t kMaxNumberTextBytes = 200;

struct NumberWanted {
  bool integer = false;
  bool share = false;  // at most 1, so that 95% is 0.95
};

struct TextNumber {
  std::string number = {};  // of the JSON grammar
  bool lossless = true;     // false where a unit, a currency or other text was dropped
};

// The one number that `text` means, if that is sure:
//
// - JSON's numbers, +3, .5, 5., 0xFF; 007 is 7 with a loss.
// - Thousands by ' ’ _ or a no-break space; by , or . where the other one is the decimal mark,
// where
//   there are several, and 1,234 where an integer is wanted. 1,5 is 1.5. A lone 1,234 is nothing
//   where a fraction may be meant, as is 1.234 where an integer is wanted.
// - k, thousand, million, mio, bn, billion … multiply exactly, without a loss.
// - 95% is 0.95 where at most 1 is allowed; elsewhere 95, with a loss.
// - 1/5, where the quotient ends.
// - With a loss: a currency or unit, or one number in a short text. Nothing where the text has
//   another number or bounds or denies it ("at least 5", "not 5", "~5").
std::optional<TextNumber> ReadTextNumber(std::string_view text, const NumberWanted& wanted);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_COERCE_NUMBER_TEXT_H_
