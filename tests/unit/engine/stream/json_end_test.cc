#include "server/engine/stream/json_end.h"

#include <string>

#include <gtest/gtest.h>

namespace extractd {
namespace {

// Where the end is reached if the text comes byte by byte; npos: nowhere.
size_t EndOf(std::string_view text) {
  JsonEnd end;
  for (size_t i = 0; i < text.size(); ++i) {
    end.Feed(text.substr(i, 1));
    if (end.reached()) return i + 1;
  }
  return std::string_view::npos;
}

TEST(JsonEndTest, TheEndIsTheBracketThatClosesTheFirstOne) {
  EXPECT_EQ(EndOf("{}"), 2U);
  EXPECT_EQ(EndOf(R"( {"a":[1,{"b":2}]} )"), 18U);
  EXPECT_EQ(EndOf("[[],{}]"), 7U);
}

TEST(JsonEndTest, WhatIsOpenHasNoEnd) {
  EXPECT_EQ(EndOf(""), std::string_view::npos);
  EXPECT_EQ(EndOf(R"({"a":{})"), std::string_view::npos);
  EXPECT_EQ(EndOf(R"({"a":"}")"), std::string_view::npos);
}

TEST(JsonEndTest, BracketsWithinStringsDoNotCount) {
  EXPECT_EQ(EndOf(R"({"a":"}{"})"), 10U);
  EXPECT_EQ(EndOf(R"({"a":"\"}\\"})"), 13U);
}

TEST(JsonEndTest, OnceReachedItStays) {
  JsonEnd end;
  end.Feed("{} {");
  EXPECT_TRUE(end.reached());
}

TEST(JsonEndTest, ClosingBracketsWithoutAnOpenOneAreNoEnd) {
  EXPECT_EQ(EndOf("}]{}"), 4U);
}

}  // namespace
}  // namespace extractd
