#include "server/schema/pattern/translate.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "server/base/utf8.h"
#include "server/json/lexical.h"
#include "server/schema/pattern/unicode_property.h"

namespace extractd::schema {
namespace {

// RE2 refuses longer repetitions; they are written as several.
constexpr std::uint64_t kMaxRe2Repeat = 1000;
constexpr std::uint64_t kMaxRepeat = 20'000;
constexpr std::uint64_t kUnbounded = UINT64_MAX;
constexpr int kMaxGroups = 100;

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
constexpr std::string_view kNotLineEnd = "[^\\n\\r\\x{2028}\\x{2029}]";
constexpr std::string_view kAnything = "[\\x{0}-\\x{10ffff}]";
constexpr std::string_view kNothing = "[^\\x{0}-\\x{10ffff}]";

struct Bounds {
  std::uint64_t min = 0;
  std::uint64_t max = kUnbounded;
};

// One element of a bracket expression: a code point, or a set of them.
struct ClassAtom {
  std::optional<std::uint32_t> code_point = {};
  std::string set = {};
};

class Translator {
 public:
  explicit Translator(std::string_view text) : text_(text) {}

  Translation Run() {
    Disjunction(0);
    if (result_.invalid.empty() && at_ < text_.size()) Invalid("there is a \")\" too many");
    if (!result_.invalid.empty() || !result_.unsupported.empty()) result_.re2.clear();
    return std::move(result_);
  }

 private:
  bool failed() const { return !result_.invalid.empty(); }
  std::string& out() { return result_.re2; }
  void Invalid(std::string_view why) {
    if (!failed()) result_.invalid = why;
  }
  void Unsupported(std::string_view what) {
    if (result_.unsupported.empty()) result_.unsupported = fmt::format("{} not supported", what);
  }

