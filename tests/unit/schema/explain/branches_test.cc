#include "server/schema/explain/branches.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/schema/schema_test.h"

namespace extractd::schema {
namespace {

constexpr std::string_view kPets =
    R"({"oneOf":[
      {"type":"object","properties":{"kind":{"const":"cat"},"lives":{"type":"integer"}},
       "required":["kind","lives"]},
      {"type":"object","properties":{"kind":{"const":"dog"},"name":{"type":"string"},
       "age":{"type":"integer"},"owner":{"type":"string"}},
       "required":["kind","name","age","owner"]},
      {"type":"string"}]})";

TEST(BranchesTest, TheConstantTellsWhichBranchWasMeant) {
  // Three things are missing for a dog, and two wrong for a cat.
  EXPECT_EQ(
      IssuesOf(std::string(kPets), R"({"kind":"dog"})"),
      ": the value matches none of the 3 allowed forms; form 2 comes closest, and what is wrong "
      "with it follows\n"
      ": the required member \"name\" is missing\n"
      ": the required member \"age\" is missing\n"
      ": the required member \"owner\" is missing\n"
  );
}

TEST(BranchesTest, OtherwiseTheFewestIssuesDo) {
  EXPECT_EQ(
      IssuesOf(R"({"anyOf":[{"required":["a","b"]},{"required":["c"]}]})", R"({"d":1})"),
      ": the value matches none of the 2 allowed forms; form 2 comes closest, and what is wrong "
      "with it follows\n"
      ": the required member \"c\" is missing\n"
  );
}

TEST(BranchesTest, TheFirstOfEqualsIsTaken) {
  EXPECT_EQ(
      PlacesOf(R"({"anyOf":[{"minimum":5},{"multipleOf":3}]})", "4"),
      " anyOf /anyOf\n minimum /anyOf/0/minimum\n"
  );
}

TEST(BranchesTest, OfOptionalValuesOnlyTheValueIsSpokenOf) {
  EXPECT_EQ(
      PlacesOf(
          R"({"items":{"anyOf":[{"type":"null"},{"type":"object","required":["a"]}]}})", "[{}]"
      ),
      "/0 required /items/anyOf/1/required\n"
  );
}

TEST(BranchesTest, TypesOfAllBranchesAreNamedOnce) {
  EXPECT_EQ(
      IssuesOf(R"({"anyOf":[{"type":"string"},{"type":"integer"},{"type":"string"}]})", "null"),
      ": expected string or integer, got null\n"
  );
}

TEST(BranchesTest, NestedBranchesNameTheInnermost) {
  EXPECT_EQ(
      PlacesOf(
          R"({"anyOf":[{"properties":{"a":{"anyOf":[{"minimum":3},{"maximum":-3}]}}},
                       {"required":["x","y","z"]}]})",
          R"({"a":0})"
      ),
      " anyOf /anyOf\n"
      "/a anyOf /anyOf/0/properties/a/anyOf\n"
      "/a minimum /anyOf/0/properties/a/anyOf/0/minimum\n"
  );
}

TEST(BranchesTest, IssuesOfTheOtherBranchesAreNotCounted) {
  const auto schema = CompileOrDie(std::string(kPets));
  EXPECT_EQ(schema->Validate(ParseOrDie(R"({"kind":"dog"})").root()).total, 4U);
}

}  // namespace
}  // namespace extractd::schema
