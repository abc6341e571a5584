#include "server/schema/coerce/words.h"

#include <gtest/gtest.h>

namespace extractd::schema {
namespace {

TEST(WordsTest, FoldsAreEachCoarser) {
  EXPECT_EQ(FoldCase("Straße-É"), "strasse-é");
  EXPECT_EQ(FoldPunctuation("Dark_Blue (É)"), "darkblueé");
  EXPECT_EQ(FoldAccents("Né-utral"), "neutral");
  EXPECT_EQ(FoldCase(""), "");
}

TEST(WordsTest, AWordStandsAlone) {
  EXPECT_TRUE(FindWord("it is red.", "red").found);
  EXPECT_FALSE(FindWord("it is reduced", "red").found);
  EXPECT_FALSE(FindWord("infrared", "red").found);
  EXPECT_FALSE(FindWord("red", "").found);
}

TEST(WordsTest, ANegationCountsWithinItsSentence) {
  EXPECT_TRUE(FindWord("this is not positive", "positive").negated);
  EXPECT_TRUE(FindWord("it isn't really positive", "positive").negated);
  EXPECT_FALSE(FindWord("not sure. i say positive", "positive").negated);
  EXPECT_FALSE(FindWord("positive, not negative", "positive").negated);
  EXPECT_FALSE(FindWord("a notable, positive case", "positive").negated);
}

TEST(WordsTest, YesAndNoInWordsAndSentences) {
  EXPECT_TRUE(ReadYesNo("Yes.")->value);
  EXPECT_TRUE(ReadYesNo("Yes.")->lossless);
  EXPECT_TRUE(ReadYesNo("sí")->value);
  EXPECT_FALSE(ReadYesNo("NEIN")->value);
  EXPECT_TRUE(ReadYesNo("The answer is true")->value);
  EXPECT_FALSE(ReadYesNo("The answer is true")->lossless);
  EXPECT_FALSE(ReadYesNo("not true").has_value());
  EXPECT_FALSE(ReadYesNo("true or false").has_value());
  EXPECT_FALSE(ReadYesNo("maybe").has_value());
  EXPECT_FALSE(ReadYesNo("").has_value());
}

}  // namespace
}  // namespace extractd::schema
