#include "server/json/read.h"

#include <gtest/gtest.h>

#include "server/json/parse.h"

namespace extractd::json {
namespace {

TEST(ReadTest, MissingAndMistypedMembersReadAsNothing) {
  const ParseResult parsed = ParseView(R"({"a":{"b":"text","n":12,"f":1.5,"big":1e30},"z":null})");
  const Value& root = std::get<Document>(parsed).root();
  ASSERT_NE(FindPath(root, {"a", "b"}), nullptr);
  EXPECT_EQ(FindPath(root, {"a", "x", "y"}), nullptr);
  EXPECT_EQ(FindPath(root, {"z", "b"}), nullptr);
  const Value& a = *root.Find("a");
  EXPECT_EQ(StringMember(a, "b"), "text");
  EXPECT_EQ(StringMember(a, "n"), "");
  EXPECT_EQ(IntegerMember(a, "n"), 12);
  EXPECT_EQ(IntegerMember(a, "b"), std::nullopt);
  EXPECT_EQ(IntegerMember(a, "f"), std::nullopt);
  EXPECT_EQ(IntegerMember(a, "big"), std::nullopt);
}

}  // namespace
}  // namespace extractd::json
