#include "server/schema/wrap/wrap.h"

#include <gtest/gtest.h>

#include "server/schema/lower/lower.h"
#include "tests/unit/schema/schema_test.h"

namespace extractd::schema {
namespace {

std::string Wrapped(std::string_view schema, Wrapping wrapping) {
  return WrapSchema(ParseOrDie(std::string(schema)).root(), wrapping);
}

bool Accepts(std::string_view schema, Wrapping wrapping, std::string_view instance) {
  return IsValid(Wrapped(schema, wrapping), std::string(instance));
}

constexpr std::string_view kPerson =
    R"({"type":"object","properties":{"name":{"type":"string"}},"required":["name"]})";

TEST(WrapTest, AValueStandsInAnObject) {
  EXPECT_EQ(
      Wrapped(R"({"type":"string"})", Wrapping::kValue),
      R"({"type":"object","properties":{"value":{"type":"string"}},"required":["value"],)"
      R"("additionalProperties":false})"
  );
}

TEST(WrapTest, AnySchemaCanBeWrapped) {
  EXPECT_TRUE(Accepts("true", Wrapping::kValue, R"({"value":7})"));
  EXPECT_FALSE(Accepts("false", Wrapping::kValue, R"({"value":7})"));
  EXPECT_TRUE(Accepts(R"({"enum":["a"]})", Wrapping::kList, R"({"items":["a","a"]})"));
  EXPECT_FALSE(Accepts(R"({"enum":["a"]})", Wrapping::kList, R"({"items":["a","b"]})"));
}

TEST(WrapTest, ItemsKeepWhatTheyRequire) {
  EXPECT_TRUE(Accepts(kPerson, Wrapping::kList, R"({"items":[{"name":"Ada"}]})"));
  EXPECT_FALSE(Accepts(kPerson, Wrapping::kList, R"({"items":[{"name":"Ada"},{}]})"));
}

TEST(WrapTest, AnAbsentListIsNoEmptyOne) {
  EXPECT_TRUE(Accepts(kPerson, Wrapping::kList, R"({"items":[]})"));
  EXPECT_FALSE(Accepts(kPerson, Wrapping::kList, "{}"));
  EXPECT_FALSE(Accepts(kPerson, Wrapping::kList, R"({"items":null})"));
}

TEST(WrapTest, MaybeHasBothMembersAndAValueThatMayBeNull) {
  EXPECT_TRUE(Accepts(kPerson, Wrapping::kMaybe, R"({"value":{"name":"Ada"},"absent_reason":null})")
  );
  EXPECT_TRUE(Accepts(kPerson, Wrapping::kMaybe, R"({"value":null,"absent_reason":"no name"})"));
  EXPECT_FALSE(Accepts(kPerson, Wrapping::kMaybe, R"({"value":null})"));
  EXPECT_FALSE(Accepts(kPerson, Wrapping::kMaybe, R"({"value":{},"absent_reason":null})"));
}

TEST(WrapTest, DefinitionsMoveUpSoThatTheirReferencesStayAsTheyAre) {
  constexpr std::string_view kSchema =
      R"({"$schema":"https://json-schema.org/draft/2020-12/schema","$ref":"#/$defs/n",)"
      R"("$defs":{"n":{"type":"integer"}}})";
  EXPECT_EQ(
      Wrapped(kSchema, Wrapping::kValue),
      R"({"type":"object","properties":{"value":{"$ref":"#/$defs/n"}},"required":["value"],)"
      R"("additionalProperties":false,)"
      R"("$schema":"https://json-schema.org/draft/2020-12/schema",)"
      R"("$defs":{"n":{"type":"integer"}}})"
  );
  EXPECT_FALSE(Accepts(kSchema, Wrapping::kList, R"({"items":["x"]})"));
}

TEST(WrapTest, AReferenceToTheRootFollowsIt) {
  constexpr std::string_view kTree =
      R"({"type":"object","properties":{"kids":{"type":"array","items":{"$ref":"#"}},)"
      R"("n":{"type":"integer"},"m":{"$ref":"#/properties/n"}},"additionalProperties":false})";
  EXPECT_TRUE(Accepts(kTree, Wrapping::kList, R"({"items":[{"kids":[{"n":1}]}]})"));
  EXPECT_FALSE(Accepts(kTree, Wrapping::kList, R"({"items":[{"kids":[{"n":"x"}]}]})"));
  EXPECT_FALSE(Accepts(kTree, Wrapping::kMaybe, R"({"value":{"m":"x"},"absent_reason":null})"));
}

TEST(WrapTest, AReferenceFromADefinitionToTheRootFollowsItToo) {
  constexpr std::string_view kSchema =
      R"({"type":"object","properties":{"next":{"$ref":"#/$defs/link"}},"required":["id"],)"
      R"("$defs":{"link":{"anyOf":[{"$ref":"#"},{"type":"null"}]}}})";
  EXPECT_TRUE(Accepts(kSchema, Wrapping::kValue, R"({"value":{"id":1,"next":{"id":2}}})"));
  EXPECT_FALSE(Accepts(kSchema, Wrapping::kValue, R"({"value":{"id":1,"next":{}}})"));
}

TEST(WrapTest, AReferenceByTheSchemasOwnIdentifierFollowsIt) {
  constexpr std::string_view kSchema =
      R"({"$id":"https://acme.example/tree.json","type":"object","properties":{)"
      R"("a":{"$ref":"https://acme.example/tree.json"},"b":{"$ref":"tree.json#/$defs/n"},)"
      R"("c":{"$ref":"n.json"}},"additionalProperties":false,)"
      R"("$defs":{"n":{"type":"integer"},"e":{"$id":"n.json","type":"boolean"}}})";
  EXPECT_TRUE(Accepts(kSchema, Wrapping::kValue, R"({"value":{"a":{"b":1},"b":2,"c":true}})"));
  EXPECT_FALSE(Accepts(kSchema, Wrapping::kValue, R"({"value":{"a":{"b":"x"}}})"));
  EXPECT_FALSE(Accepts(kSchema, Wrapping::kValue, R"({"value":{"c":1}})"));
}

TEST(WrapTest, ReferencesInsideAPartWithItsOwnIdentifierAreItsOwn) {
  constexpr std::string_view kSchema =
      R"({"properties":{"p":{"$id":"https://acme.example/p","properties":{"q":{"$ref":"#/$defs/r"}},)"
      R"("$defs":{"r":{"type":"integer"}}}}})";
  EXPECT_TRUE(Accepts(kSchema, Wrapping::kValue, R"({"value":{"p":{"q":1}}})"));
  EXPECT_FALSE(Accepts(kSchema, Wrapping::kValue, R"({"value":{"p":{"q":"x"}}})"));
}

TEST(WrapTest, AnchorsAreLeftAlone) {
  constexpr std::string_view kSchema =
      R"({"$anchor":"top","type":"object","properties":{"a":{"$ref":"#top"},"n":{"const":1}}})";
  EXPECT_FALSE(Accepts(kSchema, Wrapping::kList, R"({"items":[{"a":{"n":2}}]})"));
}

TEST(WrapTest, WhatOnlyLooksLikeAReferenceIsLeftAlone) {
  constexpr std::string_view kSchema =
      R"({"type":"object","properties":{"$ref":{"type":"integer"},"c":{"const":{"$ref":"#"}}}})";
  EXPECT_TRUE(Accepts(kSchema, Wrapping::kValue, R"({"value":{"$ref":1,"c":{"$ref":"#"}}})"));
  EXPECT_FALSE(Accepts(kSchema, Wrapping::kValue, R"({"value":{"$ref":"#"}})"));
}

TEST(WrapTest, DraftSevenStaysDraftSeven) {
  constexpr std::string_view kSchema =
      R"({"$schema":"http://json-schema.org/draft-07/schema#","$ref":"#/definitions/pair",)"
      R"("definitions":{"pair":{"type":"array","items":[{"type":"integer"},{"type":"string"}],)"
      R"("additionalItems":false}}})";
  EXPECT_TRUE(Accepts(kSchema, Wrapping::kList, R"({"items":[[1,"a"]]})"));
  EXPECT_FALSE(Accepts(kSchema, Wrapping::kList, R"({"items":[["a",1]]})"));
  EXPECT_FALSE(Accepts(kSchema, Wrapping::kList, R"({"items":[[1,"a",2]]})"));
}

TEST(WrapTest, LoweringFollowsTheMovedReferences) {
  constexpr std::string_view kTree =
      R"({"type":"object","properties":{"kids":{"type":"array","items":{"$ref":"#"}}},)"
      R"("required":["kids"],"additionalProperties":false})";
  const json::Document wrapper = ParseOrDie(Wrapped(kTree, Wrapping::kList));
  const lower::Lowered lowered = lower::Lower(wrapper.root(), *lower::FindSubset("openai_strict"));
  ASSERT_FALSE(lowered.obstacle.has_value()) << lowered.obstacle->reason;
  EXPECT_NE(lowered.json.find("kids"), std::string::npos);
  EXPECT_TRUE(lowered.object_root());
}

TEST(WrapTest, PointersAreLedBackToTheCallers) {
  EXPECT_EQ(
      CallersSchemaPath(Wrapping::kList, "/properties/items/items/properties/age/minimum"),
      "/properties/age/minimum"
  );
  EXPECT_EQ(CallersSchemaPath(Wrapping::kList, "/$defs/n/type"), "/$defs/n/type");
  EXPECT_EQ(CallersSchemaPath(Wrapping::kList, "/required"), "");
  EXPECT_EQ(CallersSchemaPath(Wrapping::kMaybe, "/properties/value/anyOf/0/type"), "/type");
  EXPECT_EQ(CallersSchemaPath(Wrapping::kNone, "/required"), "/required");
  EXPECT_EQ(CallersPath(Wrapping::kList, "/items/3/age"), "/3/age");
  EXPECT_EQ(CallersPath(Wrapping::kValue, "/value"), "");
  EXPECT_EQ(CallersPath(Wrapping::kValue, "/valueless"), "");
  EXPECT_EQ(CallersPath(Wrapping::kNone, "/value"), "/value");
  EXPECT_EQ(WrappedPath(Wrapping::kList, "/3/age"), "/items/3/age");
  EXPECT_EQ(WrappedPath(Wrapping::kMaybe, ""), "/value");
  EXPECT_EQ(WrappedPath(Wrapping::kNone, "/a"), "/a");
}

}  // namespace
}  // namespace extractd::schema
