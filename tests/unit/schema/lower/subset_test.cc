#include "server/schema/lower/subset.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace extractd::schema::lower {
namespace {

TEST(SubsetTest, RowsAreSortedAndFoundByName) {
  EXPECT_TRUE(std::ranges::is_sorted(AllSubsets(), {}, &Subset::name));
  for (const Subset& subset : AllSubsets()) {
    EXPECT_EQ(FindSubset(subset.name), &subset);
    EXPECT_FALSE(subset.about.empty()) << subset.name;
  }
  EXPECT_EQ(FindSubset("no_such_subset"), nullptr);
}

TEST(SubsetTest, KeywordsWithSettingsOfTheirOwnHaveThem) {
  for (const Subset& subset : AllSubsets()) {
    const bool pattern = std::ranges::find(subset.keywords, "pattern") != subset.keywords.end();
    EXPECT_EQ(pattern, subset.patterns != Patterns::kNone) << subset.name;
    const bool format = std::ranges::find(subset.keywords, "format") != subset.keywords.end();
    EXPECT_EQ(format, !subset.formats.empty()) << subset.name;
  }
}

}  // namespace
}  // namespace extractd::schema::lower
