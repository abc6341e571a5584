#include "server/schema/compile/compile.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/schema/schema_test.h"

namespace extractd::schema {
namespace {

std::string Metadata(const absl::Status& status, std::string_view key) {
  const auto details = DetailsOf(status);
  if (!details.has_value()) return "no details";
  for (const auto& [name, value] : details->metadata) {
    if (name == key) return value;
  }
  return "none";
}

// "pointer keyword line:column" of the error.
std::string PlaceOfError(std::string text) {
  const auto schema = Compile(std::move(text));
  EXPECT_FALSE(schema.ok());
  const absl::Status& status = schema.status();
  return Metadata(status, "pointer") + " " + Metadata(status, "keyword") + " " +
         Metadata(status, "line") + ":" + Metadata(status, "column");
}

TEST(CompileTest, AnErrorNamesItsPlace) {
  EXPECT_EQ(
      PlaceOfError("{\n  \"properties\": {\n    \"age\": {\"type\": \"int\"}\n  }\n}"),
      "/properties/age/type type 3:13"
  );
  EXPECT_EQ(PlaceOfError(R"({"items":{"minLength":-1}})"), "/items/minLength minLength 1:11");
  EXPECT_EQ(PlaceOfError(R"({"allOf":[true,{"pattern":"("}]})"), "/allOf/1/pattern pattern 1:17");
  EXPECT_EQ(
      PlaceOfError(R"({"$defs":{"a/b":{"$anchor":"1"}}})"), "/$defs/a~1b/$anchor $anchor 1:18"
  );
}

TEST(CompileTest, AnErrorSaysWhatIsWrong) {
  EXPECT_EQ(
      CompileError(R"({"properties":{"a":{"type":"int"}}})"),
      "invalid schema at /properties/a (line 1, column 21): \"type\" must be null, boolean, "
      "integer, number, string, array or object, not \"int\""
  );
}

TEST(CompileTest, WhatIsNotJsonIsAnErrorWithItsPlace) {
  EXPECT_EQ(PlaceOfError("{\"type\":\n}"), "  2:1");
  EXPECT_NE(CompileError("").find("the schema is not JSON"), std::string::npos);
  EXPECT_NE(
      CompileError(R"({"type":"object","type":"array"})").find("duplicate"), std::string::npos
  );
}

TEST(CompileTest, ASchemaIsAnObjectOrABoolean) {
  for (const std::string_view text : {"[]", "1", "null", "\"object\""}) {
    EXPECT_NE(
        CompileError(std::string(text)).find("a schema is an object or a boolean"),
        std::string::npos
    ) << text;
  }
  EXPECT_TRUE(IsValid("true", "1"));
  EXPECT_FALSE(IsValid("false", "1"));
  EXPECT_TRUE(IsValid("{}", "1"));
}

struct WrongValues {
  std::string_view keyword;
  std::vector<std::string_view> values;
};
// Every keyword of draft 2020-12.
const WrongValues kWrongValues[] = {
    {"$anchor", {"1", "\"a b\"", "\"\""}},
    {"$comment", {"1"}},
    {"$defs", {"1", "[]", R"({"a":1})"}},
    {"$dynamicAnchor", {"1", "\"#a\""}},
    {"$dynamicRef", {"1", "\"#nothing\""}},
    {"$id", {"1", "\"a#b\""}},
    {"$ref", {"1", "\"#/nothing\"", "\"#nothing\"", "\"other.json\"", "\"#/%zz\""}},
    {"$schema", {"1", "\"http://json-schema.org/draft-04/schema#\"", "\"\""}},
    {"$vocabulary", {"1"}},
    {"additionalProperties", {"1", "null", "[]"}},
    {"allOf", {"{}", "[]", "[1]"}},
    {"anyOf", {"{}", "[]", "[null]"}},
    {"contains", {"1"}},
    {"contentEncoding", {"1"}},
    {"contentMediaType", {"1"}},
    {"contentSchema", {"1"}},
    {"definitions", {"1", R"({"a":1})"}},
    {"dependencies", {"1", R"({"a":1})", R"({"a":[1]})"}},
    {"dependentRequired", {"1", R"({"a":1})", R"({"a":["b","b"]})"}},
    {"dependentSchemas", {"1", R"({"a":["b"]})"}},
    {"deprecated", {"1"}},
    {"description", {"1"}},
    {"else", {"1"}},
    {"enum", {"1", "{}"}},
    {"examples", {"1"}},
    {"exclusiveMaximum", {"true", "\"1\""}},
    {"exclusiveMinimum", {"true"}},
    {"format", {"1"}},
    {"if", {"1"}},
    {"items", {"1", "[true]"}},
    {"maxContains", {"-1", "1.5", "\"1\""}},
    {"maxItems", {"-1"}},
    {"maxLength", {"-1", "1.5", "null"}},
    {"maxProperties", {"-1"}},
    {"maximum", {"\"1\""}},
    {"minContains", {"-1"}},
    {"minItems", {"-1"}},
    {"minLength", {"0.5"}},
    {"minProperties", {"-1"}},
    {"minimum", {"null"}},
    {"multipleOf", {"0", "-1", "\"1\"", "0e9"}},
    {"not", {"1"}},
    {"oneOf", {"[]"}},
    {"pattern", {"1", "\"(\"", R"("a\\1")", "\"a(?=b)\""}},
    {"patternProperties", {"1", R"({"a":1})", R"({"(":true})"}},
    {"prefixItems", {"true", "[]"}},
    {"properties", {"[]", R"({"a":1})"}},
    {"propertyNames", {"1"}},
    {"readOnly", {"1"}},
    {"required", {"true", "[1]", R"(["a","a"])"}},
    {"then", {"1"}},
    {"title", {"1"}},
    {"type", {"1", "\"any\"", "[]", R"(["string","string"])", R"(["string",1])"}},
    {"unevaluatedItems", {"1"}},
    {"unevaluatedProperties", {"1"}},
    {"uniqueItems", {"1"}},
};

TEST(CompileTest, AKeywordWithAValueOfTheWrongKindIsAnError) {
  for (const auto& [keyword, values] : kWrongValues) {
    for (const std::string_view value : values) {
      const std::string text = "{\"" + std::string(keyword) + "\":" + std::string(value) + "}";
      const auto schema = Compile(text);
      EXPECT_FALSE(schema.ok()) << text;
      EXPECT_EQ(Metadata(schema.status(), "keyword"), keyword) << text;
      EXPECT_EQ(Metadata(schema.status(), "pointer"), "/" + std::string(keyword)) << text;
      EXPECT_EQ(Metadata(schema.status(), "column"), "2") << text;
    }
  }
}

TEST(CompileTest, UnknownKeywordsAndFormatsAreAnnotations) {
  EXPECT_TRUE(IsValid(R"({"x-alias":{"type":5},"nullable":7,"format":"color"})", "1"));
  EXPECT_TRUE(IsValid(R"({"$recursiveRef":"#nothing","additionalItems":1,"id":2})", "1"));
  // Not keywords of draft-07.
  EXPECT_TRUE(IsValid(
      R"({"$schema":"http://json-schema.org/draft-07/schema#","dependentRequired":1,"$anchor":2,
          "prefixItems":3,"unevaluatedProperties":4,"minContains":"5","$defs":6})",
      "1"
  ));
}

TEST(CompileTest, DefinitionsThatNothingRefersToAreCheckedToo) {
  EXPECT_EQ(
      PlaceOfError(R"({"$defs":{"unused":{"properties":{"a":{"maxLength":"5"}}}}})"),
      "/$defs/unused/properties/a/maxLength maxLength 1:40"
  );
  // Their patterns are never run.
  EXPECT_EQ(CompileError(R"x({"$defs":{"unused":{"pattern":"a(?=b)"}}})x"), "");
}

TEST(CompileTest, LimitsAreFoundBeforeAnythingIsCompiled) {
  const std::string large = R"({"description":")" + std::string(1000, 'x') + R"(","type":"int"})";
  const auto too_long = Compile(large, {.max_bytes = 500});
  EXPECT_EQ(DetailsOf(too_long.status())->reason, Reason::kSchemaTooLarge);
  EXPECT_EQ(Metadata(too_long.status(), "what"), "bytes");
  EXPECT_EQ(Metadata(too_long.status(), "value"), std::to_string(large.size()));

  const auto too_many =
      Compile(R"({"properties":{"a":{"type":"int"},"b":{},"c":{}}})", {.max_subschemas = 3});
  EXPECT_EQ(DetailsOf(too_many.status())->reason, Reason::kSchemaTooLarge);
  EXPECT_EQ(Metadata(too_many.status(), "what"), "subschemas");
  EXPECT_TRUE(Compile(R"({"properties":{"a":{},"b":{}}})", {.max_subschemas = 3}).ok());
}

TEST(CompileTest, DeepSchemasAreRefusedByTheParser) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += R"({"not":)";
  EXPECT_NE(CompileError(text).find("not JSON"), std::string::npos);
}

TEST(CompileTest, DivisorsAreBounded) {
  EXPECT_EQ(CompileError(R"({"multipleOf":1)" + std::string(150, '0') + "}"), "");
  EXPECT_NE(
      CompileError(R"({"multipleOf":1)" + std::string(250, '0') + "}").find("more than 200"),
      std::string::npos
  );
}

TEST(CompileTest, AnOldDraftIsRefusedByName) {
  EXPECT_EQ(
      CompileError(R"({"$schema":"http://json-schema.org/draft-04/schema#"})"),
      "invalid schema at the root (line 1, column 2): \"$schema\" names "
      "\"http://json-schema.org/draft-04/schema\"; supported are draft 2020-12 and draft-07"
  );
}

TEST(CompileTest, NothingIsFetched) {
  EXPECT_EQ(
      CompileError(R"({"$ref":"https://example.org/a.json#/b"})"),
      "invalid schema at the root (line 1, column 2): \"$ref\" \"https://example.org/a.json#/b\" "
      "does not resolve: nothing here is named \"https://example.org/a.json\", and nothing is "
      "fetched"
  );
}

TEST(CompileTest, DocumentsOfTheCallerAreReferredTo) {
  const auto source = [](std::string_view uri) -> std::shared_ptr<const json::Document> {
    if (uri != "https://example.org/a.json") return nullptr;
    return std::make_shared<const json::Document>(
        ParseOrDie(R"({"$defs":{"b":{"minimum":5},"bad":{"type":"int"}}})")
    );
  };
  const auto good =
      CompileFrom({.text = R"({"$ref":"https://example.org/a.json#/$defs/b"})", .source = source});
  ASSERT_TRUE(good.ok()) << good.status();
  EXPECT_EQ(IssuesOf(**good, "4"), ": expected at least 5, got 4\n");

  const auto bad =
      CompileFrom({.text = R"({"$ref":"https://example.org/a.json#/$defs/bad"})", .source = source}
      );
  EXPECT_EQ(Metadata(bad.status(), "document"), "https://example.org/a.json");
  EXPECT_EQ(Metadata(bad.status(), "pointer"), "/$defs/bad/type");
  EXPECT_EQ(Metadata(bad.status(), "line"), "none");
}

TEST(CompileTest, ErrorsAreShortWhateverTheSchema) {
  const std::string name(100'000, 'x');
  for (const std::string& text :
       {R"({"$schema":")" + name + R"("})",
        R"({"$ref":")" + name + R"("})",
        R"({"$ref":"#/)" + name + R"("})",
        R"({"$ref":"#)" + name + R"("})",
        R"({"properties":{")" + name + R"(":{"type":5}}})",
        R"({"properties":{")" + name + R"(":{"title":5}}})",
        R"({"type":")" + name + R"("})",
        R"({"required":[")" + name + R"(",")" + name + R"("]})",
        R"({"$defs":{"a":{"$id":")" + name + R"("},"b":{"$id":")" + name + R"("}}})"}) {
    const auto schema = Compile(text);
    ASSERT_FALSE(schema.ok()) << text.substr(0, 30);
    EXPECT_LT(schema.status().message().size(), 1200U) << text.substr(0, 30);
    EXPECT_LT(Metadata(schema.status(), "pointer").size(), 400U) << text.substr(0, 30);
  }
}

TEST(CompileTest, ErrorsNeverShowALongText) {
  const std::string error = CompileError(R"x({"pattern":"()x" + std::string(5000, 'x') + R"("})");
  EXPECT_LT(error.size(), 500U);
  EXPECT_NE(error.find("a group is not closed"), std::string::npos);
}

}  // namespace
}  // namespace extractd::schema
