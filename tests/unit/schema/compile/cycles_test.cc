#include "server/schema/compile/cycles.h"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/schema/schema_test.h"

namespace extractd::schema {
namespace {

TEST(CyclesTest, ASchemaThatNeverStepsIntoTheValueIsRefused) {
  for (const std::string_view text :
       {R"({"$ref":"#"})",
        R"({"allOf":[{"anyOf":[{"$ref":"#"}]}]})",
        R"({"oneOf":[true,{"$ref":"#"}]})",
        R"({"not":{"$ref":"#"}})",
        R"({"if":{"$ref":"#"}})",
        R"({"if":true,"then":{"$ref":"#"}})",
        R"({"if":true,"else":{"$ref":"#"}})",
        R"({"dependentSchemas":{"a":{"$ref":"#"}}})",
        R"({"$dynamicAnchor":"a","$dynamicRef":"#a"})",
        R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}})"}) {
    EXPECT_NE(
        CompileError(std::string(text)).find("leads back to itself without a step"),
        std::string::npos
    ) << text;
  }
}

TEST(CyclesTest, ASchemaThatRecursThroughMembersOrElementsIsFine) {
  const std::string tree =
      R"({"properties":{"left":{"$ref":"#"},"right":{"$ref":"#"}},"additionalProperties":false})";
  EXPECT_TRUE(IsValid(tree, R"({"left":{"right":{}},"right":{"left":{"left":{}}}})"));
  EXPECT_FALSE(IsValid(tree, R"({"left":{"right":{"x":1}}})"));
  EXPECT_TRUE(IsValid(R"({"items":{"$ref":"#"},"type":"array"})", "[[],[[[]]]]"));
  EXPECT_TRUE(IsValid(R"({"propertyNames":{"$ref":"#"}})", R"({"a":1})"));
}

// $defs a0 to a<count - 1>, each a reference to the next.
std::string Chain(size_t count) {
  std::string text = R"({"$ref":"#/$defs/a0","$defs":{)";
  for (size_t i = 0; i + 1 < count; ++i) {
    text += fmt::format(R"("a{}":{{"$ref":"#/$defs/a{}"}},)", i, i + 1);
  }
  return text + fmt::format(R"("a{}":{{"type":"string"}}}}}})", count - 1);
}

TEST(CyclesTest, ChainsAreBounded) {
  EXPECT_EQ(IssuesOf(Chain(kMaxChain - 1), "1"), ": expected string, got number 1\n");
  EXPECT_NE(
      CompileError(Chain(kMaxChain)).find("more than 256 schemas refer to each other in a chain"),
      std::string::npos
  );
}

}  // namespace
}  // namespace extractd::schema
