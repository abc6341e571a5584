#include "server/service/descriptors.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace extractd {
namespace {

TEST(DescriptorsTest, WhatIsOpenedIsCounted) {
  const Descriptors before = CountDescriptors();
  const int opened = ::open("/dev/null", O_RDONLY);
  ASSERT_GE(opened, 0);
  const Descriptors after = CountDescriptors();
  ::close(opened);
  EXPECT_EQ(after.open, before.open + 1);
  EXPECT_GT(after.limit, 0);
}

TEST(DescriptorsTest, SomeAreKeptInReserve) {
  EXPECT_FALSE((Descriptors{.open = 80, .limit = 100}).low());
  EXPECT_TRUE((Descriptors{.open = 81, .limit = 100}).low());
  EXPECT_FALSE((Descriptors{.open = 90, .limit = 100}).exhausted());
  EXPECT_TRUE((Descriptors{.open = 91, .limit = 100}).exhausted());
}

}  // namespace
}  // namespace extractd
