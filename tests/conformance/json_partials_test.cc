// What other libraries make of texts that end open, beside what we show of them: how often each
// agrees, and by which rule we differ where one does not. The rules stand in
// json_partial_rules.md.
#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "server/json/incremental/incremental_parser.h"
#include "server/json/write.h"
#include "tests/conformance/suite_rows.h"
#include "tests/fakes/test_data.h"

namespace extractd::json {
namespace {

// One library's opinion on one text, which is not ours.
struct Difference {
  std::string_view library;
  std::string_view text;
  const Value& theirs;  // what they say of it, if they refuse it
  bool refused = false;
  std::string ours = {};  // empty: nothing is shown

  bool nothing() const { return ours.empty(); }
};

std::string_view WithoutSpaces(std::string_view text) {
  const size_t end = text.find_last_not_of(" \n\r\t");
  return text.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

bool IsOfItsOwnTypes(const Difference& difference) {
  return difference.library.starts_with("baml");
}

bool IsRefusal(const Difference& difference) {
  return difference.refused;
}

// The last word is the beginning of a literal.
bool EndsInLiteral(const Difference& difference) {
  const std::string_view text = difference.text;
  const size_t before = text.find_last_not_of("abcdefghijklmnopqrstuvwxyz");
  const std::string_view word = text.substr(before == std::string_view::npos ? 0 : before + 1);
  if (word.empty()) return false;
  return std::ranges::any_of(
      std::array<std::string_view, 3>{"true", "false", "null"},
      [word](std::string_view literal) {
        return literal.starts_with(word) && literal.size() > word.size();
      }
  );
}

bool IsNoJsonYet(const Difference& difference) {
  const size_t first = difference.text.find_first_not_of(" \n\r\t");
  const char begin = first == std::string_view::npos ? ' ' : difference.text[first];
  return difference.nothing() && begin != '{' && begin != '[' && begin != '"';
}

// Where a text ends: within a string or not, and in which brackets.
struct End {
  bool in_string = false;
  std::string open = {};
};

End EndOf(std::string_view text) {
  End end;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (end.in_string) {
      if (c == '\\') ++i;
      end.in_string = c != '"';
    } else if (c == '"') {
      end.in_string = true;
    } else if (c == '{' || c == '[') {
      end.open += c;
    } else if ((c == '}' || c == ']') && !end.open.empty()) {
      end.open.pop_back();
    }
  }
  return end;
}

bool EndsInNumber(const Difference& difference) {
  return !difference.text.empty() &&
         std::string_view("0123456789.eE+-").find(difference.text.back()) != std::string_view::npos;
}

// The last name has no value.
bool EndsInName(const Difference& difference) {
  if (!EndOf(difference.text).open.ends_with('{')) return false;
  std::string_view text = WithoutSpaces(difference.text);
  if (text.ends_with(':')) text = WithoutSpaces(text.substr(0, text.size() - 1));
  if (text.ends_with('"')) text.remove_suffix(1);
  const size_t name = text.find_last_of("\"{},:[]");
  if (name == std::string_view::npos) return false;
  text = text.substr(0, name + 1);
  if (text.ends_with('"')) text = WithoutSpaces(text.substr(0, text.size() - 1));
  return text.ends_with('{') || text.ends_with(',');
}

bool EndsInString(const Difference& difference) {
  return EndOf(difference.text).in_string;
}

// They are equal but for arrays, objects and strings in which nothing is yet.
bool DiffersInEmptyParts(const Difference& difference) {
  const auto filled = [](std::string text) {
    for (bool found = true; found;) {
      found = false;
      for (const std::string_view empty : {",[]", ",{}", ",\"\"", "[]", "{}", "\"\""}) {
        const size_t at = text.find(empty);
        if (at == std::string::npos) continue;
        text.erase(at, empty.size());
        found = true;
        break;
      }
    }
    return text;
  };
  return filled(ToText(difference.theirs)) == filled(difference.ours);
}

bool HasOtherQuotesOrComments(const Difference& difference) {
  return difference.text.find('`') != std::string_view::npos ||
         difference.text.find("<!--") != std::string_view::npos;
}

struct Rule {
  std::string_view name;
  bool (*applies)(const Difference&);
};
// The first that applies counts.
constexpr std::array kRules = {
    Rule{"own types", IsOfItsOwnTypes},
    Rule{"refusal", IsRefusal},
    Rule{"literal", EndsInLiteral},
    Rule{"no JSON yet", IsNoJsonYet},
    Rule{"open number", EndsInNumber},
    Rule{"name", EndsInName},
    Rule{"open string", EndsInString},
    Rule{"empty parts", DiffersInEmptyParts},
    Rule{"quotes and comments", HasOtherQuotesOrComments},
};

struct Agreement {
  size_t agreed = 0;
  size_t all = 0;
  std::map<std::string_view, size_t> by_rule = {};
};

class Comparison {
 public:
  void Add(const Row& row) {
    IncrementalParser parser;
    parser.Feed(row.input(), [](const PathEvent&) {});
    const TolerantResult snapshot = parser.Snapshot();
    const Value* ours = snapshot.document.has_value() ? &snapshot.document->root() : nullptr;
    const std::string_view own = row.Find("library")->string();
    if (const Value* expected = row.Find("expected")) Compare(row, own, *expected, ours);
    if (const Value* error = row.Find("expected_error")) Compare(row, own, *error, ours, true);
    const Value* opinions = row.Find("opinions");
    if (opinions == nullptr) return;
    for (const Value& opinion : *opinions) Compare(row, opinion.key(), opinion, ours);
  }

