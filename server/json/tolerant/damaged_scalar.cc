#include "server/json/tolerant/damaged_scalar.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "server/base/strings.h"
#include "server/base/utf8.h"
#include "server/json/lexical.h"

namespace extractd::json {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr size_t kMaxHexDigits = 16;

// As SkipPlain, but every ASCII quote stops it.
size_t SkipUnquoted(std::string_view text, size_t at) {
  const auto ordinary = [](char c) {
    return kPlain[static_cast<unsigned char>(c)] && c != '\'' && c != '`';
  };
  while (at < text.size() && ordinary(text[at])) ++at;
  return at;
}

// The quotation mark from `at` to `end` stands inside of a word.
bool IsApostrophe(std::string_view text, size_t at, size_t end) {
  return at > 0 && end < text.size() && IsLetter(text[at - 1]) && IsLetter(text[end]);
}

// Size of the line break at the start of `text`: 0 if there is none.
size_t LineBreakSize(std::string_view text) {
  if (text.starts_with("\r\n")) return 2;
  return text.starts_with('\n') || text.starts_with('\r') ? 1 : 0;
}

// Size of the ill-formed sequence at the start of `text`: a byte and what would continue it.
size_t IllFormedSize(std::string_view text) {
  size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80) ++size;
  return size;
}

// The parts of a number, which may be empty.
struct NumberParts {
  bool plus = false;
  bool minus = false;
  bool point = false;
  std::string_view whole = {};
  std::string_view fraction = {};
  std::string_view exponent = {};  // with its e and sign
  std::string_view rest = {};      // what is no number any more
};

std::string_view TakeDigits(std::string_view& text) {
  size_t size = 0;
  while (size < text.size() && IsDigit(text[size])) ++size;
  const std::string_view digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

// Takes "e12" or "E-3"; nothing where digits are missing.
std::string_view TakeExponent(std::string_view& text) {
  std::string_view rest = text;
  if (!rest.starts_with('e') && !rest.starts_with('E')) return {};
  rest.remove_prefix(1);
  if (rest.starts_with('+') || rest.starts_with('-')) rest.remove_prefix(1);
  if (TakeDigits(rest).empty()) return {};
  const std::string_view exponent = text.substr(0, text.size() - rest.size());
  text = rest;
  return exponent;
}

NumberParts SplitNumber(std::string_view word) {
  NumberParts parts;
  parts.plus = word.starts_with('+');
  parts.minus = word.starts_with('-');
  if (parts.plus || parts.minus) word.remove_prefix(1);
  parts.whole = TakeDigits(word);
  parts.point = word.starts_with('.') && (!parts.whole.empty() || word.size() > 1);
  if (parts.point) {
    word.remove_prefix(1);
    parts.fraction = TakeDigits(word);
  }
  if (!parts.whole.empty() || !parts.fraction.empty()) parts.exponent = TakeExponent(word);
  parts.rest = word;
  return parts;
}

bool ExponentFits(std::string_view exponent) {
  const size_t first = exponent.find_first_of("123456789");
  return first == std::string_view::npos || exponent.size() - first <= kMaxExponentDigits;
}

bool IsStrict(const NumberParts& parts) {
  const bool zero_led = parts.whole.size() > 1 && parts.whole[0] == '0';
  return !parts.plus && !parts.whole.empty() && !zero_led && parts.point != parts.fraction.empty();
}

DamagedNumber Normalize(const NumberParts& parts) {
  DamagedNumber number;
  if (IsStrict(parts)) return number;
  std::string_view whole = parts.whole;
  while (whole.size() > 1 && whole[0] == '0') whole.remove_prefix(1);
  number.lossless = whole.size() == parts.whole.size();
  number.text = parts.minus ? "-" : "";
  number.text += whole.empty() ? "0" : whole;
  if (parts.point) {
    number.text += '.';
    number.text += parts.fraction.empty() ? "0" : parts.fraction;
  }
  number.text += parts.exponent;
  return number;
}

std::optional<DamagedNumber> ReadHexNumber(std::string_view word) {
  DamagedNumber number;
  if (word.starts_with('-')) number.text = "-";
  if (word.starts_with('-') || word.starts_with('+')) word.remove_prefix(1);
  if (!word.starts_with("0x") && !word.starts_with("0X")) return std::nullopt;
  word.remove_prefix(2);
  std::uint64_t value = 0;
  const char* end = word.data() + word.size();
  const auto [at, error] = std::from_chars(word.data(), end, value, 16);
  if (word.size() > kMaxHexDigits || error != std::errc() || at != end) return std::nullopt;
  number.text += std::to_string(value);
  return number;
}

// Of `text` behind a number's digits: nothing, or an exponent whose digits are still to come.
bool IsUnfinishedExponent(std::string_view text) {
  if (text.starts_with('e') || text.starts_with('E')) text.remove_prefix(1);
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return text.empty();
}

}  // namespace

