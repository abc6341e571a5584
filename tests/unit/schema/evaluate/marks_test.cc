#include "server/schema/evaluate/marks.h"

#include <gtest/gtest.h>

namespace extractd::schema {
namespace {

TEST(MarksTest, EachChildHasItsOwn) {
  Marks marks(1000);
  marks.Mark(0);
  marks.Mark(64);
  marks.Mark(999);
  for (size_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(marks.IsMarked(i), i == 0 || i == 64 || i == 999) << i;
  }
}

TEST(MarksTest, MergingAddsThoseOfTheOther) {
  Marks marks(70);
  marks.Mark(1);
  Marks other(70);
  other.Mark(69);
  marks.Merge(other);
  EXPECT_TRUE(marks.IsMarked(1));
  EXPECT_TRUE(marks.IsMarked(69));
  EXPECT_FALSE(other.IsMarked(1));
  marks.MarkAll();
  EXPECT_TRUE(marks.IsMarked(2));
}

}  // namespace
}  // namespace extractd::schema
