// Reads an array or object whose text is still coming: a state machine that stands still where the
// text ends and goes on with the next piece.
#ifndef EXTRACTD_SERVER_JSON_INCREMENTAL_GROWING_VALUE_H_
#define EXTRACTD_SERVER_JSON_INCREMENTAL_GROWING_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/json/value.h"

namespace extractd::json {

// Reads all of JSON, and what can be repaired where it stands, whatever follows: comments, a comma
// before a closing bracket, names without quotes, strings in single quotes, line breaks in strings,
// numbers and literals of other languages without a loss. Everything else that is wrong may mean
// more than one thing until the text is whole, so it stops there.
//
// A plain value is added when what stands behind it shows that it has ended: a comma or a closing
// bracket. Linear in the text, however many pieces it comes in.
class GrowingValue {
 public:
  enum class Progress : std::uint8_t {
    kWaits,     // for more text
    kComplete,  // the last bracket was closed
    kStopped,   // something is wrong that only the whole text can tell the meaning of
  };

  // REQUIRES: a bracket stands there.
  void Begin(size_t at);
  // Reads on. `text` begins with what it was at the last call, maybe elsewhere in memory.
  Progress Read(std::string_view text);

  // Where it stands: behind the value if that is complete.
  size_t at() const { return at_; }
  // A name with its colon was read, so that this is no bracket in prose.
  bool structured() const { return structured_; }
  // Nothing in it had to be repaired.
  bool strict() const { return strict_; }
  // The arrays, objects, and plain values that have ended; all of it is copied from the text.
  const Builder& builder() const { return builder_; }
  // The string at the end of what was read, decoded: a value that may still grow, but keeps what it
  // has. `text` is that of the last Read.
  std::optional<std::string_view> OpenString(std::string_view text);
  // REQUIRES: it is complete.
  Document Finish() { return builder_.Finish(); }

 private:
  enum class State : std::uint8_t {
    kFirstElement,
    kElement,  // behind a comma
    kFirstMember,
    kMember,  // behind a comma
    kName,    // in one
    kColon,
    kValue,
    kString,  // in one
    kWord,    // in a number or literal
    kAfterValue,
  };
  // What becomes of the characters from here on.
  enum class Step : std::uint8_t { kGoesOn, kWaits, kStops };

  // A plain value or name that was read and is not added yet.
  struct Token {
    enum class Kind : std::uint8_t { kNone, kString, kNumber, kTrue, kFalse, kNull };
    Kind kind = Kind::kNone;
    bool bare = false;    // a name without quotes
    bool copied = false;  // its text stands in buffer_
    size_t begin = 0;
    size_t end = 0;
  };

  Step Next();
  Step AtToken();
  Step AtElement(char c, bool behind_comma);
  Step AtMember(char c, bool behind_comma);
  Step AtColon(char c);
  Step AtValue(char c);
  Step AtEndOfValue(char c);
  Step Open(char c);
  void Close();

  void BeginString(State state, char quote);
  Step ReadString();
  Step ReadCharacter(char c);
  void SkipPlainText();
  // At a single quote, which is passed over if it is text.
  Step EndsString();
  Step ReadEscape();
  void CopyRun();
  Step ReadBareName();
  Step ReadWord();
  bool TakeWord(std::string_view word);
  void AddToken();
  Step SkipBlank();
  Step SkipComment();
  std::string_view TextOf(const Token& token) const;

  std::string_view text_;
  Builder builder_;
  State state_ = State::kValue;
  size_t at_ = 0;
  size_t comment_read_ = 0;  // no comment that begins at at_ ends before
  Token token_;
  char quote_ = '"';         // of the string
  size_t last_quote_ = 0;    // the last single quote in it
  size_t quote_behind_ = 0;  // nothing but white space stands between that and this
  std::string buffer_;
  size_t run_ = 0;  // of a copied token: from here on, nothing is in buffer_ yet
  bool structured_ = false;
  bool strict_ = true;
};

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_INCREMENTAL_GROWING_VALUE_H_
