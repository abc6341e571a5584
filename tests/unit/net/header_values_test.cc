#include "server/net/header_values.h"

#include <gtest/gtest.h>

namespace extractd::net {
namespace {

using namespace std::chrono_literals;

const WallTime kNow{1'800'000'000s};

TEST(HeaderValuesTest, HeadersAreFoundInAnyCaseAndTrimmed) {
  const std::vector<HttpHeader> headers = {{"Retry-After", "  7 "}};
  EXPECT_EQ(FindHeader(headers, "retry-after"), "7");
  EXPECT_EQ(FindHeader(headers, "retry"), std::nullopt);
}

TEST(HeaderValuesTest, DecimalsHaveNeitherSignNorExponentNorAnythingBehindThem) {
  EXPECT_EQ(DecimalNumber("0.5"), 0.5);
  for (const char* text : {"", "-1", "+1", "1e3", "1s", " 1", "x"}) {
    EXPECT_EQ(DecimalNumber(text), std::nullopt) << text;
  }
}

TEST(HeaderValuesTest, ResetsAreDurationsSecondsOrMoments) {
  EXPECT_EQ(UntilReset("1h2m3.5s", kNow), 3'723'500ms);
  EXPECT_EQ(UntilReset("12ms", kNow), 12ms);
  EXPECT_EQ(UntilReset("1.5", kNow), 1500ms);
  EXPECT_EQ(UntilReset("1800000002", kNow), 2s);
  EXPECT_EQ(UntilReset("1800000002500", kNow), 2500ms);
  EXPECT_EQ(UntilReset("2027-01-15T08:00:02Z", kNow), 2s);
  EXPECT_EQ(UntilReset("2027-01-15T07:00:00Z", kNow), 0ms) << "in the past";
  EXPECT_EQ(UntilReset("soon", kNow), std::nullopt);
}

TEST(HeaderValuesTest, DatesAreThoseOfHttp) {
  EXPECT_EQ(UntilDate("Fri, 15 Jan 2027 08:00:02 GMT", kNow), 2s);
  EXPECT_EQ(UntilDate("2027-01-15", kNow), std::nullopt);
}

TEST(HeaderValuesTest, NoWaitIsNegativeOrLongerThanAYear) {
  EXPECT_EQ(FromMs(-1), 0ms);
  EXPECT_EQ(FromMs(1e300), std::chrono::hours(24 * 366));
}

}  // namespace
}  // namespace extractd::net
