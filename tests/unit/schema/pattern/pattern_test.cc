#include "server/schema/pattern/pattern.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/schema/allocated_bytes.h"

namespace extractd::schema {
namespace {

struct Case {
  std::string_view pattern;
  std::vector<std::string_view> matches;
  std::vector<std::string_view> others;
};

void Expect(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const auto compiled = Pattern::Compile(c.pattern);
    if (const auto* fault = std::get_if<Pattern::Fault>(&compiled)) {
      ADD_FAILURE() << c.pattern << ": " << fault->reason;
      continue;
    }
    const auto& pattern = std::get<std::unique_ptr<const Pattern>>(compiled);
    for (const std::string_view text : c.matches) {
      EXPECT_TRUE(pattern->Matches(text)) << c.pattern << " on " << text;
    }
    for (const std::string_view text : c.others) {
      EXPECT_FALSE(pattern->Matches(text)) << c.pattern << " on " << text;
    }
  }
}

std::string Reason(std::string_view pattern) {
  const auto compiled = Pattern::Compile(pattern);
  const auto* fault = std::get_if<Pattern::Fault>(&compiled);
  return fault == nullptr ? "" : fault->reason;
}

TEST(PatternTest, MatchesAnywhereUnlessAnchored) {
  Expect({
      {"b", {"b", "abc"}, {"", "B"}},
      {"^b$", {"b"}, {"ab", "bc", "b\n", "a\nb"}},
      {"", {"", "a"}, {}},
      {"^(?:a|bc)+$", {"a", "abc", "bca"}, {"", "b"}},
      {"(?<year>\\d{4})-(a)?", {"2026-", "x2026-a"}, {"202-"}},
      {"^a{2}b{1,}c{0,2}?$", {"aab", "aabbcc"}, {"ab", "aabccc"}},
      {"a\\b", {"a", "a b"}, {"ab"}},
      {"a\\Bb", {"ab"}, {"a b"}},
  });
}

TEST(PatternTest, ClassesAreThoseOfEcma) {
  Expect({
      {"^\\d$", {"7"}, {"७", "a"}},
      {"^\\D$", {"७", "a", "\n"}, {"7"}},
      {"^\\w$", {"a", "_", "9"}, {"ä", "-"}},
      {"^\\W$", {"ä", "-"}, {"a"}},
      {"^\\s$", {" ", "\n", "\u00A0", "\uFEFF", "\u2028", "\v"}, {"a", "\u200B", "\u0085"}},
      {"^\\S$", {"a", "\u200B"}, {" ", "\u3000"}},
      {"^.$", {"a", "ä", "😀", "\t"}, {"\n", "\r", "\u2028", "\u2029"}},
      {"^[\\d\\s-]+$", {"1 -"}, {"a"}},
      {"^[^\\w]$", {"ä"}, {"a"}},
      {"^[\\w-a]$", {"-", "x"}, {"."}},
      {"^[a\\-z]$", {"a", "-", "z"}, {"b"}},
      {"^[\\b]$", {"\b"}, {"b"}},
      {"[]", {}, {"", "a"}},
      {"^[^]$", {"a", "\n"}, {"", "ab"}},
      {"^[.*+?(){}|^$/]$", {".", "^", "{"}, {"a"}},
      {"^[[]$", {"["}, {"]"}},
  });
}

TEST(PatternTest, EscapesStandForTheirCharacter) {
  Expect({
      {"^\\t\\n\\v\\f\\r\\0$", {std::string_view("\t\n\v\f\r\0", 6)}, {"t"}},
      {"^\\cA\\cz$", {"\x01\x1A"}, {"cA"}},
      {"^\\x41\\u00e4\\u{1F600}\\ud83d\\ude00$", {"Aä😀😀"}, {}},
      {"^\\/\\.\\-\\_\\@\\\"\\ $", {"/.-_@\" "}, {}},
      {"^\\u{0}$", {std::string_view("\0", 1)}, {""}},
      {"^[\\u{1F600}-\\u{1F64F}]$", {"😀"}, {"a"}},
      {"^{a}{$", {"{a}{"}, {}},
      {"^a{,2}$", {"a{,2}"}, {"aa"}},
      {"^😀+$", {"😀😀"}, {"a"}},
  });
}

TEST(PatternTest, UnicodePropertiesHaveBothNames) {
  Expect({
      {"^\\p{L}+$", {"aÄ中"}, {"1", "a1"}},
      {"^\\p{Letter}$", {"ä"}, {"1"}},
      {"^\\p{Lu}\\p{Lowercase_Letter}$", {"Ää"}, {"ää"}},
      {"^\\p{General_Category=Decimal_Number}\\p{gc=Nd}$", {"7७"}, {"ab"}},
      {"^\\P{L}$", {"1"}, {"a"}},
      {"^[^\\p{L}\\d]$", {"-"}, {"a", "1"}},
      {"^\\p{Script=Greek}\\p{sc=Latin}$", {"αa"}, {"aα"}},
      {"^\\p{digit}$", {"1"}, {"a"}},
      {"^\\p{ASCII}\\P{ASCII}\\p{Any}$", {"aäß"}, {"äaß"}},
      {"^\\p{LC}$", {"a", "A"}, {"中"}},
  });
}

TEST(PatternTest, ALeadingLookAheadIsACondition) {
  Expect({
      {"^(?!x)[a-z]+$", {"abc"}, {"xbc", "1"}},
      {"^(?=.{2,3}$)(?!ab)a", {"ax", "axy"}, {"a", "axyz", "abc"}},
      {"^(?!.*(foo|bar)).*$", {"", "fob"}, {"xfoo", "bar"}},
  });
  EXPECT_EQ(Reason("a(?!b)"), "look-ahead is not supported");
  EXPECT_EQ(Reason("(?=a)b"), "look-ahead is not supported");
  EXPECT_EQ(Reason("^(?!a)b|c"), "look-ahead beside \"|\" is not supported");
  EXPECT_EQ(Reason("^(?!a(?=b))c"), "look-ahead is not supported");
}

TEST(PatternTest, LongRepetitionsAreWrittenOut) {
  const std::string thousand(1000, 'a');
  const std::string two_thousand = thousand + thousand;
  Expect({
      {"^.{1,2500}$", {two_thousand, "a"}, {"", thousand + two_thousand}},
      {"^a{2000}$", {two_thousand}, {thousand, two_thousand + "a"}},
      {"^a{1500,}$", {two_thousand}, {thousand}},
      {"^a{1500,1600}$", {std::string(1550, 'a')}, {thousand, two_thousand}},
  });
  EXPECT_EQ(Reason("a{20001}"), "a repetition of more than 20000 is not supported");
  EXPECT_EQ(Reason("(?:a{1000}){1000}"), "its repetitions are too large together");
}

TEST(PatternTest, WhatRe2CannotExpressIsNamed) {
  EXPECT_EQ(Reason("(?<=a)b"), "look-behind is not supported");
  EXPECT_EQ(Reason("(?<!a)b"), "look-behind is not supported");
  EXPECT_EQ(Reason("(a)\\1"), "a back-reference is not supported");
  EXPECT_EQ(Reason("(?<n>a)\\k<n>"), "a back-reference is not supported");
  EXPECT_EQ(Reason("\\p{Emoji}"), "the property \"Emoji\" is not supported");
  EXPECT_EQ(Reason("\\p{Script=Klingon}"), "the property \"Script=Klingon\" is not supported");
  EXPECT_EQ(Reason("\\p{Greek}"), "the property \"Greek\" is not supported");
  EXPECT_EQ(Reason("\xED\xA0\xBD"), "an unpaired surrogate is not supported");
}

TEST(PatternTest, WhatIsNoRegularExpressionIsExplained) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"(a", "a group is not closed"},
      {"a)", "there is a \")\" too many"},
      {"[a", "a bracket expression is not closed"},
      {"*a", "\"*\" has nothing to repeat"},
      {"a|+", "\"+\" has nothing to repeat"},
      {"a**", "\"*\" has nothing to repeat"},
      {"{2}", "\"{\" has nothing to repeat"},
      {"^*", "an assertion cannot be repeated"},
      {"a{3,2}", "the bounds of a repetition are out of order"},
      {"[z-a]", "a range is out of order"},
      {"\\", "it ends in a backslash"},
      {"\\Z", "\"\\Z\" is no escape of ECMA-262"},
      {"\\x4", "an escape has too few hexadecimal digits"},
      {"\\u{110000}", "\"\\u{\" is not followed by a code point"},
      {"\\c1", "\"\\c\" is not followed by a letter"},
      {"\\01", "\"\\0\" is followed by a digit"},
      {"\\pL", "\"\\p\" is not followed by a property in braces"},
      {"(?i)a", "\"(?\" begins no group of ECMA-262; inline flags are not part of it"},
      {"(?<1>a)", "a group has no proper name"},
  };
  for (const auto& [pattern, why] : cases) {
    EXPECT_EQ(Reason(pattern), "it is no regular expression of ECMA-262: " + std::string(why))
        << pattern;
  }
  EXPECT_NE(Reason(std::string(500, '(')).find("nest too deep"), std::string::npos);
}

