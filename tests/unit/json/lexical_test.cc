#include "server/json/lexical.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace extractd::json {
namespace {

TEST(LexicalTest, PlainBytesEndAtQuotesEscapesControlsAndNonAscii) {
  EXPECT_EQ(SkipPlain("it's {plain}", 0), 12U);
  for (const std::string_view text : {"ab\"", "ab\\", "ab\n", "ab\xC3\xBC", "ab\x1F"}) {
    EXPECT_EQ(SkipPlain(text, 0), 2U) << text;
  }
  EXPECT_EQ(SkipPlain("\"\"", 2), 2U);
}

TEST(LexicalTest, WhiteSpaceEndsAtTheFirstOtherByteWhateverItsLength) {
  for (size_t length = 0; length < 70; ++length) {
    for (const char other : {'a', '\x01', '\x1F', '\x80', '\xFF', '\0', '"'}) {
      for (const size_t rest : {size_t{0}, size_t{1}, size_t{40}}) {
        std::string text;
        for (size_t i = 0; i < length; ++i) text += " \n\t\r"[(i * 7 + length) % 4];
        text += other + std::string(rest, ' ');
        // Of its own size, so that a read beyond the end is seen.
        const std::vector<char> bytes(text.begin(), text.end());
        const char* const end = bytes.data() + bytes.size();
        ASSERT_EQ(SpaceEnd(bytes.data(), end) - bytes.data(), static_cast<std::ptrdiff_t>(length));
        ASSERT_EQ(SpaceEnd(bytes.data(), bytes.data() + length), bytes.data() + length);
      }
    }
  }
}

TEST(LexicalTest, HexDigitsEndAtTheFirstOtherByte) {
  EXPECT_EQ(ReadHex("00fC9", 4).value, 0xFCU);
  EXPECT_EQ(ReadHex("00fC9", 4).size, 4U);
  EXPECT_EQ(ReadHex("12g4", 4).size, 2U);
  EXPECT_EQ(ReadHex("", 4).size, 0U);
}

TEST(LexicalTest, SurrogatesJoinOnlyWithTheirPartner) {
  std::string text;
  AppendUtf16Unit(0xD83D, text);
  EXPECT_EQ(text, "\xED\xA0\xBD") << "alone it stands as three bytes";
  AppendUtf16Unit(0xDE00, text);
  EXPECT_EQ(text, "\xF0\x9F\x98\x80");
  AppendUtf16Unit(0xDE00, text);
  EXPECT_EQ(text, "\xF0\x9F\x98\x80\xED\xB8\x80") << "a second low one has no partner";
  AppendUtf16Unit('A', text);
  EXPECT_EQ(
      text,
      "\xF0\x9F\x98\x80\xED\xB8\x80"
      "A"
  );
}

}  // namespace
}  // namespace extractd::json
