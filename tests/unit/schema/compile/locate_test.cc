#include "server/schema/compile/locate.h"

#include <string_view>

#include <gtest/gtest.h>

namespace extractd::schema {
namespace {

constexpr std::string_view kText = R"( {
  "a\u0062": [ 1.5e3 , {"x": "]}\"", "": null}, [ ] ],
  "m~n/o": {"deep": true}
})";

// The text from the place on.
std::string_view At(std::string_view pointer) {
  return kText.substr(Locate(kText, pointer));
}

TEST(LocateTest, MembersAreFoundAtTheirName) {
  EXPECT_TRUE(At("/ab").starts_with(R"("a\u0062")"));
  EXPECT_TRUE(At("/ab/1/x").starts_with(R"("x")"));
  EXPECT_TRUE(At("/ab/1/").starts_with(R"("": null)"));
  EXPECT_TRUE(At("/m~0n~1o/deep").starts_with(R"("deep")"));
}

TEST(LocateTest, ElementsAreFoundAtTheirValue) {
  EXPECT_TRUE(At("/ab/0").starts_with("1.5e3"));
  EXPECT_TRUE(At("/ab/1").starts_with(R"({"x")"));
  EXPECT_TRUE(At("/ab/2").starts_with("[ ]"));
}

TEST(LocateTest, TheRootIsBehindTheSpace) {
  EXPECT_TRUE(At("").starts_with("{\n"));
}

TEST(LocateTest, WhatIsNotThereIsWhereItsAncestorIs) {
  EXPECT_TRUE(At("/none").starts_with("{\n"));
  EXPECT_TRUE(At("/ab/7").starts_with(R"("a\u0062")"));
  EXPECT_TRUE(At("/ab/0/x/y").starts_with("1.5e3"));
  EXPECT_TRUE(At("no pointer").starts_with("{\n"));
}

}  // namespace
}  // namespace extractd::schema