StringReader::StringReader(std::string_view text) : text_(text) {
  unclosed_from_.fill(std::string_view::npos);
}

DamagedString StringReader::Read(size_t at) {
  const QuoteMark mark = QuoteAt(text_, at);
  opening_ = mark.kind;
  string_ = {.end = text_.size(), .quote = opening_ != Quote::kDouble};
  start_ = at_ = run_ = at + mark.size;
  buffer_.clear();
  size_t& unclosed_from = unclosed_from_[static_cast<size_t>(opening_)];
  if (start_ >= unclosed_from) return string_;
  while (at_ < text_.size() && !string_.closed) ReadRun();
  if (!string_.closed) {
    unclosed_from = start_;
    Finish(text_.size());
  }
  return string_;
}

DamagedString StringReader::ReadWithin(size_t begin, size_t content_end, size_t end, bool escapes) {
  opening_ = Quote::kNone;
  string_ = {.closed = true};
  start_ = at_ = run_ = begin;
  buffer_.clear();
  const std::string_view whole = std::exchange(text_, text_.substr(0, content_end));
  raw_ = !escapes;
  while (at_ < text_.size()) ReadRun();
  raw_ = false;
  Finish(content_end);
  text_ = whole;
  string_.end = end;
  return string_;
}

// Reads plain bytes and what follows them.
void StringReader::ReadRun() {
  at_ = opening_ == Quote::kDouble ? SkipPlain(text_, at_) : SkipUnquoted(text_, at_);
  if (at_ == text_.size()) return;
  const char c = text_[at_];
  if (c == '\\' && !raw_) return opening_ == Quote::kEscaped ? ReadEscapedTwice() : ReadEscape();
  if (static_cast<unsigned char>(c) < 0x20 || c == '\\') {
    string_.control_character = string_.control_character || c != '\\';
    ++at_;
    return;
  }
  const QuoteMark mark = opening_ == Quote::kDouble && c != '"' ? QuoteMark{} : QuoteAt(text_, at_);
  if (mark.size > 0) return ReadQuote(mark);
  ReadNonAscii();
}

void StringReader::ReadQuote(QuoteMark mark) {
  const size_t end = at_ + mark.size;
  const bool closes =
      MayClose(opening_, mark.kind) && (opening_ == Quote::kDouble || EndsStringAt(end));
  if (closes) {
    Finish(at_);
    string_.closed = true;
    string_.mixed_quotes = string_.mixed_quotes || mark.kind != opening_;
    string_.end = end;
  } else if (MayClose(opening_, mark.kind) && !IsApostrophe(text_, at_, end)) {
    string_.mixed_quotes = true;
  }
  at_ = end;
}

void StringReader::ReadNonAscii() {
  const std::string_view rest = text_.substr(at_);
  if (const size_t size = DecodeUtf8(rest).size; size > 0) {
    at_ += size;
    return;
  }
  string_.invalid_utf8 = true;
  Flush();
  buffer_ += kReplacement;
  at_ += IllFormedSize(rest);
  run_ = at_;
}

// In a text that was escaped as a whole: \" ends the string, \\\" is a quote in it, \\n a line
// break.
void StringReader::ReadEscapedTwice() {
  const std::string_view rest = text_.substr(at_ + 1);
  if (rest.starts_with('"')) {
    Finish(at_);
    string_.closed = true;
    string_.end = at_ + 2;
    return;
  }
  if (!rest.starts_with('\\')) return ReadEscape();
  const std::string_view inner = rest.substr(1);
  Flush();
  if (inner.starts_with("\\\"") || inner.starts_with("\\\\")) {
    buffer_ += inner[1];
    at_ += 4;
    run_ = at_;
    return;
  }
  ++at_;
  run_ = at_;
  ReadEscape();
}

