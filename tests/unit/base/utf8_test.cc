#include "server/base/utf8.h"

#include <vector>

#include <gtest/gtest.h>

namespace extractd {
namespace {

// Ill-formed by Unicode's table 3-7.
const std::vector<std::string> kIllFormed = {
    "\x80",              // continuation alone
    "\xC0\x80",          // overlong NUL
    "\xC1\xBF",          // overlong
    "\xE0\x9F\xBF",      // overlong
    "\xED\xA0\x80",      // surrogate
    "\xF0\x8F\xBF\xBF",  // overlong
    "\xF4\x90\x80\x80",  // above U+10FFFF
    "\xF5\x80\x80\x80",  // no such lead byte
    "\xE2\x82",          // cut
};

TEST(Utf8Test, DecodesWhatItAppends) {
  for (const std::uint32_t point :
       {0U, 0x7FU, 0x80U, 0x7FFU, 0x800U, 0xFFFDU, 0x10000U, 0x10FFFFU}) {
    std::string text;
    AppendUtf8(point, text);
    EXPECT_EQ(DecodeUtf8(text).value, point);
    EXPECT_EQ(DecodeUtf8(text).size, text.size());
  }
}

TEST(Utf8Test, IllFormedIsFoundAndReplaced) {
  for (const std::string& bytes : kIllFormed) {
    EXPECT_FALSE(IsValidUtf8(bytes)) << testing::PrintToString(bytes);
    const std::string repaired = ReplaceInvalidUtf8("a" + bytes + "b");
    EXPECT_TRUE(IsValidUtf8(repaired));
    EXPECT_EQ(
        repaired,
        "a\xEF\xBF\xBD"
        "b"
    ) << testing::PrintToString(bytes);
  }
  EXPECT_TRUE(
      IsValidUtf8("gr\xC3\xBC\xC3\x9F"
                  "e \xF0\x9F\x98\x80")
  );
}

TEST(Utf8Test, IllFormedIsFoundAtEveryPlace) {
  // Eight bytes of ASCII are looked at together.
  for (size_t before = 0; before < 40; ++before) {
    for (size_t after = 0; after < 20; ++after) {
      const std::string head(before, 'a');
      const std::string tail(after, 'b');
      EXPECT_TRUE(IsValidUtf8(head + tail));
      EXPECT_TRUE(IsValidUtf8(head + "\xC3\xBC" + tail));
      EXPECT_TRUE(IsValidUtf8(head + "\xF0\x9F\x98\x80" + tail));
      for (const std::string& bad : kIllFormed) EXPECT_FALSE(IsValidUtf8(head + bad + tail));
    }
  }
}

TEST(Utf8Test, CutNeverSplitsACodePoint) {
  const std::string text = "a\xC3\xBC\xF0\x9F\x98\x80";
  for (size_t max = 0; max <= text.size() + 1; ++max) {
    const std::string_view cut = CutUtf8(text, max);
    EXPECT_LE(cut.size(), max);
    EXPECT_TRUE(IsValidUtf8(cut));
  }
  EXPECT_EQ(CutUtf8(text, 2), "a");
  EXPECT_EQ(CutUtf8(text, 3), "a\xC3\xBC");
}

TEST(Utf8Test, CountsCodePointsNotBytes) {
  EXPECT_EQ(CountCodePoints(""), 0U);
  EXPECT_EQ(CountCodePoints("a\xC3\xBC\xF0\x9F\x98\x80"), 3U);
}

TEST(Utf8Test, ACutCodePointIsOneThatMayStillBecomeWhole) {
  for (const std::string_view cut : {"\xC3", "\xE2\x82", "\xF0\x9F\x98"}) {
    EXPECT_TRUE(IsCutCodePoint(cut)) << cut;
  }
  for (const std::string_view other : {"", "a", "\xC3\xBC", "\xFF", "\x80", "\xC3x", "\xE2x\x82"}) {
    EXPECT_FALSE(IsCutCodePoint(other)) << other;
  }
}

}  // namespace
}  // namespace extractd
