#include "server/json/tolerant/repair_log.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/json/describe_repairs.h"

namespace extractd::json {
namespace {

TEST(RepairLogTest, PlaceNamesTheContainerAndTheChild) {
  Place place;
  EXPECT_EQ(place.ChildPointer(), "");
  place.EnterObject();
  EXPECT_EQ(place.ChildPointer(), "") << "no member yet";
  place.Member("a/b");
  place.EnterArray();
  place.NextElement();
  place.NextElement();
  EXPECT_EQ(place.ContainerPointer(), "/a~1b");
  EXPECT_EQ(place.ChildPointer(), "/a~1b/1");
  place.Leave();
  EXPECT_TRUE(place.in_object());
  EXPECT_EQ(place.ChildPointer(), "/a~1b");
}

TEST(RepairLogTest, LongPointersAreCutToAParent) {
  const std::string half(kMaxRepairPathBytes / 2, 'k');
  const std::string huge(kMaxRepairPathBytes + 1, 'h');
  Place place;
  for (int i = 0; i < 3; ++i) {
    place.EnterObject();
    place.Member(half);
  }
  EXPECT_EQ(place.ChildPointer(), "/" + half);
  place.Clear();
  place.EnterObject();
  place.Member(huge);
  EXPECT_EQ(place.ChildPointer(), "");
}

TEST(RepairLogTest, PointersAreAlwaysUtf8) {
  Place place;
  place.EnterObject();
  place.Member("\xED\xA0\xBD");
  EXPECT_EQ(place.ChildPointer(), "/\uFFFD");
}

TEST(RepairLogTest, ChangesAreKeptWithTheirPlace) {
  RepairLog log;
  log.place().EnterObject();
  log.place().Member("a");
  log.AddToChild(repair_kind::kQuote, {.before = "'x'", .after = "\"x\""});
  log.AddToContainer(repair_kind::kExtraComma, {.before = ",", .lossless = false});
  const std::vector<Repair> repairs = log.Take();
  EXPECT_EQ(DescribeRepairs(repairs), "quote /a: 'x' -> \"x\"\nextra_comma : , ->  (lossy)");
  EXPECT_TRUE(log.Take().empty());
}

TEST(RepairLogTest, OneChangeTooManyIsKeptAndNoMore) {
  RepairLog log;
  for (size_t i = 0; i < kMaxRepairs; ++i) log.AddToChild(repair_kind::kQuote, {});
  EXPECT_FALSE(log.overflows());
  log.AddToChild(repair_kind::kQuote, {});
  EXPECT_TRUE(log.overflows());
  log.AddToChild(repair_kind::kQuote, {});
  EXPECT_EQ(log.Take().size(), kMaxRepairs + 1);
}

TEST(RepairLogTest, TextIsCutOnACodePoint) {
  const std::string umlauts = "ü" + std::string(kMaxRepairTextBytes - 3, 'x') + "üü";
  EXPECT_EQ(RepairText(umlauts), umlauts.substr(0, kMaxRepairTextBytes - 1));
  EXPECT_EQ(RepairText("short"), "short");
}

TEST(RepairLogTest, BytesThatAreNotUtf8StayReadable) {
  EXPECT_EQ(
      RepairText("a\xFF"
                 "b"),
      "a\\xFFb"
  );
  EXPECT_LE(RepairText(std::string(300, '\xFF')).size(), kMaxRepairTextBytes);
}

}  // namespace
}  // namespace extractd::json
