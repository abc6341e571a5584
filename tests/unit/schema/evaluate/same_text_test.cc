#include "server/schema/evaluate/same_text.h"

#include <cstddef>
#include <string>

#include <gtest/gtest.h>

namespace extractd::schema {
namespace {

TEST(SameTextTest, EachByteOfEachLengthCounts) {
  const std::string letters = "abcdefghijklmnopqrstuvwxyz";
  for (size_t size = 0; size <= letters.size(); ++size) {
    const std::string text = letters.substr(0, size);
    EXPECT_TRUE(SameText(text, letters.substr(0, size))) << size;
    EXPECT_FALSE(SameText(text, text + "a")) << size;
    for (size_t at = 0; at < size; ++at) {
      std::string other = text;
      other[at] = '!';
      EXPECT_FALSE(SameText(text, other)) << other;
    }
  }
}

}  // namespace
}  // namespace extractd::schema
