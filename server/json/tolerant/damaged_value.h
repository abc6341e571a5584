// Reads one value out of damaged JSON, from its first byte to its last, and records every change.
#ifndef EXTRACTD_SERVER_JSON_TOLERANT_DAMAGED_VALUE_H_
#define EXTRACTD_SERVER_JSON_TOLERANT_DAMAGED_VALUE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "server/json/repair.h"
#include "server/json/tolerant/damaged_scalar.h"
#include "server/json/tolerant/lookahead.h"
#include "server/json/tolerant/loose_text.h"
#include "server/json/tolerant/repair_log.h"
#include "server/json/value.h"

namespace extractd::json {

enum class Ending : std::uint8_t {
  kComplete,  // the value was closed
  kOpen,      // the text, or the code fence around it, ended first
  kBroken,    // something stands there that is no JSON and has no sure repair
};

// What a reader may do where no repair is sure (lookahead.h).
enum class Guess : std::uint8_t {
  kNothing,
  kText,    // missing brackets, text without quotes
  kQuotes,  // besides, quotes that are missing or stand for themselves
};

struct Reading {
  Ending ending = Ending::kBroken;
  size_t end = 0;           // behind the value; where the text ended; what could not be read
  size_t resume = 0;        // where to look for another value when this one is not used
  size_t depth = 0;         // arrays and objects that are open at `end`
  bool begun = false;       // an element, or a name with its colon, was read: this is meant as JSON
  bool structured = false;  // a name with its colon was read
  bool nested = false;      // an array or object in it was begun
  std::string_view error = {};  // a constant sentence, if broken
};

// Iterative; linear in the bytes between the start and `end`, however often it is called on a text.
class DamagedValueReader {
 public:
  // `text` must outlive the documents of `builder`.
  DamagedValueReader(std::string_view text, Builder& builder);

  // Reads the value at `at` into the builder, which is emptied first. A value that ends open is
  // closed there, with a repair.
  Reading Read(size_t at, Guess guess = Guess::kNothing);
  // The changes of the last Read.
  std::vector<Repair> TakeRepairs() { return log_.Take(); }

 private:
  // What may stand next.
  enum class State : std::uint8_t { kValue, kElement, kMember, kAfterValue, kDone };

  // A member whose name the object had already, until its new value is read.
  struct Duplicate {
    size_t depth;
    Value earlier;
    const Value* later;
  };

  bool Step();
  bool ReadElement();
  bool ReadValue();

  // damaged_member.cc
  bool ReadMember();
  bool ReadName();
  bool ReadQuotedName();
  std::string_view BareName() const;
  bool ReadColon(std::string_view name);
  bool TakeSeparator();
  bool ValueBeginsHere() const;
  void FinishDuplicate();

  // damaged_text.cc
  bool ReadString();
  DamagedString NextString(StringPlace place);
  void PutString(const DamagedString& string, size_t start);
  bool CutString(DamagedString string, size_t start);
  size_t ContentBeforeClosers(size_t start) const;
  bool AtFencedText();
  bool ReadTripleQuoted(std::string_view marks);
  bool ReadWord();
  bool BareTextBegins(std::string_view word) const;
  bool ReadBareText();
  bool AtEllipsis() const;
  bool SkipEllipsis();
  bool ReadCutWord(std::string_view word);
  bool PutWord(std::string_view word);
  void PutNumber(std::string_view word, const DamagedNumber& number);
  void LogString(const DamagedString& string, std::string_view source);

  bool ReadAfterValue();
  bool ReadMissingComma();
  bool MemberBeginsHere() const;
  bool ElementBeginsHere() const;

  bool Open();
  bool OpensTwice() const;
  bool Close();
  void CloseTwice();
  bool CloseAcross();
  bool CloseBeforeSibling();
  bool SiblingBeginsHere() const;
  void CloseMissing();
  bool SkipComma();
  void FinishValue();

  void SkipSpace();
  void SkipComment();
  bool AtEnd() const;
  bool AtQuote() const { return QuoteAt(text_, at_).size > 0; }
  bool AtWord() const { return !WordAt(text_, at_).empty(); }
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  // What stands between the last value and here.
  std::string_view Gap() const { return text_.substr(last_end_, at_ - last_end_); }

  bool Guesses() const { return guess_ != Guess::kNothing; }

  // All return false: the value ends here.
  bool Fail(std::string_view error);
  bool Cut(std::string_view unfinished);
  bool EndOpen(RepairLog::Change truncation, bool of_child);

  std::string_view text_;
  Builder& out_;
  StringReader strings_;
  CommentReader comments_;
  ForwardSearch double_marks_;  // """
  ForwardSearch single_marks_;  // '''
  ForwardSearch fences_;
  // From here on, no end of a string in such a place can be guessed.
  std::array<size_t, 3> unguessed_from_ = {
      std::string_view::npos, std::string_view::npos, std::string_view::npos
  };

  // The value that is being read.
  Guess guess_ = Guess::kNothing;
  std::vector<size_t> doubled_;  // depths of the objects that were opened with two braces
  bool inner_quotes_ = false;    // of the last string
  bool missing_quote_ = false;
  bool name_quoted_ = false;  // the name that is being read
  State state_ = State::kValue;
  size_t at_ = 0;
  size_t last_end_ = 0;      // behind the last value
  size_t name_end_ = 0;      // behind the last quoted name
  size_t colon_end_ = 0;     // behind the last colon
  size_t member_start_ = 0;  // of the last name
  bool after_comma_ = false;
  bool loose_space_seen_ = false;
  RepairLog log_;
  Place& place_;
  std::vector<Duplicate> duplicates_;
  Reading reading_;
};

}  // namespace extractd::json

#endif  // EXTRACTD_SERVER_JSON_TOLERANT_DAMAGED_VALUE_H_
