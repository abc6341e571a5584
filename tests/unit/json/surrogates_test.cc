#include "server/json/surrogates.h"

#include <variant>

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "tests/unit/json/describe_repairs.h"

namespace extractd::json {
namespace {

TEST(SurrogatesTest, TextWithoutHalvesStaysAsItIs) {
  for (const auto* text : {
           R"("plain")",
           R"("\ud83d\ude00")",
           R"("\\ud800")",
           R"("\u0041\n\"")",
           R"({"a\ud83d\ude00":["\\",1]})",
       }) {
    EXPECT_EQ(ReplaceUnpairedSurrogates(text), std::nullopt) << text;
  }
}

TEST(SurrogatesTest, HalvesBecomeTheReplacementCharacter) {
  EXPECT_EQ(
      ReplaceUnpairedSurrogates(R"("a\ud800b")"),
      "\"a\xEF\xBF\xBD"
      "b\""
  );
  EXPECT_EQ(ReplaceUnpairedSurrogates(R"("\uDC00")"), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(ReplaceUnpairedSurrogates(R"("\\\ud800")"), "\"\\\\\xEF\xBF\xBD\"");
  EXPECT_EQ(
      ReplaceUnpairedSurrogates(R"(["\ud800\ud83d\ude00"])"), "[\"\xEF\xBF\xBD\\ud83d\\ude00\"]"
  );
  EXPECT_EQ(ReplaceUnpairedSurrogates(R"("\ude00\ud83d")"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

// The changes that ReplaceUnpairedSurrogates made of `text`.
std::vector<Repair> Repairs(const std::string& text) {
  const ParseResult before = ParseView(text);
  const std::string mended = ReplaceUnpairedSurrogates(text).value_or(text);
  const ParseResult after = ParseView(mended);
  return SurrogateRepairs(std::get<Document>(before).root(), std::get<Document>(after).root());
}

TEST(SurrogateRepairsTest, EachStringHasOneWithItsPlace) {
  EXPECT_EQ(
      DescribeRepairs(Repairs(R"({"a":["x",{"b":"1\ud800\udb00"}],"c":"\ud83d\ude00","d":"\udc00"})"
      )),
      "unpaired_surrogate /a/1/b: \"1\\ud800\\udb00\" -> \"1\xEF\xBF\xBD\xEF\xBF\xBD\" (lossy)\n"
      "unpaired_surrogate /d: \"\\udc00\" -> \"\xEF\xBF\xBD\" (lossy)"
  );
  EXPECT_EQ(
      DescribeRepairs(Repairs(R"("\ud800")")),
      "unpaired_surrogate : \"\\ud800\" -> \"\xEF\xBF\xBD\" (lossy)"
  );
}

TEST(SurrogateRepairsTest, NamesHaveOneTooAndPathsUseTheNewName) {
  EXPECT_EQ(
      DescribeRepairs(Repairs(R"({"n\ud800":{"a":"\ud800"}})")),
      "unpaired_surrogate /n\xEF\xBF\xBD: \"n\\ud800\" -> \"n\xEF\xBF\xBD\" (lossy)\n"
      "unpaired_surrogate /n\xEF\xBF\xBD/a: \"\\ud800\" -> \"\xEF\xBF\xBD\" (lossy)"
  );
}

TEST(SurrogateRepairsTest, WhatDidNotChangeHasNone) {
  EXPECT_TRUE(Repairs(R"({"a":[1,"\ud83d\ude00",{}],"b":null})").empty());
}

TEST(SurrogateRepairsTest, TooManyAreNotAllListed) {
  std::string text = "[";
  for (size_t i = 0; i < 2 * kMaxRepairs; ++i) text += R"("\ud800",)";
  text.back() = ']';
  EXPECT_EQ(Repairs(text).size(), kMaxRepairs + 1);
}

TEST(FindDoubledNameTest, NamesTheFirstMemberThatComesAgain) {
  const ParseResult twice = ParseView(R"({"a":[{"b":1,"c":{}},{"x~/":1,"x~/":1}],"d":1,"d":2})");
  EXPECT_EQ(FindDoubledName(std::get<Document>(twice).root()), "/a/1/x~0~1");
  const ParseResult once = ParseView(R"([{"a":1},{"a":1,"b":{"a":1}}])");
  EXPECT_EQ(FindDoubledName(std::get<Document>(once).root()), std::nullopt);
}

}  // namespace
}  // namespace extractd::json
