#include "server/schema/evaluate/text_length.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace extractd::schema {
namespace {

TEST(TextLengthTest, CountsCodePoints) {
  EXPECT_EQ(TextLength(""), 0U);
  EXPECT_EQ(TextLength("abc"), 3U);
  EXPECT_EQ(TextLength("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"), 3U);
  EXPECT_EQ(TextLength("\xED\xA0\x80"), 1U);  // an unpaired surrogate
}

TEST(TextLengthTest, BoundsAgreeWithTheCount) {
  std::string text;
  for (int i = 0; i < 40; ++i) {
    text += i % 3 == 0 ? "\xF0\x9F\x98\x80" : "a";
    const auto length = static_cast<std::uint64_t>(TextLength(text));
    EXPECT_TRUE(HasAtLeast(text, length));
    EXPECT_FALSE(HasAtLeast(text, length + 1));
    EXPECT_TRUE(HasAtMost(text, length));
    EXPECT_FALSE(HasAtMost(text, length - 1));
  }
  EXPECT_TRUE(HasAtMost("", 0));
  EXPECT_TRUE(HasAtLeast("", 0));
  EXPECT_FALSE(HasAtLeast(text, UINT64_MAX));
  EXPECT_TRUE(HasAtMost(text, UINT64_MAX));
}

}  // namespace
}  // namespace extractd::schema
