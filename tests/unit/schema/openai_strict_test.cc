#include "server/schema/openai_strict.h"

#include <string>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/schema/schema_test.h"

namespace extractd::schema {
namespace {

// "pointer keyword: reason" of what keeps the schema out; empty if nothing does.
std::string ObstacleIn(std::string schema) {
  const json::Document document = ParseOrDie(std::move(schema));
  const std::optional<SubsetObstacle> obstacle = FindOpenAiStrictObstacle(document.root());
  if (!obstacle.has_value()) return "";
  return fmt::format("{} {}: {}", obstacle->pointer, obstacle->keyword, obstacle->reason);
}

// A schema that is in the subset but for its property "p".
std::string ObstacleInProperty(std::string_view schema) {
  return ObstacleIn(fmt::format(
      R"({{"type":"object","properties":{{"p":{}}},"required":["p"],"additionalProperties":false}})",
      schema
  ));
}

TEST(OpenAiStrictTest, AClosedObjectWithAllItsPropertiesIsInTheSubset) {
  EXPECT_EQ(
      ObstacleIn(
          R"({"$schema":"https://json-schema.org/draft/2020-12/schema","title":"T",)"
          R"("description":"D","type":"object","properties":{)"
          R"("a":{"type":"string","pattern":"^a","format":"date"},)"
          R"("b":{"type":["integer","null"],"minimum":0,"maximum":9,"multipleOf":3},)"
          R"("c":{"type":"array","items":{"$ref":"#/$defs/kind"},"minItems":1,"maxItems":5},)"
          R"("d":{"anyOf":[{"type":"string"},{"const":1}]},"e":{"$ref":"#"}},)"
          R"("required":["a","b","c","d","e"],"additionalProperties":false,)"
          R"("$defs":{"kind":{"enum":["x","y"]}}})"
      ),
      ""
  );
}

TEST(OpenAiStrictTest, TheRootIsAnObject) {
  const std::string reason = " type: the root must be of type object";
  EXPECT_EQ(ObstacleIn(R"({"type":"array","items":{"type":"string"}})"), reason);
  EXPECT_EQ(ObstacleIn(R"({"type":["object","null"]})"), reason);
  EXPECT_EQ(ObstacleIn(R"({"properties":{}})"), reason);
  EXPECT_EQ(ObstacleIn("true"), reason);
}

TEST(OpenAiStrictTest, EveryObjectIsClosed) {
  const std::string reason =
      "/properties/p additionalProperties: every object needs additionalProperties: false";
  EXPECT_EQ(ObstacleInProperty(R"({"type":"object","properties":{}})"), reason);
  EXPECT_EQ(ObstacleInProperty(R"({"type":["null","object"],"properties":{}})"), reason);
  EXPECT_EQ(ObstacleInProperty(R"({"properties":{},"additionalProperties":true})"), reason);
  EXPECT_EQ(ObstacleInProperty(R"({"type":"object","additionalProperties":{}})"), reason);
}

TEST(OpenAiStrictTest, EveryPropertyIsRequired) {
  EXPECT_EQ(
      ObstacleInProperty(
          R"({"type":"object","properties":{"a":{"type":"null"},"b":{"type":"null"}},)"
          R"("required":["a"],"additionalProperties":false})"
      ),
      "/properties/p required: every property must be required"
  );
}

TEST(OpenAiStrictTest, EveryArrayHasItems) {
  const std::string reason = "/properties/p items: every array needs items";
  EXPECT_EQ(ObstacleInProperty(R"({"type":"array"})"), reason);
  EXPECT_EQ(ObstacleInProperty(R"({"type":["array","null"]})"), reason);
}

TEST(OpenAiStrictTest, KeywordsOutsideTheSubsetAreNamedWithTheirPlace) {
  for (const auto* keyword :
       {"allOf", "oneOf", "not", "if", "patternProperties", "minLength", "x"}) {
    EXPECT_EQ(
        ObstacleInProperty(fmt::format(R"({{"{}":{{}}}})", keyword)),
        fmt::format("/properties/p {}: the keyword is not part of the subset", keyword)
    );
  }
  EXPECT_EQ(
      ObstacleInProperty(R"({"type":"array","items":{"anyOf":[{"type":"null"},{"default":1}]}})"),
      "/properties/p/items/anyOf/1 default: the keyword is not part of the subset"
  );
}

TEST(OpenAiStrictTest, DefinitionsAreCheckedToo) {
  EXPECT_EQ(
      ObstacleIn(R"({"type":"object","additionalProperties":false,"$defs":{"a/b":{"not":{}}}})"),
      "/$defs/a~1b not: the keyword is not part of the subset"
  );
}

TEST(OpenAiStrictTest, SchemasThatAreBooleansAreOutside) {
  EXPECT_EQ(
      ObstacleInProperty("true"), "/properties/p : true and false are not allowed as schemas"
  );
}

TEST(OpenAiStrictTest, FormatsAreThoseOfTheList) {
  for (const auto* format :
       {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}) {
    EXPECT_EQ(ObstacleInProperty(fmt::format(R"({{"type":"string","format":"{}"}})", format)), "");
  }
  EXPECT_EQ(
      ObstacleInProperty(R"({"type":"string","format":"uri"})"),
      "/properties/p format: the format is not part of the subset"
  );
}

TEST(OpenAiStrictTest, ReferencesStandAloneAndStayInTheDocument) {
  EXPECT_EQ(
      ObstacleInProperty(R"({"$ref":"#","description":"the same"})"),
      "/properties/p $ref: nothing may stand beside a reference"
  );
  for (const auto* target : {"#/properties/q", "other.json", "#anchor"}) {
    EXPECT_EQ(
        ObstacleInProperty(fmt::format(R"({{"$ref":"{}"}})", target)),
        "/properties/p $ref: only #, #/$defs and #/definitions may be referred to"
    );
  }
}

// An object of so many levels, itself included.
std::string Nested(int levels) {
  std::string schema = R"({"type":"string"})";
  for (int level = 1; level < levels; ++level) {
    schema = fmt::format(
        R"({{"type":"object","properties":{{"p":{}}},"required":["p"],"additionalProperties":false}})",
        schema
    );
  }
  return schema;
}

TEST(OpenAiStrictTest, LevelsAreLimited) {
  EXPECT_EQ(ObstacleIn(Nested(10)), "");
  EXPECT_NE(ObstacleIn(Nested(11)).find("more than 10 levels of nesting"), std::string::npos);
}

// A list of `count` texts, each made of its number.
template <class Text>
std::string Listed(int count, Text text) {
  std::string list;
  for (int i = 0; i < count; ++i) list += (i == 0 ? "" : ",") + text(i);
  return list;
}

TEST(OpenAiStrictTest, EnumValuesAreLimitedTogether) {
  const auto number = [](int i) { return std::to_string(i); };
  const auto schema = [&](int more) {
    return fmt::format(
        R"({{"anyOf":[{{"enum":[{}]}},{{"enum":[{}]}}]}})",
        Listed(900, number),
        Listed(more, number)
    );
  };
  EXPECT_EQ(ObstacleInProperty(schema(100)), "");
  EXPECT_EQ(
      ObstacleInProperty(schema(101)), "/properties/p/anyOf/1 enum: more than 1000 enum values"
  );
}

TEST(OpenAiStrictTest, PropertiesAreLimitedTogether) {
  const auto schema = [](int count) {
    return fmt::format(
        R"({{"type":"object","properties":{{{}}},"required":[{}],"additionalProperties":false}})",
        Listed(count, [](int i) { return fmt::format(R"("p{}":{{"type":"null"}})", i); }),
        Listed(count, [](int i) { return fmt::format(R"("p{}")", i); })
    );
  };
  EXPECT_EQ(ObstacleIn(schema(5000)), "");
  EXPECT_EQ(ObstacleIn(schema(5001)), " properties: more than 5000 properties");
}

}  // namespace
}  // namespace extractd::schema
