#include "server/schema/pattern/pattern_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "server/base/utf8.h"
#include "server/json/lexical.h"
#include "server/schema/pattern/unicode_property.h"

namespace extractd::schema {
namespace {

// Insides of bracket expressions. White space is that of ECMA-262, line ends included.
constexpr std::string_view kDigit = "0-9";
constexpr std::string_view kNotDigit = "\\x{0}-\\x{2f}\\x{3a}-\\x{10ffff}";
constexpr std::string_view kWord = "0-9A-Za-z_";
constexpr std::string_view kNotWord =
    "\\x{0}-\\x{2f}\\x{3a}-\\x{40}\\x{5b}-\\x{5e}\\x{60}\\x{7b}-\\x{10ffff}";
constexpr std::string_view kSpace =
    "\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}"
    "\\x{3000}\\x{feff}";
constexpr std::string_view kNotSpace =
    "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}"
    "\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}"
    "\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}";
constexpr std::string_view kAnything = "[\\x{0}-\\x{10ffff}]";
constexpr std::string_view kNothing = "[^\\x{0}-\\x{10ffff}]";

}  // namespace

std::string LiteralFor(std::uint32_t code_point) {
  const bool plain = code_point < 0x80 && (json::IsLetter(static_cast<char>(code_point)) ||
                                           json::IsDigit(static_cast<char>(code_point)));
  if (plain) return std::string(1, static_cast<char>(code_point));
  return fmt::format("\\x{{{:x}}}", code_point);
}

void PatternReader::Invalid(std::string_view why) {
  if (!failed()) invalid_ = why;
}

void PatternReader::Unsupported(std::string_view what) {
  if (unsupported_.empty()) unsupported_ = fmt::format("{} not supported", what);
}

bool PatternReader::Take(std::string_view expected) {
  if (!text_.substr(std::min(at_, text_.size())).starts_with(expected)) return false;
  at_ += expected.size();
  return true;
}

std::uint32_t PatternReader::TakeCodePoint() {
  const CodePoint point = DecodeUtf8(text_.substr(at_));
  at_ += std::max<size_t>(point.size, 1);
  if (point.size == 0) Unsupported("an unpaired surrogate is");
  return point.value;
}

void PatternReader::TakeGroupName() {
  const size_t end = text_.find('>', at_);
  const std::string_view name = end == std::string_view::npos ? "" : text_.substr(at_, end - at_);
  const bool starts_well = !name.empty() && !json::IsDigit(name.front());
  const bool good =
      starts_well && std::ranges::all_of(name, [](char c) {
        return json::IsLetter(c) || json::IsDigit(c) || c == '_' || c == '$' || (c & 0x80) != 0;
      });
  if (!good) {
    Invalid("a group has no proper name");
    return;
  }
  at_ = end + 1;
}

// \d, \S, \p{…} …: the inside of a bracket expression. Empty: it is none of them.
std::string PatternReader::TakeClassEscape() {
  if (Take("d")) return std::string(kDigit);
  if (Take("D")) return std::string(kNotDigit);
  if (Take("w")) return std::string(kWord);
  if (Take("W")) return std::string(kNotWord);
  if (Take("s")) return std::string(kSpace);
  if (Take("S")) return std::string(kNotSpace);
  const bool negated = Peek() == 'P';
  if (!Take("p") && !Take("P")) return "";
  const size_t end = text_.find('}', at_);
  if (Peek() != '{' || end == std::string_view::npos) {
    Invalid("\"\\p\" is not followed by a property in braces");
    return "";
  }
  const std::string_view property = text_.substr(at_ + 1, end - at_ - 1);
  at_ = end + 1;
  std::string set = UnicodePropertyClass(property, negated);
  if (!set.empty()) return set;
  Unsupported(fmt::format("the property \"{}\" is", CutUtf8(property, 60)));
  return std::string(kDigit);  // anything: the translation is not used
}

// Behind a backslash: one code point.
std::uint32_t PatternReader::TakeCharacterEscape() {
  if (AtEnd()) {
    Invalid("it ends in a backslash");
    return 0;
  }
  const char c = text_[at_];
  if ((c & 0x80) != 0) return TakeCodePoint();
  ++at_;
  switch (c) {
    case 't':
      return '\t';
    case 'n':
      return '\n';
    case 'v':
      return '\v';
    case 'f':
      return '\f';
    case 'r':
      return '\r';
    case '0':
      if (json::IsDigit(Peek())) Invalid("\"\\0\" is followed by a digit");
      return 0;
    case 'c':
      return TakeControlEscape();
    case 'x':
      return TakeHexEscape(2);
    case 'u':
      return TakeUnicodeEscape();
    default:
      if (json::IsLetter(c) || json::IsDigit(c)) {
        Invalid(fmt::format("\"\\{}\" is no escape of ECMA-262", c));
      }
      return static_cast<unsigned char>(c);
  }
}

std::uint32_t PatternReader::TakeControlEscape() {
  const char letter = Peek();
  if (!json::IsLetter(letter)) {
    Invalid("\"\\c\" is not followed by a letter");
    return 0;
  }
  ++at_;
  return static_cast<unsigned char>(letter) & 31U;
}

std::uint32_t PatternReader::TakeHexEscape(size_t digits) {
  const json::HexDigits hex = json::ReadHex(text_.substr(at_), digits);
  if (hex.size != digits) Invalid("an escape has too few hexadecimal digits");
  at_ += hex.size;
  return hex.value;
}

std::uint32_t PatternReader::TakeUnicodeEscape() {
  if (Take("{")) {
    const json::HexDigits hex = json::ReadHex(text_.substr(at_), 8);
    at_ += hex.size;
    if (hex.size == 0 || hex.value > 0x10FFFFU || !Take("}")) {
      Invalid("\"\\u{\" is not followed by a code point");
    }
    return hex.value;
  }
  const std::uint32_t unit = TakeHexEscape(4);
  const bool high = unit >= 0xD800U && unit < 0xDC00U;
  if (!high || Peek() != '\\' || Peek(1) != 'u') return unit;
  const json::HexDigits low = json::ReadHex(text_.substr(at_ + 2), 4);
  if (low.size != 4 || low.value < 0xDC00U || low.value > 0xDFFFU) return unit;
  at_ += 6;
  return 0x10000U + ((unit - 0xD800U) << 10U) + (low.value - 0xDC00U);
}

// Behind "[".
std::string PatternReader::TakeBracketExpression() {
  const bool negated = Take("^");
  std::string set;
  while (!AtEnd() && Peek() != ']' && !failed()) TakeClassRange(set);
  if (!Take("]")) Invalid("a bracket expression is not closed");
  if (set.empty()) return std::string(negated ? kAnything : kNothing);
  return fmt::format("[{}{}]", negated ? "^" : "", set);
}

void PatternReader::TakeClassRange(std::string& set) {
  const ClassAtom first = TakeClassAtom();
  const bool range = Peek() == '-' && at_ + 1 < text_.size() && Peek(1) != ']';
  if (!range) {
    Put(first, set);
    return;
  }
  ++at_;
  const ClassAtom last = TakeClassAtom();
  if (!first.code_point.has_value() || !last.code_point.has_value()) {
    // Not a range: beside a set the dash stands for itself.
    Put(first, set);
    set += LiteralFor('-');
    Put(last, set);
    return;
  }
  if (*first.code_point > *last.code_point) {
    Invalid("a range is out of order");
    return;
  }
  set += fmt::format("{}-{}", LiteralFor(*first.code_point), LiteralFor(*last.code_point));
}

void PatternReader::Put(const ClassAtom& atom, std::string& set) {
  set += atom.code_point.has_value() ? LiteralFor(*atom.code_point) : atom.set;
}

PatternReader::ClassAtom PatternReader::TakeClassAtom() {
  if (!Take("\\")) return {.code_point = TakeCodePoint()};
  if (Take("b")) return {.code_point = '\b'};
  std::string set = TakeClassEscape();
  if (!set.empty()) return {.set = std::move(set)};
  return {.code_point = failed() ? 0 : TakeCharacterEscape()};
}

}  // namespace extractd::schema
