#include "server/schema/pattern/translate.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "server/json/lexical.h"
#include "server/schema/pattern/pattern_reader.h"

namespace extractd::schema {
namespace {

// RE2 refuses longer repetitions; they are written as several.
constexpr std::uint64_t kMaxRe2Repeat = 1000;
constexpr std::uint64_t kMaxRepeat = 20'000;
constexpr std::uint64_t kUnbounded = UINT64_MAX;
constexpr int kMaxGroups = 100;

constexpr std::string_view kQuantifiers = "*+?";
constexpr std::string_view kTextBegin = "\\A";
constexpr std::string_view kNotLineEnd = "[^\\n\\r\\x{2028}\\x{2029}]";
struct Bounds {
  std::uint64_t min = 0;
  std::uint64_t max = kUnbounded;
};

class Translator {
 public:
  explicit Translator(std::string_view text) : in_(text) {}

  Translation Run() {
    Disjunction(0);
    if (!failed() && !in_.AtEnd()) in_.Invalid("there is a \")\" too many");
    // The conditions would have to hold for one alternative alone.
    if (alternatives_ && !result_.look_aheads.empty())
      in_.Unsupported("look-ahead beside \"|\" is");
    result_.invalid = in_.invalid();
    result_.unsupported = in_.unsupported();
    return std::move(result_);
  }

 private:
  bool failed() const { return in_.failed(); }
  std::string& out() { return result_.re2; }
  void PutLiteral(std::uint32_t code_point) { out() += LiteralFor(code_point); }
  void PutSet(std::string_view set) { out().append("[").append(set).append("]"); }

  void Disjunction(int depth) {
    if (depth > kMaxGroups) {
      in_.Invalid("its groups nest too deep");
      return;
    }
    while (!in_.AtEnd() && in_.Peek() != ')' && !failed()) {
      if (in_.Take("|")) {
        alternatives_ = alternatives_ || depth == 0;
        out() += '|';
      } else {
        Term(depth);
      }
    }
  }

  void Term(int depth) {
    const size_t begin = out().size();
    const bool repeatable = !Assertion() && Atom(depth);
    if (!failed()) Quantifier(begin, repeatable);
  }

  bool Assertion() {
    if (in_.Take("^")) {
      out() += kTextBegin;
    } else if (in_.Take("$")) {
      out() += "\\z";
    } else if (in_.Take("\\b")) {
      out() += "\\b";
    } else if (in_.Take("\\B")) {
      out() += "\\B";
    } else {
      return false;
    }
    return true;
  }

  // False: it turned out to be an assertion, which cannot be repeated.
  bool Atom(int depth) {
    if (in_.Take("(")) return Group(depth);
    if (in_.Take(".")) {
      out() += kNotLineEnd;
    } else if (in_.Take("[")) {
      out() += in_.TakeBracketExpression();
    } else if (in_.Take("\\")) {
      AtomEscape();
    } else if (kQuantifiers.find(in_.Peek()) != std::string_view::npos ||
               PeekBounds().has_value()) {
      in_.Invalid(fmt::format("\"{}\" has nothing to repeat", in_.Peek()));
    } else {
      PutLiteral(in_.TakeCodePoint());
    }
    return true;
  }

  // Behind "("; false as above.
  bool Group(int depth) {
    if (depth == 0 && out() == kTextBegin) {
      const bool negative = in_.Take("?!");
      if (negative || in_.Take("?=")) {
        LeadingLookAhead(negative);
        return false;
      }
    }
    const bool assertion = TakeLookAround();
    if (!assertion) TakeGroupKind();
    out() += "(?:";
    Disjunction(depth + 1);
    if (!failed() && !in_.Take(")")) in_.Invalid("a group is not closed");
    out() += ")";
    return !assertion;
  }

  bool TakeLookAround() {
    const bool ahead = in_.Take("?=") || in_.Take("?!");
    if (ahead) in_.Unsupported("look-ahead is");
    const bool behind = !ahead && (in_.Take("?<=") || in_.Take("?<!"));
    if (behind) in_.Unsupported("look-behind is");
    return ahead || behind;
  }

