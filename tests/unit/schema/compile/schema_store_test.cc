#include "server/schema/compile/schema_store.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/schema/schema_test.h"

namespace extractd::schema {
namespace {

// The root's $ref is `reference`; "yes" is the only instance that the target allows.
std::string Refer(std::string_view reference, std::string_view rest) {
  return R"({"$ref":")" + std::string(reference) + R"(",)" + std::string(rest) + "}";
}
bool Resolves(std::string_view reference, std::string_view rest) {
  const std::string schema = Refer(reference, rest);
  return IsValid(schema, R"("yes")") && !IsValid(schema, R"("no")");
}

TEST(SchemaStoreTest, ReferencesFollowPointersAndAnchors) {
  EXPECT_TRUE(Resolves("#/$defs/a", R"("$defs":{"a":{"const":"yes"}})"));
  EXPECT_TRUE(Resolves("#/definitions/a", R"("definitions":{"a":{"const":"yes"}})"));
  EXPECT_TRUE(Resolves("#/$defs/a~1b~0%25", R"("$defs":{"a/b~%":{"const":"yes"}})"));
  EXPECT_TRUE(Resolves("#/$defs/a/anyOf/1", R"("$defs":{"a":{"anyOf":[true,{"const":"yes"}]}})"));
  EXPECT_TRUE(Resolves("#here", R"("$defs":{"a":{"$anchor":"here","const":"yes"}})"));
  EXPECT_TRUE(Resolves("#here", R"("$defs":{"a":{"$dynamicAnchor":"here","const":"yes"}})"));
}

TEST(SchemaStoreTest, ReferencesFollowIds) {
  EXPECT_TRUE(Resolves("item.json", R"("$defs":{"a":{"$id":"item.json","const":"yes"}})"));
  EXPECT_TRUE(Resolves(
      "http://x/b/item.json#in",
      R"("$id":"http://x/b/root.json","$defs":{"a":{"$id":"item.json",
         "$defs":{"c":{"$anchor":"in","const":"yes"}}}})"
  ));
  EXPECT_TRUE(Resolves("urn:a:b#/$defs/c", R"("$id":"urn:a:b","$defs":{"c":{"const":"yes"}})"));
}

TEST(SchemaStoreTest, APlaceThatNoKeywordKnowsCanBeReferredTo) {
  EXPECT_TRUE(Resolves("#/x/y/0", R"("x":{"y":[{"const":"yes"}]})"));
  EXPECT_NE(CompileError(Refer("#/x", R"("x":5)")).find("is no schema"), std::string::npos);
  EXPECT_NE(
      CompileError(Refer("#/x", R"("x":{"type":"int"})")).find("invalid schema at /x"),
      std::string::npos
  );
}

TEST(SchemaStoreTest, IdsInValuesAreNoNames) {
  EXPECT_NE(
      CompileError(Refer("a.json", R"("enum":[{"$id":"a.json"}],"const":{"$anchor":"b"})"))
          .find("does not resolve"),
      std::string::npos
  );
}

TEST(SchemaStoreTest, NamesAreUnique) {
  EXPECT_NE(
      CompileError(R"({"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}})")
          .find("another schema is named"),
      std::string::npos
  );
  EXPECT_NE(
      CompileError(R"({"$defs":{"a":{"$id":"x"},"b":{"$id":"x"}}})")
          .find("another schema is named"),
      std::string::npos
  );
  // Different resources have anchors of their own.
  EXPECT_EQ(CompileError(R"({"$anchor":"x","$defs":{"b":{"$id":"b","$anchor":"x"}}})"), "");
}

TEST(SchemaStoreTest, InDraft7NothingCountsBesideARef) {
  const std::string schema =
      R"({"$schema":"http://json-schema.org/draft-07/schema#","properties":{
          "a":{"$ref":"#/definitions/s","type":"integer","$id":"http://x/y"}},
          "definitions":{"s":{"const":"yes"}}})";
  EXPECT_TRUE(IsValid(schema, R"({"a":"yes"})"));
  EXPECT_FALSE(IsValid(schema, R"({"a":1})"));
}

TEST(SchemaStoreTest, Draft7AnchorsAreIds) {
  EXPECT_TRUE(Resolves(
      "#here",
      R"("$schema":"http://json-schema.org/draft-07/schema#",
         "definitions":{"a":{"$id":"#here","const":"yes"}})"
  ));
}

TEST(SchemaStoreTest, AResourceMayBeOfAnotherDraft) {
  const std::string schema =
      R"({"properties":{"a":{"$id":"old","$schema":"http://json-schema.org/draft-07/schema",
          "items":[{"const":1}],"prefixItems":[{"const":2}]}}})";
  EXPECT_TRUE(IsValid(schema, R"({"a":[1]})"));
  EXPECT_FALSE(IsValid(schema, R"({"a":[2]})"));
  EXPECT_NE(
      CompileError(R"({"items":{"$schema":"http://json-schema.org/draft-07/schema"}})")
          .find("may change only where"),
      std::string::npos
  );
}

}  // namespace
}  // namespace extractd::schema
