#include "server/schema/program/keyword.h"

#include <gtest/gtest.h>

namespace extractd::schema {
namespace {

TEST(KeywordTest, EachDraftHasItsOwn) {
  const Dialect draft7 = StandardDialect(Draft::k7);
  const Dialect draft2020 = StandardDialect(Draft::k2020_12);
  EXPECT_EQ(FindKeyword("additionalItems", draft7)->keyword, Keyword::kAdditionalItems);
  EXPECT_EQ(FindKeyword("additionalItems", draft2020), nullptr);
  EXPECT_EQ(FindKeyword("prefixItems", draft7), nullptr);
  EXPECT_EQ(FindKeyword("prefixItems", draft2020)->shape, Shape::kSchemaList);
  EXPECT_EQ(FindKeyword("title", draft2020), nullptr);
  EXPECT_EQ(FindKeyword("Type", draft2020), nullptr);
  EXPECT_EQ(FindKeyword("false", draft2020), nullptr);
}

TEST(KeywordTest, AVocabularyThatIsLeftOutTakesItsKeywordsWithIt) {
  Dialect dialect = {.draft = Draft::k2020_12};
  dialect.Add(Vocabulary::kApplicator);
  EXPECT_EQ(FindKeyword("type", dialect), nullptr);
  EXPECT_NE(FindKeyword("properties", dialect), nullptr);
  EXPECT_EQ(FindKeyword("format", dialect), nullptr);
  dialect.Add(Vocabulary::kFormatAssertion);
  EXPECT_NE(FindKeyword("format", dialect), nullptr);
}

TEST(KeywordTest, NamesAreThoseOfTheSchema) {
  EXPECT_EQ(KeywordName(Keyword::kAdditionalItems), "additionalItems");
  EXPECT_EQ(KeywordName(Keyword::kVocabulary), "$vocabulary");
  EXPECT_EQ(KeywordName(Keyword::kFalse), "false");
}

}  // namespace
}  // namespace extractd::schema