  const std::map<std::string, Agreement, std::less<>>& agreements() const { return agreements_; }
  const std::set<std::string_view>& used() const { return used_; }

 private:
  void Compare(
      const Row& row,
      std::string_view library,
      const Value& theirs,
      const Value* ours,
      bool refused = false
  ) {
    Agreement& agreement = agreements_[std::string(library)];
    ++agreement.all;
    const bool same = ours == nullptr ? refused : !refused && Equal(theirs, *ours);
    if (same) {
      ++agreement.agreed;
      return;
    }
    const Difference difference = {
        .library = library,
        .text = row.input(),
        .theirs = theirs,
        .refused = refused,
        .ours = ours == nullptr ? std::string() : ToText(*ours),
    };
    const auto* rule =
        std::ranges::find_if(kRules, [&](const Rule& one) { return one.applies(difference); });
    if (rule == kRules.end()) {
      ADD_FAILURE() << row.id() << ", " << library
                    << ": no rule says why it differs: " << row.input() << "\n  they "
                    << ToText(theirs) << "\n  we   " << difference.ours;
      return;
    }
    ++agreement.by_rule[rule->name];
    used_.insert(rule->name);
  }

  std::map<std::string, Agreement, std::less<>> agreements_;
  std::set<std::string_view> used_;
};

Comparison CompareAll() {
  Comparison comparison;
  for (const auto& file : std::filesystem::directory_iterator(TestDataDir() / "malformed-json")) {
    if (file.path().extension() != ".jsonl") continue;
    for (const Row& row : ReadRows("malformed-json/" + file.path().filename().string())) {
      if (row.Is("partial")) comparison.Add(row);
    }
  }
  return comparison;
}

TEST(JsonPartialsTest, EveryDisagreementWithAnotherLibraryHasItsRule) {
  REQUIRE_TEST_DATA("malformed-json");
  const Comparison comparison = CompareAll();
  EXPECT_GE(comparison.agreements().size(), 5U);
  for (const auto& [library, agreement] : comparison.agreements()) {
    std::cout << "partials: " << library << " agrees on " << agreement.agreed << " of "
              << agreement.all;
    for (const auto& [rule, count] : agreement.by_rule) std::cout << "; " << rule << " " << count;
    std::cout << "\n";
  }
}

TEST(JsonPartialsTest, EachRuleIsUsedAndArgued) {
  REQUIRE_TEST_DATA("malformed-json");
  const Comparison comparison = CompareAll();
  const std::string argued = ReadFile(EXTRACTD_PARTIAL_RULES);
  for (const Rule& rule : kRules) {
    EXPECT_TRUE(comparison.used().contains(rule.name)) << rule.name;
    EXPECT_NE(argued.find("| " + std::string(rule.name) + " |"), std::string::npos) << rule.name;
  }
}

}  // namespace
}  // namespace extractd::json
