#include "server/json/tolerant/damaged_value.h"

#include <optional>
#include <string>
#include <utility>

#include "server/json/lexical.h"
#include "server/json/parse.h"
#include "server/json/write.h"

namespace extractd::json {
namespace {

// Surely no white space or comment.
bool BeginsToken(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > ' ' && byte < 0x80 && c != '/' && c != '#' && c != '\\';
}

bool IsOpeningBracket(char c) {
  return c == '{' || c == '[';
}
bool IsClosingBracket(char c) {
  return c == '}' || c == ']';
}

// Of white space that JSON does not know; also that of a text which was escaped as a whole.
size_t SpaceSizeAt(std::string_view text, size_t at) {
  if (text[at] != '\\') return LooseSpaceSize(text, at);
  const std::string_view escape = text.substr(at, 2);
  return escape == "\\n" || escape == "\\r" || escape == "\\t" ? 2 : 0;
}

}  // namespace

DamagedValueReader::DamagedValueReader(std::string_view text, Builder& builder)
    : text_(text),
      out_(builder),
      strings_(text),
      comments_(text),
      double_marks_(text, "\"\"\""),
      single_marks_(text, "'''"),
      fences_(text, kFenceMark),
      place_(log_.place()) {}

Reading DamagedValueReader::Read(size_t at, Guess guess) {
  guess_ = guess;
  out_.Clear();
  log_.Clear();
  duplicates_.clear();
  doubled_.clear();
  inner_quotes_ = missing_quote_ = name_quoted_ = false;
  state_ = State::kValue;
  at_ = last_end_ = member_start_ = at;
  after_comma_ = loose_space_seen_ = false;
  reading_ = {.ending = Ending::kComplete};
  while (state_ != State::kDone) {
    if (!Step()) return reading_;
  }
  reading_.end = reading_.resume = at_;
  return reading_;
}

bool DamagedValueReader::Step() {
  SkipSpace();
  if (log_.overflows()) return Fail("needs more than 1000 changes");
  switch (state_) {
    case State::kValue:
      return ReadValue();
    case State::kElement:
      return ReadElement();
    case State::kMember:
      return ReadMember();
    case State::kAfterValue:
      return ReadAfterValue();
    case State::kDone:
      break;
  }
  return false;
}

bool DamagedValueReader::ReadElement() {
  const char c = Peek();
  if (c == ']') return Close();
  if (c == '}' && Guesses()) return CloseAcross();
  if (c == ',') return SkipComma();
  if (AtEnd()) return Cut({});
  if (AtEllipsis()) return SkipEllipsis();
  place_.NextElement();
  return ReadValue();
}

bool DamagedValueReader::ReadValue() {
  if (AtEnd() && !AtFencedText()) {
    const size_t start = place_.in_object() ? member_start_ : at_;
    return Cut(text_.substr(start, at_ - start));
  }
  if (IsOpeningBracket(Peek())) return Open();
  const std::string_view marks = TripleQuoteAt(text_, at_);
  if (!marks.empty()) return ReadTripleQuoted(marks);
  return AtQuote() ? ReadString() : ReadWord();
}

bool DamagedValueReader::Open() {
  if (place_.depth() == kMaxDepth) {
    reading_.begun = true;
    return Fail("nested deeper than 128 levels");
  }
  reading_.nested = place_.depth() > 0;
  after_comma_ = false;
  const bool twice = OpensTwice();
  if (text_[at_++] == '{') {
    out_.BeginObject();
    place_.EnterObject();
    state_ = State::kMember;
  } else {
    out_.BeginArray();
    place_.EnterArray();
    state_ = State::kElement;
  }
  if (twice) {
    ++at_;
    doubled_.push_back(place_.depth());
    log_.AddToContainer(repair_kind::kDoubledBraces, {.before = "{{", .after = "{"});
  }
  return true;
}

// As templates write a brace; an object has no object where a name must stand.
bool DamagedValueReader::OpensTwice() const {
  if (text_.substr(at_, 2) != "{{") return false;
  size_t next = at_ + 2;
  while (next < text_.size() && IsSpace(text_[next])) ++next;
  return next < text_.size() && (QuoteAt(text_, next).size > 0 || !WordAt(text_, next).empty());
}

bool DamagedValueReader::Close() {
  if (after_comma_) log_.AddToContainer(repair_kind::kTrailingComma, {.before = ","});
  ++at_;
  if (!doubled_.empty() && doubled_.back() == place_.depth()) CloseTwice();
  place_.in_object() ? out_.EndObject() : out_.EndArray();
  place_.Leave();
  FinishValue();
  return true;
}

// Behind the first brace that closes an object with two.
void DamagedValueReader::CloseTwice() {
  doubled_.pop_back();
  if (Peek() == '}') {
    ++at_;
  } else {
    log_.AddToContainer(repair_kind::kMissingBracket, {.after = "}", .lossless = false});
  }
}

// A bracket that closes an array or object further out: those within it lack theirs.
bool DamagedValueReader::CloseAcross() {
  const bool object = Peek() == '}';
  size_t depth = place_.depth();
  while (depth > 0 && place_.is_object(depth - 1) != object) --depth;
  if (depth == 0) return Fail("a bracket closes what was not opened");
  while (place_.depth() > depth) CloseMissing();
  return Close();
}

// In an object, where an object of the array around it begins.
bool DamagedValueReader::CloseBeforeSibling() {
  CloseMissing();
  if (!std::exchange(after_comma_, false)) {
    log_.AddToContainer(repair_kind::kMissingComma, {.after = ","});
  }
  state_ = State::kElement;
  return true;
}

bool DamagedValueReader::SiblingBeginsHere() const {
  const size_t depth = place_.depth();
  return Guesses() && Peek() == '{' && depth > 1 && !place_.is_object(depth - 2);
}

void DamagedValueReader::CloseMissing() {
  const bool object = place_.in_object();
  log_.AddToContainer(
      repair_kind::kMissingBracket, {.after = object ? "}" : "]", .lossless = false}
  );
  object ? out_.EndObject() : out_.EndArray();
  if (!doubled_.empty() && doubled_.back() == place_.depth()) doubled_.pop_back();
  place_.Leave();
  const bool after_comma = after_comma_;
  FinishValue();
  after_comma_ = after_comma;
}

// In an array, a value may be missing before such a comma.
bool DamagedValueReader::SkipComma() {
  ++at_;
  log_.AddToContainer(repair_kind::kExtraComma, {.before = ",", .lossless = place_.in_object()});
  return true;
}

void DamagedValueReader::FinishValue() {
  last_end_ = at_;
  after_comma_ = false;
  reading_.begun = true;
  FinishDuplicate();
  state_ = place_.depth() == 0 ? State::kDone : State::kAfterValue;
}

bool DamagedValueReader::ReadAfterValue() {
  const char c = Peek();
  const bool object = place_.in_object();
  if (c == (object ? '}' : ']')) return Close();
  if (AtEnd()) return Cut({});
  if (c != ',') return ReadMissingComma();
  ++at_;
  after_comma_ = true;
  state_ = object ? State::kMember : State::kElement;
  return true;
}

bool DamagedValueReader::ReadMissingComma() {
  const bool object = place_.in_object();
  if (Guesses() && IsClosingBracket(Peek())) return CloseAcross();
  if (object && SiblingBeginsHere()) return CloseBeforeSibling();
  if (object ? !MemberBeginsHere() : !ElementBeginsHere()) {
    return Fail(object ? "expected ',' or '}'" : "expected ',' or ']'");
  }
  log_.AddToContainer(repair_kind::kMissingComma, {.after = ","});
  state_ = object ? State::kMember : State::kElement;
  return true;
}

// A quoted name must not touch a string, whose quotes may be text then; a bare one begins a line.
// The colon is looked for when the name is read.
bool DamagedValueReader::MemberBeginsHere() const {
  if (!AtQuote()) return AtWord() && Gap().find('\n') != std::string_view::npos;
  const char before = text_[last_end_ - 1];
  return !Gap().empty() || IsClosingBracket(before) || IsLetter(before) || IsDigit(before);
}

// A space or a bracket must keep the values apart.
bool DamagedValueReader::ElementBeginsHere() const {
  if (IsOpeningBracket(Peek())) return true;
  return (!Gap().empty() || IsClosingBracket(text_[last_end_ - 1])) && (AtQuote() || AtWord());
}

void DamagedValueReader::SkipSpace() {
  for (;;) {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
    if (at_ == text_.size() || BeginsToken(text_[at_])) return;
    if (comments_.Begins(at_)) {
      SkipComment();
      continue;
    }
    const size_t size = SpaceSizeAt(text_, at_);
    if (size == 0) return;
    if (!std::exchange(loose_space_seen_, true)) {
      log_.AddToContainer(
          repair_kind::kWhiteSpace, {.before = RepairText(text_.substr(at_, size)), .after = " "}
      );
    }
    at_ += size;
  }
}

void DamagedValueReader::SkipComment() {
  const size_t start = at_;
  const Comment comment = comments_.Read(start);
  if (!comment.closed) reading_.resume = start + 1;
  at_ = comment.end;
  const std::string_view text = text_.substr(start, at_ - start);
  // What touches a value may belong to it, like #3 to 12#3.
  const bool apart = start != last_end_ || start == 0 || IsClosingBracket(text_[start - 1]);
  log_.AddToContainer(
      repair_kind::kComment,
      {.before = RepairText(text), .lossless = apart && (!comment.closed || !HoldsData(text))}
  );
}

bool DamagedValueReader::AtEnd() const {
  return at_ >= text_.size() || (text_[at_] == '`' && FenceAt(text_, at_));
}

bool DamagedValueReader::Fail(std::string_view error) {
  reading_.ending = Ending::kBroken;
  reading_.error = error;
  reading_.end = reading_.resume = at_;
  reading_.depth = place_.depth();
  return false;
}

// The value ends open, with `unfinished` as its last bytes, which are dropped.
bool DamagedValueReader::Cut(std::string_view unfinished) {
  return EndOpen({.before = RepairText(unfinished)}, /*of_child=*/false);
}

bool DamagedValueReader::EndOpen(RepairLog::Change truncation, bool of_child) {
  reading_.ending = Ending::kOpen;
  reading_.end = at_;
  reading_.resume = reading_.resume > 0 ? reading_.resume : at_;
  reading_.depth = place_.depth();
  Place end = place_;
  // A member of which no value has begun does not replace another.
  if (!duplicates_.empty() && duplicates_.back().depth == place_.depth()) duplicates_.pop_back();
  while (place_.depth() > 0) {
    const bool object = place_.in_object();
    object ? out_.EndObject() : out_.EndArray();
    truncation.after += object ? '}' : ']';
    place_.Leave();
    FinishDuplicate();
  }
  std::swap(place_, end);
  truncation.lossless = false;
  const auto add = of_child ? &RepairLog::AddToChild : &RepairLog::AddToContainer;
  (log_.*add)(repair_kind::kTruncated, std::move(truncation));
  return false;
}

}  // namespace extractd::json
