#include "server/json/toon/lines.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace extractd::json::toon {
namespace {

TEST(ToonLinesTest, CommentsAndBlankLinesAreNone) {
  LineReader lines("# head\n\na: 1 \r\n    # deep\n  \t\n  b: #x\n");
  ASSERT_NE(lines.next(), nullptr);
  EXPECT_EQ(lines.next()->content, "a: 1");
  EXPECT_EQ(lines.next()->number, 3U);
  EXPECT_TRUE(lines.next()->after_blank);
  lines.Advance();
  ASSERT_NE(lines.next(), nullptr);
  EXPECT_EQ(lines.next()->content, "b: #x");
  EXPECT_EQ(lines.next()->spaces, 2U);
  EXPECT_EQ(lines.next()->number, 6U);
  EXPECT_TRUE(lines.next()->after_blank);
  lines.Advance();
  EXPECT_EQ(lines.next(), nullptr);
}

TEST(ToonLinesTest, CommentBetweenLinesIsNotBlank) {
  LineReader lines("a\n# c\nb");
  lines.Advance();
  EXPECT_FALSE(lines.next()->after_blank);
}

TEST(ToonLinesTest, TabBeforeANumberSignMakesItContent) {
  const LineReader lines("\t# c");
  ASSERT_NE(lines.next(), nullptr);
  EXPECT_EQ(lines.next()->tabs, 1U);
}

TEST(ToonLinesTest, EmptyTextHasNoLine) {
  EXPECT_EQ(LineReader("").next(), nullptr);
  EXPECT_EQ(LineReader("\n \n#").next(), nullptr);
}

}  // namespace
}  // namespace extractd::json::toon
