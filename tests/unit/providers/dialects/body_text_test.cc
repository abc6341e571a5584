#include "server/providers/dialects/body_text.h"

#include <gtest/gtest.h>

namespace extractd::providers {
namespace {

TEST(BodyTextTest, SaysWhyATextIsNoJson) {
  EXPECT_EQ(ReadBodyText("", "the reply").problem, "the reply is empty");
  EXPECT_EQ(ReadBodyText("<html>", "the reply").problem, "the reply is not JSON");
  EXPECT_EQ(ReadBodyText("\xFF{", "an event").problem, "an event is neither UTF-8 nor JSON");
  EXPECT_TRUE(ReadBodyText(" {} ", "the reply").document.has_value());
}

TEST(BodyTextTest, BytesThatAreNotUtf8AreReplacedAndFlagged) {
  const BodyText text = ReadBodyText("\"a\xFFz\"", "the reply");
  ASSERT_TRUE(text.document.has_value());
  EXPECT_TRUE(text.sanitized);
  EXPECT_EQ(text.document->root().string(), "a\xEF\xBF\xBDz");
}

TEST(BodyTextTest, HalvesThatMeetBecomeTheirCharacterTheOthersAReplacement) {
  const auto mended = [](std::string text) {
    const bool lost = MendHalves(text);
    return text + (lost ? " lost" : "");
  };
  const std::string high = "\xED\xA0\xBD";
  const std::string low = "\xED\xB8\x80";
  EXPECT_EQ(mended("plain"), "plain");
  EXPECT_EQ(mended("a" + high + low + "z"), "a\xF0\x9F\x98\x80z");
  EXPECT_TRUE(mended("a" + high).ends_with(" lost"));
  EXPECT_TRUE(mended(low + high).ends_with(" lost"));
  EXPECT_EQ(mended(high).find('\xED'), std::string::npos);
}

}  // namespace
}  // namespace extractd::providers
