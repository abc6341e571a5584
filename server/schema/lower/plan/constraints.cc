#include "server/schema/lower/plan/constraints.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "server/json/decimal.h"

namespace extractd::schema::lower {
namespace {

bool Lists(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool CarriesFormat(std::string_view format, const Subset& subset) {
  return Lists(subset.formats, "*") || Lists(subset.formats, format);
}

bool LooksAround(std::string_view pattern) {
  return pattern.find("(?=") != std::string_view::npos ||
         pattern.find("(?!") != std::string_view::npos ||
         pattern.find("(?<") != std::string_view::npos;
}

// An anchor elsewhere, or an alternative that the anchors do not embrace, would mean another thing.
bool IsPlainBetweenAnchors(std::string_view pattern) {
  bool in_class = false;
  int depth = 0;
  for (size_t i = 1; i + 1 < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      ++i;
    } else if (in_class) {
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
    } else if (c == '(' || c == ')') {
      depth += c == '(' ? 1 : -1;
    } else if (c == '^' || c == '$' || (c == '|' && depth == 0)) {
      return false;
    }
  }
  return pattern.size() > 1;
}

bool CarriesPattern(std::string_view pattern, Patterns patterns) {
  const bool starts = pattern.starts_with('^');
  const bool ends = pattern.ends_with('$') && !pattern.ends_with("\\$");
  switch (patterns) {
    case Patterns::kNone:
      return false;
    case Patterns::kUnanchored:
      return pattern.find_first_of("^$") == std::string_view::npos &&
             pattern.find("(?") == std::string_view::npos;
    case Patterns::kAnchored:
      return starts && ends && IsPlainBetweenAnchors(pattern) &&
             pattern.find("(?") == std::string_view::npos &&
             pattern.find('\\') == std::string_view::npos;
    case Patterns::kRegular:
      return !LooksAround(pattern);
    case Patterns::kWhole:
      return starts && ends && IsPlainBetweenAnchors(pattern) && !LooksAround(pattern);
  }
  return false;
}

// Of the rules for texts, the one with the least counts; nothing: all of them count.
std::optional<int> TextRank(std::string_view keyword, TextRules rules) {
  if (rules == TextRules::kAll) return std::nullopt;
  if (keyword == "minLength" || keyword == "maxLength") return 2;
  if (keyword == "pattern") return rules == TextRules::kPatternFirst ? 0 : 1;
  if (keyword == "format") return rules == TextRules::kPatternFirst ? 1 : 0;
  return std::nullopt;
}

bool IsBound(std::string_view keyword) {
  return keyword.ends_with("imum");
}

bool IsFar(std::string_view number) {
  constexpr std::string_view kFar = "1000000000000000";
  constexpr std::string_view kFarBelow = "-1000000000000000";
  return json::CompareNumbers(number, kFar) > 0 || json::CompareNumbers(number, kFarBelow) < 0;
}

bool Carries(const json::Value& constraint, Kind kind, const Subset& subset) {
  const std::string_view keyword = constraint.key();
  if (!Lists(subset.keywords, keyword)) return false;
  if (IsBound(keyword)) {
    if (subset.integer_bounds && kind == Kind::kNumber) return false;
    if (subset.near_bounds && constraint.is_number() && IsFar(constraint.number())) return false;
  }
  if (keyword == "format") {
    return constraint.is_string() && CarriesFormat(constraint.string(), subset);
  }
  if (keyword == "pattern") {
    return constraint.is_string() && CarriesPattern(constraint.string(), subset.patterns);
  }
  if (keyword == "minItems" && constraint.is_number()) {
    const auto least = json::ToInt64(constraint.number());
    return least.has_value() && *least >= 0 &&
           static_cast<size_t>(*least) <= subset.largest_min_items;
  }
  return true;
}

// Of two values of one keyword: negative, `a` says more; positive, `b` does; 0, both say the same.
// Nothing if neither follows from the other.
std::optional<int> Compare(const json::Value& a, const json::Value& b) {
  if (json::Equal(a, b)) return 0;
  if (!a.is_number() || !b.is_number() || a.key() == "multipleOf") return std::nullopt;
  const int order = json::CompareNumbers(a.number(), b.number());
  const bool lower_bound = a.key().starts_with("min") || a.key() == "exclusiveMinimum";
  return lower_bound ? -order : order;
}

// A rule for texts that does not count beside another one.
bool IsHidden(const Constraint& constraint, const Shape& shape, const Subset& subset) {
  const std::optional<int> rank = TextRank(constraint.keyword(), subset.text_rules);
  if (!rank.has_value()) return false;
  return std::ranges::any_of(shape.constraints, [&](const Constraint& other) {
    const std::optional<int> others = TextRank(other.keyword(), subset.text_rules);
    return others < rank && others.has_value() && Carries(*other.value, shape.kind, subset);
  });
}

}  // namespace

SortedConstraints Sort(const Shape& shape, const Subset& subset) {
  SortedConstraints sorted;
  for (const Constraint& constraint : shape.constraints) {
    const bool carried = Carries(*constraint.value, shape.kind, subset);
    if (!carried || IsHidden(constraint, shape, subset)) {
      sorted.lost.push_back(&constraint);
      continue;
    }
    const auto twin = std::ranges::find(sorted.kept, constraint.keyword(), &json::Value::key);
    if (twin == sorted.kept.end()) {
      sorted.kept.push_back(constraint.value);
      continue;
    }
    const std::optional<int> order = Compare(**twin, *constraint.value);
    if (!order.has_value()) {
      sorted.lost.push_back(&constraint);
    } else if (*order > 0) {
      *twin = constraint.value;
    }
  }
  return sorted;
}

}  // namespace extractd::schema::lower
