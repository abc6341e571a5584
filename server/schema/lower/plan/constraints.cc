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
      return starts && ends && pattern.find("(?") == std::string_view::npos &&
             pattern.find('\\') == std::string_view::npos;
    case Patterns::kRegular:
      return pattern.find("(?=") == std::string_view::npos &&
             pattern.find("(?!") == std::string_view::npos &&
             pattern.find("(?<") == std::string_view::npos;
  }
  return false;
}

bool Carries(const json::Value& constraint, const Subset& subset) {
  const std::string_view keyword = constraint.key();
  if (!Lists(subset.keywords, keyword)) return false;
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

}  // namespace

SortedConstraints Sort(const std::vector<Constraint>& constraints, const Subset& subset) {
  SortedConstraints sorted;
  for (const Constraint& constraint : constraints) {
    if (!Carries(*constraint.value, subset)) {
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
