#include "server/schema/outline.h"

#include <string>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/schema/schema_test.h"

namespace extractd::schema {
namespace {

std::string OutlineOf(std::string schema) {
  return Outline(ParseOrDie(std::move(schema)).root());
}

TEST(OutlineTest, ObjectsListTheirPropertiesInOrderAndMarkTheOptionalOnes) {
  EXPECT_EQ(
      OutlineOf(
          R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"},)"
          R"("address":{"properties":{"zip":{"type":"string"}}}},"required":["age","name"]})"
      ),
      "{name: string, age: integer, address?: {zip?: string}}"
  );
  EXPECT_EQ(OutlineOf(R"({"type":"object"})"), "object");
  EXPECT_EQ(OutlineOf(R"({"type":"object","properties":{}})"), "object");
}

TEST(OutlineTest, ArraysNameTheirElements) {
  EXPECT_EQ(OutlineOf(R"({"type":"array","items":{"type":"string"}})"), "string[]");
  EXPECT_EQ(OutlineOf(R"({"type":"array"})"), "any[]");
  EXPECT_EQ(
      OutlineOf(R"({"type":"array","items":{"type":"array","items":{"type":"number"}}})"),
      "number[][]"
  );
  EXPECT_EQ(OutlineOf(R"({"type":"array","items":{"enum":[1,"a"]}})"), R"((1 | "a")[])");
  EXPECT_EQ(
      OutlineOf(R"({"type":"array","items":{"oneOf":[{"type":"string"},{"type":"null"}]}})"),
      "(string | null)[]"
  );
}

TEST(OutlineTest, ValuesThatAreFixedStandAsJson) {
  EXPECT_EQ(OutlineOf(R"({"enum":["a","b\"c",1.50,null]})"), R"("a" | "b\"c" | 1.50 | null)");
  EXPECT_EQ(OutlineOf(R"({"type":"string","const":"on"})"), R"("on")");
  EXPECT_EQ(OutlineOf(R"({"const":{"a":[1]}})"), R"({"a":[1]})");
}

TEST(OutlineTest, AlternativesAreJoined) {
  EXPECT_EQ(OutlineOf(R"({"type":["string","null"]})"), "string | null");
  EXPECT_EQ(OutlineOf(R"({"anyOf":[{"type":"string"},{"const":1}]})"), "string | 1");
  EXPECT_EQ(
      OutlineOf(R"({"type":["object","null"],"properties":{"a":{"type":"boolean"}}})"),
      "{a?: boolean} | null"
  );
}

TEST(OutlineTest, AFormatStandsBesideItsString) {
  EXPECT_EQ(OutlineOf(R"({"type":"string","format":"date"})"), "string(date)");
  EXPECT_EQ(OutlineOf(R"({"type":"number","format":"date"})"), "number");
}

TEST(OutlineTest, WhatSaysNothingIsAny) {
  for (const auto* schema :
       {"{}", "true", R"({"minimum":1})", R"({"allOf":[{"type":"string"}]})"}) {
    EXPECT_EQ(OutlineOf(schema), "any") << schema;
  }
}

TEST(OutlineTest, ReferencesAreFollowed) {
  EXPECT_EQ(
      OutlineOf(R"({"properties":{"a":{"$ref":"#/$defs/city"},"b":{"$ref":"#/$defs/city"}},)"
                R"("$defs":{"city":{"properties":{"name":{"type":"string"}}}}})"),
      "{a?: {name?: string}, b?: {name?: string}}"
  );
}

TEST(OutlineTest, WhatRecursIsNamedTheSecondTime) {
  EXPECT_EQ(
      OutlineOf(
          R"({"$ref":"#/$defs/node","$defs":{"node":{"properties":{"value":{"type":"integer"},)"
          R"("children":{"type":"array","items":{"$ref":"#/$defs/node"}}}}}})"
      ),
      "{value?: integer, children?: node[]}"
  );
}

TEST(OutlineTest, AReferenceToElsewhereIsNamed) {
  EXPECT_EQ(OutlineOf(R"({"$ref":"https://example.com/schemas/person"})"), "person");
  EXPECT_EQ(OutlineOf(R"({"$ref":"#/$defs/gone"})"), "gone");
}

TEST(OutlineTest, LongOutlinesAreCutOnACharacter) {
  std::string properties;
  for (int i = 0; i < 2000; ++i) {
    properties += fmt::format(R"({}"größe{}":{{"type":"string"}})", i == 0 ? "" : ",", i);
  }
  const std::string outline = OutlineOf(R"({"properties":{)" + properties + "}}");
  EXPECT_TRUE(outline.starts_with("{größe0?: string, "));
  EXPECT_TRUE(outline.ends_with("…"));
  EXPECT_LE(outline.size(), kMaxOutlineBytes + std::string_view("…").size());
  EXPECT_GT(outline.size(), kMaxOutlineBytes - 10);
  EXPECT_NO_FATAL_FAILURE(ParseOrDie("\"" + outline + "\""));
}

TEST(OutlineTest, DeepSchemasAreCut) {
  std::string chain = R"({"$ref":"#/$defs/d0","$defs":{)";
  constexpr int kLinks = 2000;
  for (int i = 0; i < kLinks; ++i) {
    chain += fmt::format(R"("d{}":{{"type":"array","items":{{"$ref":"#/$defs/d{}"}}}},)", i, i + 1);
  }
  chain += fmt::format(R"("d{}":{{"type":"string"}}}}}})", kLinks);
  const std::string outline = OutlineOf(chain);
  EXPECT_TRUE(outline.starts_with("…[][]")) << outline;
  EXPECT_LT(outline.size(), 200U);
}

}  // namespace
}  // namespace extractd::schema