  bool AtEnd() const { return at_ >= text_.size(); }
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool Take(std::string_view expected) {
    if (!text_.substr(std::min(at_, text_.size())).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }
  std::uint32_t TakeCodePoint() {
    const CodePoint point = DecodeUtf8(text_.substr(at_));
    at_ += std::max<size_t>(point.size, 1);
    return point.size == 0 ? 0xFFFDU : point.value;
  }

  void PutLiteral(std::uint32_t code_point) { out() += Literal(code_point); }
  static std::string Literal(std::uint32_t code_point) {
    const bool plain = code_point < 0x80 && (json::IsLetter(static_cast<char>(code_point)) ||
                                             json::IsDigit(static_cast<char>(code_point)));
    if (plain) return std::string(1, static_cast<char>(code_point));
    return fmt::format("\\x{{{:x}}}", code_point);
  }
  void PutSet(std::string_view set) { out().append("[").append(set).append("]"); }

  void Disjunction(int depth) {
    if (depth > kMaxGroups) return Invalid("its groups nest too deep");
    while (!AtEnd() && Peek() != ')' && !failed()) {
      if (Take("|")) {
        out() += '|';
      } else {
        Term(depth);
      }
    }
  }

  void Term(int depth) {
    const size_t begin = out().size();
    bool repeatable = true;
    if (Take("^")) {
      out() += "\\A";
      repeatable = false;
    } else if (Take("$")) {
      out() += "\\z";
      repeatable = false;
    } else if (Take("\\b")) {
      out() += "\\b";
      repeatable = false;
    } else if (Take("\\B")) {
      out() += "\\B";
      repeatable = false;
    } else if (Peek() == '(') {
      repeatable = Group(depth);
    } else if (Take(".")) {
      out() += kNotLineEnd;
    } else if (Take("[")) {
      BracketExpression();
    } else if (Take("\\")) {
      AtomEscape();
    } else if (Peek() == '*' || Peek() == '+' || Peek() == '?') {
      return Invalid(fmt::format("\"{}\" has nothing to repeat", Peek()));
    } else {
      if (Peek() == '{' && PeekBounds().has_value()) {
        return Invalid("\"{\" has nothing to repeat");
      }
      PutLiteral(TakeCodePoint());
    }
    if (!failed()) Quantifier(begin, repeatable);
  }

  // False: what stands here is an assertion, which cannot be repeated.
  bool Group(int depth) {
    ++at_;
    bool assertion = false;
    if (Take("?=") || Take("?!")) {
      assertion = true;
      Unsupported("look-ahead is");
    } else if (Take("?<=") || Take("?<!")) {
      assertion = true;
      Unsupported("look-behind is");
    } else if (Take("?<")) {
      GroupName();
    } else if (Peek() == '?' && !Take("?:")) {
      Invalid("\"(?\" begins no group of ECMA-262; inline flags are not part of it");
    }
    out() += "(?:";
    Disjunction(depth + 1);
    if (!failed() && !Take(")")) Invalid("a group is not closed");
    out() += ")";
    return !assertion;
  }

  void GroupName() {
    const size_t end = text_.find('>', at_);
    const std::string_view name = end == std::string_view::npos ? "" : text_.substr(at_, end - at_);
    const bool starts_well = !name.empty() && !json::IsDigit(name.front());
    const bool good =
        starts_well && std::ranges::all_of(name, [](char c) {
          return json::IsLetter(c) || json::IsDigit(c) || c == '_' || c == '$' || (c & 0x80) != 0;
        });
    if (!good) return Invalid("a group has no proper name");
    at_ = end + 1;
  }

  // The bounds of a quantifier in braces here; nothing if there is none. Does not move.
  std::optional<Bounds> PeekBounds() {
    const size_t before = at_;
    const std::optional<Bounds> bounds = TakeBounds();
    at_ = before;
    return bounds;
  }
  std::optional<Bounds> TakeBounds() {
    if (!Take("{")) return std::nullopt;
    Bounds bounds;
    const std::optional<std::uint64_t> min = TakeNumber();
    if (!min.has_value()) return std::nullopt;
    bounds.min = *min;
    bounds.max = *min;
    if (Take(",")) bounds.max = TakeNumber().value_or(kUnbounded);
    if (!Take("}")) return std::nullopt;
    return bounds;
  }
  std::optional<std::uint64_t> TakeNumber() {
    if (!json::IsDigit(Peek())) return std::nullopt;
    std::uint64_t value = 0;
    for (; json::IsDigit(Peek()); ++at_) {
      // Larger numbers are all alike.
      value =
          std::min<std::uint64_t>(value * 10 + static_cast<std::uint64_t>(Peek() - '0'), 1U << 30U);
    }
    return value;
  }

  void Quantifier(size_t begin, bool repeatable) {
    std::optional<Bounds> bounds;
    if (Take("*")) {
      bounds = Bounds{};
    } else if (Take("+")) {
      bounds = Bounds{.min = 1};
    } else if (Take("?")) {
      bounds = Bounds{.min = 0, .max = 1};
    } else if (PeekBounds().has_value()) {
      bounds = TakeBounds();
    }
    if (!bounds.has_value()) return;
    if (!repeatable) return Invalid("an assertion cannot be repeated");
    if (bounds->min > bounds->max) return Invalid("the bounds of a repetition are out of order");
    Take("?");  // lazy or not, the same texts match
    Repeat(begin, *bounds);
  }

  void Repeat(size_t begin, const Bounds& bounds) {
    const std::string atom = fmt::format("(?:{})", std::string_view(out()).substr(begin));
    out().resize(begin);
    const std::uint64_t largest = bounds.max == kUnbounded ? bounds.min : bounds.max;
    if (largest > kMaxRepeat) {
      return Unsupported(fmt::format("a repetition of more than {} is", kMaxRepeat));
    }
    std::uint64_t min = bounds.min;
    for (; min > kMaxRe2Repeat; min -= kMaxRe2Repeat) {
      out() += fmt::format("{}{{{}}}", atom, kMaxRe2Repeat);
    }
    if (bounds.max == kUnbounded) {
      out() += min == 0 ? atom + "*" : fmt::format("{}{{{},}}", atom, min);
      return;
    }
    std::uint64_t max = bounds.max - (bounds.min - min);
    for (; max > kMaxRe2Repeat; max -= kMaxRe2Repeat) {
      const std::uint64_t least = std::min(min, kMaxRe2Repeat);
      out() += fmt::format("{}{{{},{}}}", atom, least, kMaxRe2Repeat);
      min -= least;
    }
    out() += fmt::format("{}{{{},{}}}", atom, min, max);
  }

  // Behind a backslash that is not in brackets.
  void AtomEscape() {
    const char c = Peek();
    if (c >= '1' && c <= '9') {
      while (json::IsDigit(Peek())) ++at_;
      Unsupported("a back-reference is");
    } else if (Take("k<")) {
      GroupName();
      Unsupported("a back-reference is");
    } else if (const std::string set = ClassEscape(); !set.empty()) {
      PutSet(set);
    } else if (!failed()) {
      PutLiteral(CharacterEscape());
    }
  }

  // \d, \S, \p{…} …: the inside of a bracket expression. Empty: it is none of them.
  std::string ClassEscape() {
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
  std::uint32_t CharacterEscape() {
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
        return ControlEscape();
      case 'x':
        return HexEscape(2);
      case 'u':
        return UnicodeEscape();
      default:
        if (json::IsLetter(c) || json::IsDigit(c)) {
          Invalid(fmt::format("\"\\{}\" is no escape of ECMA-262", c));
        }
        return static_cast<unsigned char>(c);
    }
  }

  std::uint32_t ControlEscape() {
    const char letter = Peek();
    if (!json::IsLetter(letter)) {
      Invalid("\"\\c\" is not followed by a letter");
      return 0;
    }
    ++at_;
    return static_cast<unsigned char>(letter) & 31U;
  }

  std::uint32_t HexEscape(size_t digits) {
    const json::HexDigits hex = json::ReadHex(text_.substr(at_), digits);
    if (hex.size != digits) Invalid("an escape has too few hexadecimal digits");
    at_ += hex.size;
    return hex.value;
  }

  std::uint32_t UnicodeEscape() {
    if (Take("{")) {
      const json::HexDigits hex = json::ReadHex(text_.substr(at_), 8);
      at_ += hex.size;
      if (hex.size == 0 || hex.value > 0x10FFFFU || !Take("}")) {
        Invalid("\"\\u{\" is not followed by a code point");
      }
      return hex.value;
    }
    const std::uint32_t unit = HexEscape(4);
    const bool high = unit >= 0xD800U && unit < 0xDC00U;
    if (!high || Peek() != '\\' || Peek(1) != 'u') return unit;
    const json::HexDigits low = json::ReadHex(text_.substr(at_ + 2), 4);
    if (low.size != 4 || low.value < 0xDC00U || low.value > 0xDFFFU) return unit;
    at_ += 6;
    return 0x10000U + ((unit - 0xD800U) << 10U) + (low.value - 0xDC00U);
  }

  // Behind "[".
  void BracketExpression() {
    const bool negated = Take("^");
    std::string set;
    while (!AtEnd() && Peek() != ']' && !failed()) ClassRange(set);
    if (!Take("]")) return Invalid("a bracket expression is not closed");
    if (set.empty()) {
      out() += negated ? kAnything : kNothing;
    } else {
      out().append(negated ? "[^" : "[").append(set).append("]");
    }
  }

  void ClassRange(std::string& set) {
    const ClassAtom first = TakeClassAtom();
    const bool range = Peek() == '-' && Peek(1) != ']' && Peek(1) != '\0';
    if (!range) return Put(first, set);
    ++at_;
    const ClassAtom last = TakeClassAtom();
    if (!first.code_point.has_value() || !last.code_point.has_value()) {
      // Not a range: beside a set the dash stands for itself.
      Put(first, set);
      set += Literal('-');
      return Put(last, set);
    }
    if (*first.code_point > *last.code_point) return Invalid("a range is out of order");
    set += fmt::format("{}-{}", Literal(*first.code_point), Literal(*last.code_point));
  }

  static void Put(const ClassAtom& atom, std::string& set) {
    set += atom.code_point.has_value() ? Literal(*atom.code_point) : atom.set;
  }

  ClassAtom TakeClassAtom() {
    if (!Take("\\")) return {.code_point = TakeCodePoint()};
    if (Take("b")) return {.code_point = '\b'};
    std::string set = ClassEscape();
    if (!set.empty()) return {.set = std::move(set)};
    return {.code_point = failed() ? 0 : CharacterEscape()};
  }

  std::string_view text_;
  size_t at_ = 0;
  Translation result_;
};

}  // namespace

Translation TranslatePattern(std::string_view text) {
  return Translator(text).Run();
}

}  // namespace extractd::schema
