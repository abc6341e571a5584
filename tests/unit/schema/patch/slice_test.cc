#include "server/schema/patch/slice.h"

#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/json/write.h"

namespace extractd::schema {
namespace {

json::Document Parsed(std::string text) {
  json::ParseResult parsed = json::Parse(std::move(text));
  return std::move(std::get<json::Document>(parsed));
}

// The subschema that `tokens` lead to, as text; "none" if it is not sure.
std::string Found(const std::string& schema, const std::vector<std::string>& tokens) {
  const json::Document document = Parsed(schema);
  const SchemaWalk walk(document.root());
  const json::Value* at = &document.root();
  for (const std::string& token : tokens) {
    at = walk.Step(*at, token);
    if (at == nullptr) return "none";
  }
  return json::ToText(*at);
}

TEST(SchemaWalkTest, GoesThroughPropertiesItemsAndReferences) {
  constexpr const char* kSchema =
      R"({"properties":{"a":{"items":{"$ref":"#/$defs/x"}}},"$defs":{"x":{"properties":{"b":{"type":"null"}}}}})";
  EXPECT_EQ(Found(kSchema, {"a", "3", "b"}), R"({"type":"null"})");
  EXPECT_EQ(Found(kSchema, {"a", "3", "c"}), "none");
}

TEST(SchemaWalkTest, KnowsTuplesOfBothDrafts) {
  EXPECT_EQ(Found(R"({"prefixItems":[{"const":1}],"items":{"const":2}})", {"0"}), R"({"const":1})");
  EXPECT_EQ(Found(R"({"prefixItems":[{"const":1}],"items":{"const":2}})", {"1"}), R"({"const":2})");
  EXPECT_EQ(Found(R"({"items":[{"const":1}]})", {"0"}), R"({"const":1})");
}

TEST(SchemaWalkTest, TakesTheOnlyBranchThatNamesThePlace) {
  EXPECT_EQ(
      Found(R"({"anyOf":[{"properties":{"a":{"const":1}}},{"type":"null"}]})", {"a"}),
      R"({"const":1})"
  );
  EXPECT_EQ(
      Found(
          R"({"anyOf":[{"properties":{"a":{"const":1}}},{"properties":{"a":{"const":2}}}]})", {"a"}
      ),
      "none"
  );
}

TEST(SchemaWalkTest, MembersOfMapsHaveTheMapsSchema) {
  EXPECT_EQ(Found(R"({"additionalProperties":{"const":1}})", {"any"}), R"({"const":1})");
  EXPECT_EQ(Found(R"({"additionalProperties":false})", {"any"}), "none");
  EXPECT_EQ(Found(R"({"patternProperties":{"^a":{}},"additionalProperties":{}})", {"b"}), "none");
}

TEST(SchemaWalkTest, CirclesEnd) {
  EXPECT_EQ(Found(R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/a"}}})", {"x"}), "none");
  EXPECT_EQ(Found(R"({"allOf":[{"$ref":"#"}]})", {"x"}), "none");
}

std::optional<std::string> SliceOf(const std::string& schema, const std::string& property) {
  const json::Document document = Parsed(schema);
  const json::Value* part = document.root().Find("properties")->Find(property);
  return SliceText(document.root(), {{"fix_1", part}});
}

TEST(SliceTextTest, TakesTheDefinitionsThatItNeedsAndNoOthers) {
  EXPECT_EQ(
      SliceOf(
          R"({"properties":{"a":{"$ref":"#/$defs/x"}},"$defs":{"x":{"$ref":"#/$defs/y"},"y":{},"z":{}}})",
          "a"
      ),
      R"({"type":"object","properties":{"fix_1":{"$ref":"#/$defs/x"}},"required":["fix_1"],)"
      R"("additionalProperties":false,"$defs":{"x":{"$ref":"#/$defs/y"},"y":{}}})"
  );
}

TEST(SliceTextTest, KeepsTheDraft) {
  constexpr const char* kDraft = "http://json-schema.org/draft-07/schema#";
  const auto slice = SliceOf(
      std::string(R"({"$schema":")") + kDraft + R"(","properties":{"a":{"type":"string"}}})", "a"
  );
  ASSERT_TRUE(slice.has_value());
  EXPECT_NE(slice->find(kDraft), std::string::npos);
}

TEST(SliceTextTest, GivesUpOnReferencesThatWouldLeadElsewhere) {
  for (const char* part :
       {R"({"$ref":"#"})",
        R"({"$ref":"#/properties/a"})",
        R"({"$ref":"other.json"})",
        R"({"items":{"$dynamicRef":"#n"}})",
        R"({"$id":"https://example.com/a"})"}) {
    EXPECT_EQ(SliceOf(std::string(R"({"properties":{"a":)") + part + "}}", "a"), std::nullopt)
        << part;
  }
}

}  // namespace
}  // namespace extractd::schema
