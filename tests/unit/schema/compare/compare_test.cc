#include "server/schema/compare/compare.h"

#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/json/parse.h"

namespace extractd::schema {
namespace {

// "keyword path n w": n narrows, w widens; a line each.
std::string Changes(std::string_view before, std::string_view after) {
  const json::ParseResult old_schema = json::ParseView(before);
  const json::ParseResult new_schema = json::ParseView(after);
  std::string text;
  for (const SchemaChange& change : Compare(
           std::get<json::Document>(old_schema).root(), std::get<json::Document>(new_schema).root()
       )) {
    text += fmt::format(
        "{}{}{} {}{}",
        text.empty() ? "" : "; ",
        change.schema_path,
        change.keyword.empty() ? "" : " " + change.keyword,
        change.narrows ? "n" : "",
        change.widens ? "w" : ""
    );
  }
  return text;
}

TEST(CompareTest, EqualSchemasAndAnnotationsAreNoChange) {
  EXPECT_EQ(Changes(R"({"type":"object"})", R"({"type":"object"})"), "");
  EXPECT_EQ(Changes(R"({"title":"a","x-b":1})", R"({"description":"c"})"), "");
}

TEST(CompareTest, TypesEnumsAndNamesAreSets) {
  EXPECT_EQ(Changes(R"({"type":"integer"})", R"({"type":["number","null"]})"), " type w");
  EXPECT_EQ(Changes(R"({"type":"number"})", R"({"type":"integer"})"), " type n");
  EXPECT_EQ(Changes(R"({"enum":[1,2]})", R"({"enum":[2,3]})"), " enum n;  enum w");
  EXPECT_EQ(Changes(R"({"required":["a"]})", R"({"required":["b","a"]})"), " required n");
  EXPECT_EQ(Changes(R"({"required":["a"]})", R"({})"), " required w");
}

TEST(CompareTest, MessagesNameWhatCameAndWent) {
  const json::ParseResult before = json::ParseView(R"({"enum":["a",1]})");
  const json::ParseResult after = json::ParseView(R"({"enum":[1,"b"]})");
  const auto changes =
      Compare(std::get<json::Document>(before).root(), std::get<json::Document>(after).root());
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].message, R"(enum no longer allows "a")");
  EXPECT_EQ(changes[1].message, R"(enum allows now "b")");
}

TEST(CompareTest, BoundsHaveDirections) {
  EXPECT_EQ(Changes(R"({"maximum":1})", R"({"maximum":2})"), " maximum w");
  EXPECT_EQ(Changes(R"({"minLength":1})", R"({"minLength":2})"), " minLength n");
  EXPECT_EQ(Changes(R"({})", R"({"maxItems":2})"), " maxItems n");
  EXPECT_EQ(Changes(R"({"pattern":"a"})", R"({"pattern":"b"})"), " pattern nw");
}

TEST(CompareTest, NewPropertyDependsOnWhatWasAllowedBefore) {
  const std::string_view with = R"({"properties":{"a":{"type":"string"}}})";
  EXPECT_EQ(Changes(R"({})", with), "/properties/a properties n");
  EXPECT_EQ(Changes(with, R"({})"), "/properties/a properties w");
  EXPECT_EQ(Changes(R"({})", R"({"properties":{"a":{"title":"A"}}})"), "");
  EXPECT_EQ(
      Changes(
          R"({"additionalProperties":false})",
          R"({"properties":{"a":{}},"additionalProperties":false})"
      ),
      "/properties/a properties w"
  );
  EXPECT_EQ(
      Changes(
          R"({"additionalProperties":{"type":"string"}})",
          R"({"properties":{"a":{"type":["string","null"]}},"additionalProperties":{"type":"string"}})"
      ),
      "/properties/a type w"
  );
  EXPECT_EQ(Changes(R"({})", R"({"additionalProperties":false})"), "/additionalProperties n");
}

TEST(CompareTest, ChangesAreFoundWhereTheyStand) {
  EXPECT_EQ(
      Changes(
          R"({"properties":{"a":{"items":{"type":"integer"}}}})",
          R"({"properties":{"a":{"items":{"type":"number"}}}})"
      ),
      "/properties/a/items type w"
  );
  EXPECT_EQ(
      Changes(R"({"$defs":{"a":{"minimum":1}}})", R"({"$defs":{"a":{"minimum":0}}})"),
      "/$defs/a minimum w"
  );
  EXPECT_EQ(Changes(R"({"anyOf":[{}]})", R"({"anyOf":[{},{"type":"null"}]})"), " anyOf w");
  EXPECT_EQ(Changes(R"({"allOf":[{}]})", R"({"allOf":[{},{"type":"null"}]})"), " allOf n");
}

TEST(CompareTest, WhatHasNoSureDirectionHasBoth) {
  EXPECT_EQ(Changes(R"({"not":{"type":"null"}})", R"({"not":{}})"), " not nw");
  EXPECT_EQ(
      Changes(
          R"({"not":{"$ref":"#/$defs/a"},"$defs":{"a":{"minimum":1}}})",
          R"({"not":{"$ref":"#/$defs/a"},"$defs":{"a":{"minimum":0}}})"
      ),
      "/$defs/a minimum nw"
  );
  EXPECT_EQ(
      Changes(
          R"({"$ref":"#x","$defs":{"a":{"$anchor":"x"}}})",
          R"({"$ref":"#x","$defs":{"b":{"$anchor":"x","type":"null"}}})"
      ),
      " $defs nw"
  );
  EXPECT_EQ(
      Changes("{}", R"({"$schema":"http://json-schema.org/draft-07/schema#"})"), " $schema nw"
  );
}

TEST(CompareTest, TrueAndFalseAreSchemasToo) {
  EXPECT_EQ(Changes("true", "{}"), "");
  EXPECT_EQ(Changes("false", R"({"type":"null"})"), " w");
  EXPECT_EQ(Changes(R"({"items":true})", R"({"items":false})"), "/items n");
}

}  // namespace
}  // namespace extractd::schema
