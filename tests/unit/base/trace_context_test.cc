#include "server/base/trace_context.h"

#include <string>

#include <gtest/gtest.h>

namespace extractd {
namespace {

constexpr std::string_view kWellFormed = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceContextTest, AWellFormedHeaderIsReadAndWritten) {
  const auto context = ParseTraceparent(kWellFormed);
  ASSERT_TRUE(context.has_value());
  EXPECT_EQ(HexOf(context->trace), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(context->parent, 0x00f067aa0ba902b7U);
  EXPECT_TRUE(context->sampled());
  EXPECT_EQ(TraceparentOf(*context, context->span), kWellFormed);
  EXPECT_EQ(
      TraceparentOf(*context, 0x1234), "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000001234-01"
  );
}

TEST(TraceContextTest, ATraceThatIsNotSampledStaysSo) {
  const auto context = ParseTraceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");
  ASSERT_TRUE(context.has_value());
  EXPECT_FALSE(context->sampled());
  EXPECT_TRUE(TraceparentOf(*context, 1).ends_with("-00"));
}

TEST(TraceContextTest, FlagsThatNobodyKnowsAreNotPassedOn) {
  const auto context = ParseTraceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff");
  ASSERT_TRUE(context.has_value());
  EXPECT_TRUE(TraceparentOf(*context, 1).ends_with("-01"));
}

TEST(TraceContextTest, ALaterVersionIsReadAsFarAsThisOneGoes) {
  const std::string later = "cc" + std::string(kWellFormed.substr(2));
  EXPECT_TRUE(ParseTraceparent(later).has_value());
  EXPECT_TRUE(ParseTraceparent(later + "-what-the-future-brings").has_value());
  EXPECT_FALSE(ParseTraceparent(later + ".what").has_value());
}

class BadTraceparent : public testing::TestWithParam<const char*> {};

TEST_P(BadTraceparent, IsNone) {
  EXPECT_FALSE(ParseTraceparent(GetParam()).has_value()) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(
    All,
    BadTraceparent,
    testing::Values(
        "",
        "00",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b77-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x"
    )
);

}  // namespace
}  // namespace extractd