TEST(PatternTest, EvilPatternsTakeLinearTime) {
  const std::string text = std::string(200'000, 'a') + "!";
  Expect({{"^(a+)+$", {}, {text}}, {"(a|aa)*b", {}, {text}}, {"(.*a){20}b", {}, {text}}});
}

// Every text of `size` letters a and b, one behind the other: an automaton that counts back from
// the end meets all of its states.
std::string AllWords(unsigned size) {
  std::string text;
  for (unsigned word = 0; word < 1U << size; ++word) {
    for (unsigned bit = 0; bit < size; ++bit) text += (word >> bit & 1U) != 0 ? 'a' : 'b';
  }
  return text;
}

TEST(PatternTest, MemoryIsNeverAboveWhatIsCounted) {
  const std::string text = AllWords(12);
  for (const std::string_view pattern :
       {"b",
        "^[a-z][a-z0-9_-]*$",
        "^#[0-9a-fA-F]{6}$",
        "^(?:a|b)*a(?:a|b){11}$",
        "^[a-z0-9.-]{0,64}$",
        "^(?!.*x)(?:a|b)*a(?:a|b){9}c",
        "^\\p{L}{1,200}$"}) {
    const size_t before = AllocatedBytes();
    const auto compiled = Pattern::Compile(pattern);
    const auto& runs = std::get<std::unique_ptr<const Pattern>>(compiled);
    size_t most = AllocatedBytes() - before;
    for (size_t end = 0; end < text.size(); end += 397) {
      runs->Matches(std::string_view(text).substr(0, end));
      most = std::max(most, AllocatedBytes() - before);
    }
    EXPECT_LE(most, runs->memory_bytes()) << pattern;
  }
}

TEST(PatternTest, MemoryGrowsWithTheProgram) {
  const auto bytes = [](std::string_view pattern) {
    const auto compiled = Pattern::Compile(pattern);
    return std::get<std::unique_ptr<const Pattern>>(compiled)->memory_bytes();
  };
  EXPECT_LT(bytes("^[a-z]+$"), 10'000U);
  EXPECT_LT(bytes("^[a-z]+$"), bytes("^[a-f]{8}-[a-f]{16}$"));
  EXPECT_LT(bytes("^[a-f]{8}-[a-f]{16}$"), bytes("^\\p{L}{1,500}$"));
}

}  // namespace
}  // namespace extractd::schema
