#include "server/json/toon/shapes.h"

#include <string_view>

#include <gtest/gtest.h>

#include "server/json/parse.h"

namespace extractd::json::toon {
namespace {

bool AreRows(std::string_view text) {
  const ParseResult parsed = ParseView(text);
  const Value& root = std::get<Document>(parsed).root();
  return Shapes(root).AreRows(root);
}

TEST(ToonShapesTest, RowsHaveTheSameNamesAndScalarsOrSuchObjectsBelow) {
  EXPECT_TRUE(AreRows(R"([{"a":1,"b":null},{"b":"x","a":true}])"));
  EXPECT_TRUE(AreRows(R"([{"a":{"b":{"c":1}}},{"a":{"b":{"c":2}}}])"));
  EXPECT_TRUE(AreRows(R"({"x":{"a":1},"y":{"a":2}})"));
}

TEST(ToonShapesTest, AnythingElseIsNoTable) {
  EXPECT_FALSE(AreRows(R"([])"));
  EXPECT_FALSE(AreRows(R"([1,2])"));
  EXPECT_FALSE(AreRows(R"([{},{}])"));
  EXPECT_FALSE(AreRows(R"([{"a":1},2])"));
  EXPECT_FALSE(AreRows(R"([{"a":1},{"b":1}])"));
  EXPECT_FALSE(AreRows(R"([{"a":1},{"a":1,"b":1}])"));
  EXPECT_FALSE(AreRows(R"([{"a":[]},{"a":[]}])"));
  EXPECT_FALSE(AreRows(R"([{"a":{}},{"a":{}}])"));
  EXPECT_FALSE(AreRows(R"([{"a":null},{"a":{"b":1}}])"));
}

TEST(ToonShapesTest, NamesCannotPassForOthersByTheirBytes) {
  EXPECT_FALSE(AreRows(R"([{"a":1,"b":1},{"a\u0001\u0000\u0000\u0000b":1}])"));
}

}  // namespace
}  // namespace extractd::json::toon
