// Strings, numbers, literals and text without quotes, as parts of a value.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "server/json/lexical.h"
#include "server/json/tolerant/damaged_value.h"
#include "server/json/write.h"

namespace extractd::json {
namespace {

bool IsDot(char c) {
  return c == '.';
}

}  // namespace

bool DamagedValueReader::ReadString() {
  const size_t start = at_;
  const auto place = place_.in_object() ? StringPlace::kMember : StringPlace::kElement;
  const DamagedString string = NextString(place);
  if (!string.closed) return CutString(string, start);
  PutString(string, start);
  return true;
}

// The string here, which ends at the first quote, or, guessing, where it is likely to.
DamagedString DamagedValueReader::NextString(StringPlace place) {
  inner_quotes_ = missing_quote_ = false;
  size_t& unguessed_from = unguessed_from_[static_cast<size_t>(place)];
  if (guess_ != Guess::kQuotes || Peek() != '"' || at_ >= unguessed_from) {
    return strings_.Read(at_);
  }
  const GuessedEnd end = GuessStringEnd(text_, at_ + 1, place);
  if (!end.found) unguessed_from = at_;
  if (!end.inner_quotes && !end.missing_quote) return strings_.Read(at_);
  inner_quotes_ = end.inner_quotes;
  missing_quote_ = end.missing_quote;
  return strings_.ReadWithin(at_ + 1, end.content_end, end.end);
}

void DamagedValueReader::PutString(const DamagedString& string, size_t start) {
  string.copied ? out_.String(string.value) : out_.StringSlice(string.value);
  at_ = string.end;
  LogString(string, text_.substr(start, at_ - start));
  FinishValue();
}

// The text ends inside of the string that begins at `start`; its last bytes may be the brackets
// that close everything around it.
bool DamagedValueReader::CutString(DamagedString string, size_t start) {
  const size_t content_end = ContentBeforeClosers(start + 1);
  const bool double_quoted = text_[start] == '"';
  if (content_end != std::string_view::npos && double_quoted) {
    string = strings_.ReadWithin(start + 1, content_end, text_.size());
  }
  string.copied ? out_.String(string.value) : out_.StringSlice(string.value);
  at_ = string.end;
  const std::string_view source = text_.substr(start, at_ - start);
  LogString(string, source);
  reading_.resume = start + 1;
  RepairLog::Change cut = {
      .before = RepairText(source), .after = ToShortText(string.value, kMaxRepairTextBytes)
  };
  FinishDuplicate();
  return EndOpen(std::move(cut), /*of_child=*/true);
}

// Where the content of a string without its last quote ends, if the text ends with exactly the
// brackets that are open; else npos.
size_t DamagedValueReader::ContentBeforeClosers(size_t start) const {
  size_t end = text_.size();
  for (size_t depth = 0; depth < place_.depth(); ++depth) {
    while (end > start && IsSpace(text_[end - 1])) --end;
    const char closer = place_.is_object(depth) ? '}' : ']';
    if (end <= start || text_[end - 1] != closer) return std::string_view::npos;
    --end;
  }
  return place_.depth() > 0 ? end : std::string_view::npos;
}

// Three backticks open a text only behind a colon in the same line, and if they are closed.
bool DamagedValueReader::AtFencedText() {
  if (!FenceAt(text_, at_) || !place_.in_object() || state_ != State::kValue) return false;
  const std::string_view gap = text_.substr(colon_end_, at_ - colon_end_);
  return gap.find('\n') == std::string_view::npos &&
         fences_.From(at_ + kFenceMark.size()) < text_.size();
}

// The word behind three backticks is the language, which is dropped; the line breaks at both ends
// belong to the marks.
bool DamagedValueReader::ReadTripleQuoted(std::string_view marks) {
  const size_t start = at_;
  size_t begin = start + marks.size();
  const bool fence = marks == kFenceMark;
  ForwardSearch& quotes = marks[0] == '"' ? double_marks_ : single_marks_;
  const size_t mark = (fence ? fences_ : quotes).From(begin);
  size_t content_end = mark;
  bool language = false;
  if (fence) {
    const size_t word_end = begin + WordAt(text_, begin).size();
    language = word_end > begin && text_.substr(word_end).starts_with('\n');
    if (language) begin = word_end;
    if (text_.substr(begin, content_end - begin).starts_with('\n')) ++begin;
    if (content_end > begin && text_[content_end - 1] == '\n') --content_end;
  }
  const size_t end = std::min(mark + marks.size(), text_.size());
  DamagedString string = strings_.ReadWithin(begin, content_end, end, /*escapes=*/!fence);
  string.quote = true;
  string.mixed_quotes = language;
  string.control_character = false;
  if (mark == text_.size()) return CutString(string, start);
  PutString(string, start);
  return true;
}

bool DamagedValueReader::ReadWord() {
  const std::string_view word = WordAt(text_, at_);
  const bool ends_text = at_ + word.size() == text_.size();
  if (ends_text && place_.depth() > 0) return ReadCutWord(word);
  if (Guesses() && BareTextBegins(word)) return ReadBareText();
  if (!PutWord(word)) {
    if (ends_text) return ReadCutWord(word);
    return Guesses() ? ReadBareText() : Fail("expected a value");
  }
  at_ += word.size();
  FinishValue();
  return true;
}

// `word`, which stands here, is only the beginning of a text without quotes, as in 3 kg.
bool DamagedValueReader::BareTextBegins(std::string_view word) const {
  const BareText bare = BareTextAt(text_, at_, place_.in_object());
  if (bare.text.size() <= word.size() || !ReadNumber(word).has_value()) return false;
  size_t next = at_ + word.size();
  while (next < text_.size() && IsSpace(text_[next])) ++next;
  const char c = text_[next];
  if (c == ',') return next + 1 < text_.size() && IsDigit(text_[next + 1]);
  return c != '"' && c != '{' && c != '[' && !ReadNumber(WordAt(text_, next)).has_value();
}

bool DamagedValueReader::ReadBareText() {
  const BareText bare = BareTextAt(text_, at_, place_.in_object());
  const bool mark = std::string_view(",;:").find(Peek()) != std::string_view::npos;
  if (bare.text.empty() || mark || place_.depth() == 0) return Fail("expected a value");
  const size_t end = at_ + bare.text.size();
  const DamagedString string = strings_.ReadWithin(at_, end, end, /*escapes=*/false);
  log_.AddToChild(
      repair_kind::kUnquotedText,
      {.before = RepairText(bare.text),
       .after = ToShortText(string.value, kMaxRepairTextBytes),
       .lossless = bare.plain && place_.in_object()}
  );
  PutString(string, at_);
  return true;
}

// Three dots or more, for elements or members that the model left out.
bool DamagedValueReader::AtEllipsis() const {
  const std::string_view word = WordAt(text_, at_);
  if (word.empty() || (word[0] != '.' && !word.starts_with("…"))) return false;
  return word == "…" || (word.size() >= 3 && std::ranges::all_of(word, IsDot));
}

bool DamagedValueReader::SkipEllipsis() {
  const std::string_view word = WordAt(text_, at_);
  at_ += word.size();
  log_.AddToContainer(repair_kind::kEllipsis, {.before = std::string(word), .lossless = false});
  after_comma_ = false;
  SkipSpace();
  if (Peek() == ',') ++at_;
  return true;
}

// A word at which the text ends: whole as far as one can see, the beginning of a number, or
// neither.
bool DamagedValueReader::ReadCutWord(std::string_view word) {
  const size_t start = place_.in_object() ? member_start_ : at_;
  const std::string_view number = NumberPrefix(word);
  at_ = text_.size();
  if (!PutWord(number.empty() ? word : number)) return Cut(text_.substr(start));
  FinishValue();
  return Cut({});
}

// False: `word` is no value.
bool DamagedValueReader::PutWord(std::string_view word) {
  if (const std::optional<DamagedNumber> number = ReadNumber(word)) {
    PutNumber(word, *number);
    return true;
  }
  if (const std::string_view prefix = NumberPrefix(word); Guesses() && !prefix.empty()) {
    if (const std::optional<DamagedNumber> number = ReadNumber(prefix)) {
      const std::string text = number->text.empty() ? std::string(prefix) : number->text;
      PutNumber(word, {.text = text, .lossless = false});
      return true;
    }
  }
  const std::optional<DamagedLiteral> literal = ReadLiteral(word);
  if (!literal.has_value()) return false;
  literal->text == "null" ? out_.Null() : out_.Boolean(literal->text == "true");
  if (literal->text != word) {
    log_.AddToChild(
        repair_kind::kLiteral,
        {.before = RepairText(word),
         .after = std::string(literal->text),
         .lossless = literal->lossless}
    );
  }
  return true;
}

void DamagedValueReader::PutNumber(std::string_view word, const DamagedNumber& number) {
  if (number.text.empty()) return out_.NumberSlice(word);
  out_.Number(number.text);
  log_.AddToChild(
      repair_kind::kNumberForm,
      {.before = RepairText(word), .after = RepairText(number.text), .lossless = number.lossless}
  );
}

void DamagedValueReader::LogString(const DamagedString& string, std::string_view source) {
  const bool guessed = inner_quotes_ || missing_quote_;
  const bool strict =
      !string.quote && !string.control_character && !string.escape && !string.invalid_utf8;
  if (strict && !guessed) return;
  RepairLog::Change change = {
      .before = RepairText(source), .after = ToShortText(string.value, kMaxRepairTextBytes)
  };
  change.lossless = !string.mixed_quotes;
  if (string.quote) log_.AddToChild(repair_kind::kQuote, change);
  change.lossless = true;
  if (string.control_character) log_.AddToChild(repair_kind::kControlCharacter, change);
  if (string.escape) log_.AddToChild(repair_kind::kEscape, change);
  change.lossless = false;
  if (string.invalid_utf8) log_.AddToChild(repair_kind::kInvalidUtf8, change);
  if (inner_quotes_) log_.AddToChild(repair_kind::kInnerQuote, change);
  if (missing_quote_) log_.AddToChild(repair_kind::kMissingQuote, change);
  inner_quotes_ = missing_quote_ = false;
}

}  // namespace extractd::json
