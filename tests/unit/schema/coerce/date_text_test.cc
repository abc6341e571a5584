#include "server/schema/coerce/date_text.h"

#include <string>

#include <gtest/gtest.h>

namespace extractd::schema {
namespace {

std::string Date(std::string_view text, Format format = Format::kDate) {
  const std::optional<TextDate> date = ToDateFormat(format, text);
  if (!date.has_value()) return "none";
  return date->text + (date->lossless ? "" : " lossy");
}

TEST(DateTextTest, NumbersWhoseOrderIsSure) {
  EXPECT_EQ(Date("2024/3/5"), "2024-03-05");
  EXPECT_EQ(Date("20240305"), "2024-03-05");
  EXPECT_EQ(Date("05.03.2024"), "2024-03-05");
  EXPECT_EQ(Date("3/25/2024"), "2024-03-25");
  EXPECT_EQ(Date("25/3/2024"), "2024-03-25");
  EXPECT_EQ(Date("3/3/2024"), "2024-03-03");
  EXPECT_EQ(Date("3/5/2024"), "none") << "March or May";
  EXPECT_EQ(Date("3/5/24"), "none");
  EXPECT_EQ(Date("30.02.2024"), "none");
}

TEST(DateTextTest, NamesOfMonths) {
  EXPECT_EQ(Date("March 5, 2024"), "2024-03-05");
  EXPECT_EQ(Date("5th of March 2024"), "2024-03-05");
  EXPECT_EQ(Date("5. März 2024"), "2024-03-05");
  EXPECT_EQ(Date("Dec 24th, 2024"), "2024-12-24");
  EXPECT_EQ(Date("2024 January 2"), "2024-01-02");
  EXPECT_EQ(Date("March 2024"), "none");
  EXPECT_EQ(Date("due March 5, 2024"), "none");
}

TEST(DateTextTest, TheDateOfADateTime) {
  EXPECT_EQ(Date("2024-03-05T10:00:00Z"), "2024-03-05 lossy");
  EXPECT_EQ(Date("2024-03-05 00:00:00"), "2024-03-05");
  EXPECT_EQ(Date("2024-03-05 or so"), "none");
}

TEST(DateTextTest, DateTimesNeedAnOffset) {
  EXPECT_EQ(Date("2024-03-05 10:00:00z", Format::kDateTime), "2024-03-05T10:00:00Z");
  EXPECT_EQ(Date("2024-03-05 10:00:00 +0100", Format::kDateTime), "2024-03-05T10:00:00+01:00");
  EXPECT_EQ(Date("2024-03-05 10:00:00 UTC", Format::kDateTime), "2024-03-05T10:00:00Z");
  EXPECT_EQ(Date("2024-03-05 10:00:00", Format::kDateTime), "none");
  EXPECT_EQ(Date("2024-03-05", Format::kDateTime), "none");
}

TEST(DateTextTest, OtherFormatsAreLeftAlone) {
  EXPECT_EQ(Date("nobody", Format::kEmail), "none");
}

}  // namespace
}  // namespace extractd::schema
