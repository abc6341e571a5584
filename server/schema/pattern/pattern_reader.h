// PatternReader: reads what ECMA-262 allows for one character in a regular expression: escapes and
// bracket expressions. Sets are written as RE2 writes the inside of its bracket expressions.
#ifndef EXTRACTD_SERVER_SCHEMA_PATTERN_PATTERN_READER_H_
#define EXTRACTD_SERVER_SCHEMA_PATTERN_PATTERN_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace extractd::schema {

class PatternReader {
 public:
  explicit PatternReader(std::string_view text) : text_(text) {}

  // Why the text is no regular expression, and what in it is not supported; the first of each.
  const std::string& invalid() const { return invalid_; }
  const std::string& unsupported() const { return unsupported_; }
  bool failed() const { return !invalid_.empty(); }
  void Invalid(std::string_view why);
  // `what` ends in a verb: "look-behind is".
  void Unsupported(std::string_view what);

  bool AtEnd() const { return at_ >= text_.size(); }
  // '\0' beyond the end.
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool Take(std::string_view expected);
  void Step() { ++at_; }
  // The name of a group and the ">" behind it.
  void TakeGroupName();
  std::uint32_t TakeCodePoint();

  size_t at() const { return at_; }
  void GoBack(size_t at) { at_ = at; }

  // Behind a backslash: \d, \S, \p{…} … as a set. Empty: none of them stands here.
  std::string TakeClassEscape();
  // Behind a backslash: one code point.
  std::uint32_t TakeCharacterEscape();
  // Behind "[": the whole bracket expression, as RE2 writes it.
  std::string TakeBracketExpression();

 private:
  // One element of a bracket expression: a code point, or a set of them.
  struct ClassAtom {
    std::optional<std::uint32_t> code_point = {};
    std::string set = {};
  };

  static void Put(const ClassAtom& atom, std::string& set);
  ClassAtom TakeClassAtom();
  void TakeClassRange(std::string& set);
  std::uint32_t TakeControlEscape();
  std::uint32_t TakeHexEscape(size_t digits);
  std::uint32_t TakeUnicodeEscape();

  std::string_view text_;
  size_t at_ = 0;
  std::string invalid_;
  std::string unsupported_;
};

// The code point as RE2 writes it, in or outside bracket expressions.
std::string LiteralFor(std::uint32_t code_point);

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_PATTERN_PATTERN_READER_H_
