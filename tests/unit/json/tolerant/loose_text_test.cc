#include "server/json/tolerant/loose_text.h"

#include <string>

#include <gtest/gtest.h>

namespace extractd::json {
namespace {

TEST(LooseTextTest, EveryKindOfQuoteIsKnown) {
  EXPECT_EQ(QuoteAt("\"", 0).kind, Quote::kDouble);
  EXPECT_EQ(QuoteAt("x'", 1).kind, Quote::kSingle);
  EXPECT_EQ(QuoteAt("`", 0).kind, Quote::kBacktick);
  for (const std::string_view mark : {"“", "”", "„", "‟", "«", "»"}) {
    EXPECT_EQ(QuoteAt(mark, 0).kind, Quote::kTypographicDouble) << mark;
    EXPECT_EQ(QuoteAt(mark, 0).size, mark.size());
  }
  for (const std::string_view mark : {"‘", "’", "‚", "‛", "´"}) {
    EXPECT_EQ(QuoteAt(mark, 0).kind, Quote::kTypographicSingle) << mark;
  }
  EXPECT_EQ(QuoteAt("a", 0).size, 0U);
  EXPECT_EQ(QuoteAt("a", 1).size, 0U);
}

TEST(LooseTextTest, TypographicQuotesCloseWithThePlainOneToo) {
  EXPECT_TRUE(MayClose(Quote::kTypographicDouble, Quote::kDouble));
  EXPECT_TRUE(MayClose(Quote::kTypographicSingle, Quote::kSingle));
  EXPECT_FALSE(MayClose(Quote::kDouble, Quote::kTypographicDouble));
  EXPECT_FALSE(MayClose(Quote::kSingle, Quote::kDouble));
}

TEST(LooseTextTest, WhiteSpaceThatJsonDoesNotKnow) {
  for (const std::string_view space :
       {"\f", "\v", "\u00A0", "\u2009", "\u200B", "\u3000", "\uFEFF"}) {
    EXPECT_EQ(LooseSpaceSize(space, 0), space.size());
  }
  EXPECT_EQ(LooseSpaceSize(" ", 0), 0U);
  EXPECT_EQ(LooseSpaceSize("a", 0), 0U);
}

TEST(LooseTextTest, WordsEndAtPunctuationSpacesAndQuotes) {
  EXPECT_EQ(WordAt("größe: 1", 0), "größe");
  EXPECT_EQ(WordAt("-1.5e+3,", 0), "-1.5e+3");
  EXPECT_EQ(WordAt("@id“", 0), "@id");
  EXPECT_EQ(WordAt("a\u00A0b", 0), "a");
  EXPECT_EQ(WordAt("a\xFF", 0), "a");
  EXPECT_EQ(WordAt("{a", 0), "");
}

TEST(LooseTextTest, LineCommentsLeaveTheLineBreak) {
  const std::string_view text = "// a\n# b";
  CommentReader comments(text);
  ASSERT_TRUE(comments.Begins(0));
  EXPECT_EQ(comments.Read(0).end, 4U);
  EXPECT_FALSE(comments.Begins(4));
  ASSERT_TRUE(comments.Begins(5));
  EXPECT_EQ(comments.Read(5).end, 8U);
  EXPECT_FALSE(comments.Read(5).closed) << "the text ends, not the line";
}

TEST(LooseTextTest, ACarriageReturnEndsALineToo) {
  CommentReader comments("#a\rb\n");
  EXPECT_EQ(comments.Read(0).end, 2U);
}

TEST(LooseTextTest, BlockCommentsEndAtTheirMark) {
  const std::string_view text = "/*/ a */ /* b";
  CommentReader comments(text);
  EXPECT_EQ(comments.Read(0).end, 8U);
  EXPECT_EQ(comments.Read(9).end, text.size());
  EXPECT_FALSE(comments.Read(9).closed);
}

TEST(LooseTextTest, MembersAreKnownByQuoteAndColon) {
  EXPECT_TRUE(HoldsMember(R"(, "c" : 2})"));
  EXPECT_TRUE(HoldsMember("'c':2"));
  EXPECT_FALSE(HoldsMember("see: \"c\" and 12:30"));
  EXPECT_FALSE(HoldsMember("the value of \"c\":")) << "a title has nothing behind its colon";
}

TEST(LooseTextTest, CommentedOutDataIsToldFromRemarks) {
  EXPECT_TRUE(HoldsData("// \"a\": 1,"));
  EXPECT_TRUE(HoldsData("# remark, 'b': 2}"));
  EXPECT_TRUE(HoldsData("/* {} */"));
  EXPECT_TRUE(HoldsData("// half a string\","));
  EXPECT_TRUE(HoldsData("#\"x\","));
  EXPECT_FALSE(HoldsData("// it's a {remark}"));
  EXPECT_FALSE(HoldsData("/**/"));
}

TEST(LooseTextTest, SearchMayGoBack) {
  ForwardSearch search("a*/b*/c", "*/");
  EXPECT_EQ(search.From(2), 4U);
  EXPECT_EQ(search.From(5), 7U) << "none: the end of the text";
  EXPECT_EQ(search.From(6), 7U);
  EXPECT_EQ(search.From(0), 1U);
  EXPECT_EQ(search.From(1), 1U);
}

TEST(LooseTextTest, BlanksAreSpacesAndComments) {
  const std::string_view text = " \u00A0// a\n /* b */\t{";
  CommentReader comments(text);
  EXPECT_EQ(SkipBlank(text, 0, comments), text.size() - 1);
}

}  // namespace
}  // namespace extractd::json