  void TakeGroupKind() {
    if (in_.Take("?<")) {
      in_.TakeGroupName();
    } else if (in_.Peek() == '?' && !in_.Take("?:")) {
      in_.Invalid("\"(?\" begins no group of ECMA-262; inline flags are not part of it");
    }
  }

  void LeadingLookAhead(bool negative) {
    out() += "(?:";
    Disjunction(1);
    if (!failed() && !in_.Take(")")) in_.Invalid("a group is not closed");
    result_.look_aheads.push_back({.re2 = out() + ")", .negative = negative});
    out() = kTextBegin;
  }

  // The bounds of a quantifier in braces here; nothing if there is none. Does not move.
  std::optional<Bounds> PeekBounds() {
    const size_t before = in_.at();
    const std::optional<Bounds> bounds = TakeBounds();
    in_.GoBack(before);
    return bounds;
  }
  std::optional<Bounds> TakeBounds() {
    if (!in_.Take("{")) return std::nullopt;
    Bounds bounds;
    const std::optional<std::uint64_t> min = TakeNumber();
    if (!min.has_value()) return std::nullopt;
    bounds.min = *min;
    bounds.max = *min;
    if (in_.Take(",")) bounds.max = TakeNumber().value_or(kUnbounded);
    if (!in_.Take("}")) return std::nullopt;
    return bounds;
  }
  std::optional<std::uint64_t> TakeNumber() {
    if (!json::IsDigit(in_.Peek())) return std::nullopt;
    std::uint64_t value = 0;
    for (; json::IsDigit(in_.Peek()); in_.Step()) {
      // Larger numbers are all alike.
      value = std::min<std::uint64_t>(
          (value * 10) + static_cast<std::uint64_t>(in_.Peek() - '0'), 1U << 30U
      );
    }
    return value;
  }

  void Quantifier(size_t begin, bool repeatable) {
    std::optional<Bounds> bounds;
    if (in_.Take("*")) {
      bounds = Bounds{};
    } else if (in_.Take("+")) {
      bounds = Bounds{.min = 1};
    } else if (in_.Take("?")) {
      bounds = Bounds{.min = 0, .max = 1};
    } else if (PeekBounds().has_value()) {
      bounds = TakeBounds();
    }
    if (!bounds.has_value()) return;
    if (!repeatable) {
      in_.Invalid("an assertion cannot be repeated");
      return;
    }
    if (bounds->min > bounds->max) {
      in_.Invalid("the bounds of a repetition are out of order");
      return;
    }
    in_.Take("?");  // lazy or not, the same texts match
    Repeat(begin, *bounds);
  }

  void Repeat(size_t begin, const Bounds& bounds) {
    const std::string atom = fmt::format("(?:{})", std::string_view(out()).substr(begin));
    out().resize(begin);
    const std::uint64_t largest = bounds.max == kUnbounded ? bounds.min : bounds.max;
    if (largest > kMaxRepeat) {
      in_.Unsupported(fmt::format("a repetition of more than {} is", kMaxRepeat));
      return;
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
    const char c = in_.Peek();
    if (c >= '1' && c <= '9') {
      while (json::IsDigit(in_.Peek())) in_.Step();
      in_.Unsupported("a back-reference is");
    } else if (in_.Take("k<")) {
      in_.TakeGroupName();
      in_.Unsupported("a back-reference is");
    } else if (const std::string set = in_.TakeClassEscape(); !set.empty()) {
      PutSet(set);
    } else if (!failed()) {
      PutLiteral(in_.TakeCharacterEscape());
    }
  }

  PatternReader in_;
  bool alternatives_ = false;  // at the top
  Translation result_;
};

}  // namespace

Translation TranslatePattern(std::string_view text) {
  return Translator(text).Run();
}

}  // namespace extractd::schema
