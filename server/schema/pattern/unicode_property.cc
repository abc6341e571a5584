#include "server/schema/pattern/unicode_property.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <re2/re2.h>

namespace extractd::schema {
namespace {

struct CategoryRow {
  std::string_view name;        // short
  std::string_view long_names;  // separated by spaces
};

// Without C and Cn: RE2's tables know no unassigned code points.
// NOLINTBEGIN(modernize-use-designated-initializers): rows of a table
constexpr std::array kCategories = {
    CategoryRow{"Cc", "Control cntrl"},
    CategoryRow{"Cf", "Format"},
    CategoryRow{"Co", "Private_Use"},
    CategoryRow{"Cs", "Surrogate"},
    CategoryRow{"L", "Letter"},
    CategoryRow{"Ll", "Lowercase_Letter"},
    CategoryRow{"Lm", "Modifier_Letter"},
    CategoryRow{"Lo", "Other_Letter"},
    CategoryRow{"Lt", "Titlecase_Letter"},
    CategoryRow{"Lu", "Uppercase_Letter"},
    CategoryRow{"M", "Mark Combining_Mark"},
    CategoryRow{"Mc", "Spacing_Mark"},
    CategoryRow{"Me", "Enclosing_Mark"},
    CategoryRow{"Mn", "Nonspacing_Mark"},
    CategoryRow{"N", "Number"},
    CategoryRow{"Nd", "Decimal_Number digit"},
    CategoryRow{"Nl", "Letter_Number"},
    CategoryRow{"No", "Other_Number"},
    CategoryRow{"P", "Punctuation punct"},
    CategoryRow{"Pc", "Connector_Punctuation"},
    CategoryRow{"Pd", "Dash_Punctuation"},
    CategoryRow{"Pe", "Close_Punctuation"},
    CategoryRow{"Pf", "Final_Punctuation"},
    CategoryRow{"Pi", "Initial_Punctuation"},
    CategoryRow{"Po", "Other_Punctuation"},
    CategoryRow{"Ps", "Open_Punctuation"},
    CategoryRow{"S", "Symbol"},
    CategoryRow{"Sc", "Currency_Symbol"},
    CategoryRow{"Sk", "Modifier_Symbol"},
    CategoryRow{"Sm", "Math_Symbol"},
    CategoryRow{"So", "Other_Symbol"},
    CategoryRow{"Z", "Separator"},
    CategoryRow{"Zl", "Line_Separator"},
    CategoryRow{"Zp", "Paragraph_Separator"},
    CategoryRow{"Zs", "Space_Separator"},
};
// NOLINTEND(modernize-use-designated-initializers)

bool HasWord(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

std::string_view ShortCategory(std::string_view name) {
  const auto* row = std::ranges::find_if(kCategories, [name](const CategoryRow& category) {
    return category.name == name || HasWord(category.long_names, name);
  });
  return row == kCategories.end() ? "" : row->name;
}

// RE2 names scripts as Unicode's long names do.
bool IsScript(std::string_view name) {
  if (name.size() < 3 || !std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      })) {
    return false;
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  return name != "Any" && re2::RE2(fmt::format("\\p{{{}}}", name), options).ok();
}

std::string Property(std::string_view name, bool negated) {
  return fmt::format("\\{}{{{}}}", negated ? 'P' : 'p', name);
}

std::string Category(std::string_view name, bool negated) {
  const std::string_view category = ShortCategory(name);
  return category.empty() ? "" : Property(category, negated);
}

// Properties that are no tables of RE2.
std::string SpecialProperty(std::string_view name, bool negated) {
  if (name == "Any" && !negated) return "\\x{0}-\\x{10ffff}";
  if (name == "ASCII") return negated ? "\\x{80}-\\x{10ffff}" : "\\x{0}-\\x{7f}";
  if ((name == "LC" || name == "Cased_Letter") && !negated) return "\\p{Lu}\\p{Ll}\\p{Lt}";
  return "";
}

}  // namespace

std::string UnicodePropertyClass(std::string_view property, bool negated) {
  if (std::string special = SpecialProperty(property, negated); !special.empty()) return special;
  const size_t equals = property.find('=');
  if (equals == std::string_view::npos) return Category(property, negated);
  const std::string_view name = property.substr(0, equals);
  const std::string_view value = property.substr(equals + 1);
  if (name == "General_Category" || name == "gc") return Category(value, negated);
  if (name != "Script" && name != "sc") return "";
  return IsScript(value) ? Property(value, negated) : "";
}

}  // namespace extractd::schema
