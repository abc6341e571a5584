#include "server/schema/format/idna.h"

#include <string_view>

#include <gtest/gtest.h>

namespace extractd::schema {
namespace {

CodePoints From(std::u32string_view text) {
  return {text.begin(), text.end()};
}

TEST(IdnaTest, CodePointsHaveTheirDerivedProperty) {
  for (const char32_t c : {U'a', U'0', U'-', U'ü', U'ß', U'ς', U'中', U'\u094D', U'\u0300'}) {
    EXPECT_EQ(IdnaPropertyOf(c), IdnaProperty::kValid) << static_cast<unsigned>(c);
  }
  for (const char32_t c :
       {U'A',
        U'Ü',
        U' ',
        U'_',
        U'½',
        U'\u00AD',
        U'\u0640',
        U'\u1100',
        U'\u3164',
        U'\u20D0',
        U'\U0001F600',
        U'\u0378',
        U'\uFF41',
        U'\u2126'}) {
    EXPECT_EQ(IdnaPropertyOf(c), IdnaProperty::kDisallowed) << static_cast<unsigned>(c);
  }
  EXPECT_EQ(IdnaPropertyOf(U'\u200D'), IdnaProperty::kContextJ);
  EXPECT_EQ(IdnaPropertyOf(U'\u00B7'), IdnaProperty::kContextO);
}

TEST(IdnaTest, ContextDecidesWhereItMust) {
  EXPECT_TRUE(HasAllowedCodePoints(From(U"l·l")));
  EXPECT_FALSE(HasAllowedCodePoints(From(U"a·l")));
  EXPECT_TRUE(HasAllowedCodePoints(From(U"\u0628\u200C\u0628")));
  EXPECT_TRUE(HasAllowedCodePoints(From(U"\u0628\u064B\u200C\u064B\u0628")));
  EXPECT_FALSE(HasAllowedCodePoints(From(U"a\u200Cb")));
  EXPECT_FALSE(HasAllowedCodePoints(From(U"\u0627\u200C\u0628")));  // alef does not join leftwards
  EXPECT_FALSE(HasAllowedCodePoints(From(U"\u0300a")));
  EXPECT_FALSE(HasAllowedCodePoints(From(U"a\u0300")));  // not normalised
  EXPECT_FALSE(HasAllowedCodePoints({}));
}

TEST(IdnaTest, DirectionsDoNotMix) {
  EXPECT_TRUE(HasRightToLeft(From(U"\u05D0")));
  EXPECT_TRUE(HasRightToLeft(From(U"\u0660")));
  EXPECT_FALSE(HasRightToLeft(From(U"ü1")));
  EXPECT_TRUE(ObeysBidiRule(From(U"\u05D01")));
  EXPECT_TRUE(ObeysBidiRule(From(U"\u05D0\u05B0")));
  EXPECT_TRUE(ObeysBidiRule(From(U"ab1")));
  EXPECT_FALSE(ObeysBidiRule(From(U"1a")));
  EXPECT_FALSE(ObeysBidiRule(From(U"a\u05D0")));
  EXPECT_FALSE(ObeysBidiRule(From(U"\u05D0a")));
  EXPECT_FALSE(ObeysBidiRule(From(U"\u05D01\u0660")));
  EXPECT_FALSE(ObeysBidiRule(From(U"\u05D0-")));
}

TEST(IdnaTest, CharactersJoinAsTheirScriptsDo) {
  EXPECT_EQ(JoiningOf(U'\u0628'), Joining::kDual);
  EXPECT_EQ(JoiningOf(U'\u0627'), Joining::kRight);
  EXPECT_EQ(JoiningOf(U'\uA872'), Joining::kLeft);
  EXPECT_EQ(JoiningOf(U'a'), Joining::kNone);
  EXPECT_EQ(JoiningOf(U'\U0010FFFF'), Joining::kNone);
}

}  // namespace
}  // namespace extractd::schema
