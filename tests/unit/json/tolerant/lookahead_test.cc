#include "server/json/tolerant/lookahead.h"

#include <string>

#include <gtest/gtest.h>

namespace extractd::json {
namespace {

// The content up to where it is guessed to end; "none".
std::string StringIn(std::string_view text, StringPlace place) {
  const GuessedEnd end = GuessStringEnd(text, 1, place);
  return end.found ? std::string(text.substr(1, end.content_end - 1)) : "none";
}

TEST(LookaheadTest, ANameHasAColonBehindIt) {
  EXPECT_TRUE(NameFollows(" \"a b\" : 1", 0));
  EXPECT_TRUE(NameFollows("a: 1", 0));
  EXPECT_FALSE(NameFollows("http://a", 0));
  EXPECT_FALSE(NameFollows("\"a\nb\": 1", 0));
  EXPECT_FALSE(NameFollows("", 0));
  EXPECT_FALSE(NameFollows(std::string(kMaxLookahead, 'a') + ": 1", 0));
}

TEST(LookaheadTest, AQuoteEndsAStringWhereSomethingCanFollowIt) {
  EXPECT_EQ(StringIn(R"("a "b", c","d":1})", StringPlace::kMember), R"(a "b", c)");
  EXPECT_EQ(StringIn(R"("a","b":1)", StringPlace::kMember), "a");
  EXPECT_EQ(StringIn(R"("a\"}")", StringPlace::kMember), R"(a\"})");
  EXPECT_EQ(StringIn(R"("a "b" c"])", StringPlace::kElement), R"(a "b" c)");
  EXPECT_EQ(StringIn(R"("a "b": 1)", StringPlace::kName), R"(a "b)");
  EXPECT_EQ(StringIn(R"("a)", StringPlace::kElement), "none");
}

TEST(LookaheadTest, TheNextNameEndsAStringWithoutItsQuote) {
  EXPECT_EQ(StringIn(R"("a,"b":1})", StringPlace::kMember), "a");
  EXPECT_EQ(StringIn("\"a\n\"b\":1}", StringPlace::kMember), "a");
  EXPECT_EQ(StringIn("\"a, b: 1}", StringPlace::kMember), "a");
}

TEST(LookaheadTest, BareTextEndsBeforeTheNextNameOrElement) {
  EXPECT_EQ(BareTextAt("a, b c, d: 1}", 0, true).text, "a, b c");
  EXPECT_EQ(BareTextAt("a\n\nb\n}", 0, true).text, "a\n\nb");
  EXPECT_EQ(BareTextAt("f({x}) }", 0, true).text, "f({x})");
  EXPECT_EQ(BareTextAt("a, b]", 0, false).text, "a");
  EXPECT_EQ(BareTextAt("a // note\n}", 0, true).text, "a");
  EXPECT_TRUE(BareTextAt("hello world!}", 0, true).plain);
  EXPECT_FALSE(BareTextAt("a, b}", 0, true).plain);
}

}  // namespace
}  // namespace extractd::json
