// Words of a text, compared as people do: without case, punctuation or accents.
#ifndef EXTRACTD_SERVER_SCHEMA_COERCE_WORDS_H_
#define EXTRACTD_SERVER_SCHEMA_COERCE_WORDS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace extractd::schema {

// Longer texts are not searched for a word that stands for a value.
inline constexpr size_t kMaxProseBytes = 1000;

// `text` without white space around it.
std::string_view TrimSpaces(std::string_view text);

// Folded forms, each coarser than the one before.
std::string FoldCase(std::string_view text);         // Unicode case folding
std::string FoldPunctuation(std::string_view text);  // and only letters and digits
std::string FoldAccents(std::string_view text);      // and without marks: "é" is "e"

struct WordMatch {
  bool found = false;
  bool negated = false;  // at least once, behind "not", "no", "never" … in the same sentence
};

// Looks for `word` in `text`, both folded by FoldCase, as a whole word. Linear, but for words that
// begin alike.
WordMatch FindWord(std::string_view text, std::string_view word);

struct YesNo {
  bool value = false;
  bool lossless = true;  // the text is nothing but that word
};

// true, yes, y, on, ja, oui, si … and their opposites; in a longer text one of true, false, yes, no
// if there is none of the other kind and no negation before it.
std::optional<YesNo> ReadYesNo(std::string_view text);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_COERCE_WORDS_H_
