#include "server/base/strings.h"

#include <gtest/gtest.h>

namespace extractd {
namespace {

TEST(StringsTest, MapsAreSearchedByView) {
  StringMap<int> map;
  map.emplace("one", 1);
  EXPECT_EQ(map.find(std::string_view("one"))->second, 1);
  EXPECT_EQ(map.find(std::string_view("two")), map.end());
}

TEST(StringsTest, CaseIsAsciiOnly) {
  EXPECT_EQ(ToLower("ÄB"), "Äb");
  EXPECT_EQ(ToUpper("äb"), "äB");
}

TEST(StringsTest, BridgeKeepsTheBytes) {
  const std::string_view text("a\0b", 3);
  EXPECT_EQ(Std(Absl(text)), text);
}

}  // namespace
}  // namespace extractd
