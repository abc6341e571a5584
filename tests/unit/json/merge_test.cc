#include "server/json/merge.h"

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/json/write.h"

namespace extractd::json {
namespace {

std::string Merged(std::string_view base, std::string_view patch) {
  const ParseResult left = ParseView(base);
  const ParseResult right = ParseView(patch);
  return ToText(Merge(std::get<Document>(left).root(), std::get<Document>(right).root()).root());
}

TEST(MergeTest, ReplacesInPlaceAndAddsBehind) {
  EXPECT_EQ(Merged(R"({"a":1,"b":2})", R"({"c":3,"a":[9]})"), R"({"a":[9],"b":2,"c":3})");
}

TEST(MergeTest, ObjectsAreMergedMemberByMember) {
  EXPECT_EQ(
      Merged(R"({"o":{"x":1,"y":{"z":1}}})", R"({"o":{"y":{"w":2},"x":null}})"),
      R"({"o":{"x":null,"y":{"z":1,"w":2}}})"
  );
}

TEST(MergeTest, EmptyPatchChangesNothing) {
  EXPECT_EQ(Merged(R"({"a":1.50})", "{}"), R"({"a":1.50})");
}

}  // namespace
}  // namespace extractd::json
