#include "server/net/streams/line_cutter.h"

#include <vector>

#include <gtest/gtest.h>

namespace extractd::net {
namespace {

using Lines = std::vector<std::string>;

Lines Cut(LineCutter::Ends ends, std::string_view text) {
  LineCutter cutter(ends, 100);
  Lines lines;
  EXPECT_TRUE(cutter.Read(text, [&](std::string_view line) {
    lines.emplace_back(line);
    return true;
  }));
  lines.emplace_back(cutter.rest());
  return lines;
}

TEST(LineCutterTest, LinesEndWhereTheFramingSaysSo) {
  EXPECT_EQ(Cut(LineCutter::Ends::kAll, "a\rb\nc\r\nd"), (Lines{"a", "b", "c", "d"}));
  EXPECT_EQ(Cut(LineCutter::Ends::kLineFeed, "a\rb\nc\r\nd"), (Lines{"a\rb", "c\r", "d"}));
}

TEST(LineCutterTest, AReturnAndAFeedInTwoPiecesAreOneEnd) {
  LineCutter cutter(LineCutter::Ends::kAll, 100);
  int lines = 0;
  const auto count = [&](std::string_view) { return ++lines > 0; };
  EXPECT_TRUE(cutter.Read("a\r", count));
  EXPECT_TRUE(cutter.Read("\nb", count));
  EXPECT_EQ(lines, 1);
  EXPECT_EQ(cutter.rest(), "b");
}

TEST(LineCutterTest, WhoeverHasEnoughGetsNoMore) {
  LineCutter cutter(LineCutter::Ends::kAll, 100);
  int lines = 0;
  EXPECT_TRUE(cutter.Read("a\nb\nc\n", [&](std::string_view) { return ++lines < 2; }));
  EXPECT_EQ(lines, 2);
}

}  // namespace
}  // namespace extractd::net