void StringReader::ReadEscape() {
  Flush();
  const std::string_view rest = text_.substr(at_ + 1);
  const HexDigits hex = rest.starts_with('u') ? ReadHex(rest.substr(1), 4) : HexDigits{};
  const bool cut = rest.empty() || (rest[0] == 'u' && hex.size + 1 == rest.size());
  if (hex.size == 4) {
    AppendUtf16Unit(hex.value, buffer_);
    at_ += 6;
  } else if (cut) {
    at_ = text_.size();
  } else if (const char c = SimpleEscape(rest[0]); c != '\0') {
    buffer_ += c;
    at_ += 2;
  } else {
    return ReadLooseEscape(rest);
  }
  run_ = at_;
}

// An escape that JSON does not have; `rest` begins behind its backslash.
void StringReader::ReadLooseEscape(std::string_view rest) {
  string_.escape = true;
  const QuoteMark mark = QuoteAt(rest, 0);
  const HexDigits hex = rest[0] == 'x' ? ReadHex(rest.substr(1), 2) : HexDigits{};
  size_t size = 0;
  if (mark.size > 0) {
    size = mark.size;
    buffer_ += rest.substr(0, size);
  } else if (hex.size == 2) {
    size = 3;
    AppendUtf8(hex.value, buffer_);
  } else if (rest[0] == 'v') {
    size = 1;
    buffer_ += '\v';
  } else if (rest[0] == '0' && (rest.size() == 1 || !IsDigit(rest[1]))) {
    size = 1;
    buffer_ += '\0';
  } else {
    size = LineBreakSize(rest);
  }
  at_ += 1 + size;
  // Without a meaning, the backslash stands for itself.
  run_ = size > 0 ? at_ : at_ - 1;
}

// Takes over what was read since run_.
void StringReader::Flush() {
  string_.copied = true;
  buffer_.append(text_, run_, at_ - run_);
}

void StringReader::Finish(size_t content_end) {
  at_ = content_end;
  if (string_.copied) {
    Flush();
    string_.value = buffer_;
  } else {
    string_.value = text_.substr(start_, content_end - start_);
  }
}

bool StringReader::EndsStringAt(size_t at) const {
  while (at < text_.size()) {
    if (text_[at] == '\n') return true;
    const size_t space = IsSpace(text_[at]) ? 1 : LooseSpaceSize(text_, at);
    if (space == 0) break;
    at += space;
  }
  if (at == text_.size()) return true;
  constexpr std::string_view kFollowers = ",:=}]#";
  const std::string_view rest = text_.substr(at, kFenceMark.size());
  return kFollowers.find(rest[0]) != std::string_view::npos || rest.starts_with("//") ||
         rest.starts_with("/*") || rest == kFenceMark;
}

std::optional<DamagedNumber> ReadNumber(std::string_view word) {
  const NumberParts parts = SplitNumber(word);
  if (!parts.rest.empty()) return ReadHexNumber(word);
  if (parts.whole.empty() && parts.fraction.empty()) return std::nullopt;
  if (!ExponentFits(parts.exponent)) return std::nullopt;
  return Normalize(parts);
}

std::string_view NumberPrefix(std::string_view word) {
  const NumberParts parts = SplitNumber(word);
  const bool number = !parts.whole.empty() || !parts.fraction.empty();
  if (!number || !IsUnfinishedExponent(parts.rest)) return {};
  return word.substr(0, word.size() - parts.rest.size());
}

std::optional<DamagedLiteral> ReadLiteral(std::string_view word) {
  constexpr size_t kLongest = std::string_view("undefined").size();
  if (word.size() > kLongest) return std::nullopt;
  const std::string name = ToLower(word);
  if (name == "true") return DamagedLiteral{.text = "true"};
  if (name == "false") return DamagedLiteral{.text = "false"};
  if (name == "null" || name == "none") return DamagedLiteral{.text = "null"};
  std::string_view unsigned_name = name;
  if (name.starts_with('-') || name.starts_with('+')) unsigned_name.remove_prefix(1);
  for (const std::string_view lossy : {"undefined", "nan", "infinity", "inf"}) {
    if (unsigned_name == lossy) return DamagedLiteral{.text = "null", .lossless = false};
  }
  return std::nullopt;
}

}  // namespace extractd::json
