#include "server/schema/lower/lower.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/json/write.h"
#include "server/schema/compiled_schema.h"

namespace extractd::schema::lower {
namespace {

json::Document Json(std::string_view text) {
  json::ParseResult parsed = json::Parse(std::string(text));
  EXPECT_TRUE(std::holds_alternative<json::Document>(parsed)) << text;
  return std::get<json::Document>(std::move(parsed));
}

// A schema lowered to one subset.
class Case {
 public:
  Case(std::string_view subset, std::string_view schema, Fidelity fidelity = Fidelity::kPractical)
      : schema_(Json(schema)), lowered_(Lower(schema_.root(), *FindSubset(subset), fidelity)) {}

  const Lowered& operator*() const { return lowered_; }
  const Lowered* operator->() const { return &lowered_; }

  std::string Back(std::string_view answer) const {
    return json::ToText(lowered_.CarryBack(Json(answer).root()).root());
  }
  std::string Forward(std::string_view value) const {
    return json::ToText(lowered_.CarryForward(Json(value).root()).root());
  }
  // "pointer keyword action", one a line.
  std::string Downgrades() const { return Listed(lowered_.downgrades); }
  std::string Narrowings() const { return Listed(lowered_.narrowings); }

 private:
  static std::string Listed(const std::vector<Loss>& losses) {
    std::string text;
    for (const Loss& loss : losses) {
      text += fmt::format("{} {} {}\n", loss.pointer, loss.keyword, loss.action);
    }
    return text;
  }

  json::Document schema_;
  Lowered lowered_;
};

constexpr std::string_view kStrict = "openai_strict";

TEST(LowerTest, OptionalPropertiesBecomeNullableAndNullIsAbsent) {
  const Case person(kStrict, R"({"type":"object","properties":{"name":{"type":"string"},
      "age":{"type":"integer"},"kind":{"enum":["a","b"]}},"required":["name"],
      "additionalProperties":false})");
  EXPECT_EQ(
      person->json,
      R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":["integer","null"]},)"
      R"("kind":{"type":["string","null"],"enum":["a","b",null]}},)"
      R"("required":["name","age","kind"],"additionalProperties":false})"
  );
  EXPECT_EQ(person.Back(R"({"name":"Ann","age":null,"kind":"a"})"), R"({"name":"Ann","kind":"a"})");
  EXPECT_EQ(person.Forward(R"({"name":"Ann"})"), R"({"name":"Ann","age":null,"kind":null})");
  EXPECT_TRUE(person->downgrades.empty()) << person.Downgrades();
}

TEST(LowerTest, TheCallersKeyOrderSurvives) {
  const Case order(kStrict, R"({"type":"object","required":["b","a"],"additionalProperties":false,
      "properties":{"z":{"type":"null"},"a":{"type":"string"},"b":{"type":"string"}}})");
  const std::string& text = order->json;
  EXPECT_LT(text.find("\"z\""), text.find("\"a\""));
  EXPECT_LT(text.find("\"a\""), text.find("\"b\""));
}

TEST(LowerTest, MapsBecomeListsOfPairs) {
  const Case map(kStrict, R"({"type":"object","properties":{"ages":{"type":"object",
      "additionalProperties":{"type":"integer"}}},"required":["ages"],
      "additionalProperties":false})");
  EXPECT_NE(
      map->json.find(
          R"("ages":{"type":"array","items":{"type":"object","properties":{"key":{"type":"string"},)"
          R"("value":{"type":"integer"}},"required":["key","value"],"additionalProperties":false}})"
      ),
      std::string::npos
  ) << map->json;
  constexpr std::string_view kCallers = R"({"ages":{"ann":4,"bob":5}})";
  EXPECT_EQ(map.Forward(kCallers), R"({"ages":[{"key":"ann","value":4},{"key":"bob","value":5}]})");
  EXPECT_EQ(map.Back(map.Forward(kCallers)), kCallers);
}

TEST(LowerTest, AMapWithAKeyTwiceStaysAListSoThatNothingIsLost) {
  const Case map(kStrict, R"({"type":"object","additionalProperties":{"type":"integer"}})");
  const std::string twice = R"([{"key":"a","value":1},{"key":"a","value":2}])";
  EXPECT_EQ(map.Back(R"({"value":)" + twice + "}"), twice);
}

TEST(LowerTest, DeclaredPropertiesBesideAMapKeepTheirPlaces) {
  const Case mixed(kStrict, R"({"type":"object","properties":{"id":{"type":"string"}},
      "required":["id"],"additionalProperties":{"type":"number"}})");
  constexpr std::string_view kCallers = R"({"id":"x","width":1.50})";
  EXPECT_EQ(
      mixed.Forward(kCallers),
      R"({"id":"x","additional_properties":[{"key":"width","value":1.50}]})"
  );
  EXPECT_EQ(mixed.Back(mixed.Forward(kCallers)), kCallers);
}

TEST(LowerTest, SubsetsWithMapsKeepThem) {
  const Case map("gemini_json", R"({"type":"object","additionalProperties":{"type":"integer"}})");
  EXPECT_EQ(map->json, R"({"type":"object","additionalProperties":{"type":"integer"}})");
  EXPECT_FALSE(map->carries());
}

TEST(LowerTest, RootsThatAreNoObjectsAreWrapped) {
  const Case list(kStrict, R"({"type":"array","items":{"type":"string"}})");
  EXPECT_EQ(
      list->json,
      R"({"type":"object","properties":{"value":{"type":"array","items":{"type":"string"}}},)"
      R"("required":["value"],"additionalProperties":false})"
  );
  EXPECT_TRUE(list->object_root());
  EXPECT_EQ(list.Back(R"({"value":["a"]})"), R"(["a"])");
  EXPECT_EQ(list.Forward(R"(["a"])"), R"({"value":["a"]})");
  EXPECT_EQ(list.Back(R"(["a"])"), R"(["a"])") << "a model may answer without the wrapper";
}

TEST(LowerTest, AnyValueIsCarriedAsJsonText) {
  const Case any(kStrict, R"({"type":"object","properties":{"data":{}},"required":["data"],
      "additionalProperties":false})");
  EXPECT_NE(any->json.find(R"("data":{"type":"string")"), std::string::npos) << any->json;
  EXPECT_EQ(any.Back(R"({"data":"{\"a\":[1.0]}"})"), R"({"data":{"a":[1.0]}})");
  EXPECT_EQ(any.Back(R"({"data":"no json"})"), R"({"data":"no json"})");
  EXPECT_EQ(any.Forward(R"({"data":null})"), R"({"data":"null"})");
}

TEST(LowerTest, EnumsThatASubsetCannotListAreCarriedAsStrings) {
  const Case level("gemini_openapi", R"({"type":"object","properties":{"level":{"enum":[1,2.5]},
      "mixed":{"enum":["a",true,1]}},"required":["level","mixed"]})");
  EXPECT_NE(level->json.find(R"("level":{"type":"string","enum":["1","2.5"]})"), std::string::npos)
      << level->json;
  constexpr std::string_view kCallers = R"({"level":2.5,"mixed":true})";
  EXPECT_EQ(level.Forward(kCallers), R"({"level":"2.5","mixed":"true"})");
  EXPECT_EQ(level.Back(level.Forward(kCallers)), kCallers);
}

TEST(LowerTest, StringsThatLookLikeOtherValuesOfAnEnumStayApart) {
  const Case odd("gemini_openapi", R"({"type":"object","properties":{"v":{"enum":["1",1]}},
      "required":["v"]})");
  for (const std::string_view value : {R"({"v":"1"})", R"({"v":1})"}) {
    EXPECT_EQ(odd.Back(odd.Forward(value)), value);
  }
}

TEST(LowerTest, AliasesAreTheNamesOnTheWire) {
  const Case alias(kStrict, R"({"type":"object","properties":{"inv_no":{"type":"string",
      "x-alias":"invoice_number"}},"required":["inv_no"],"additionalProperties":false})");
  EXPECT_NE(alias->json.find(R"("required":["invoice_number"])"), std::string::npos);
  EXPECT_EQ(alias.Back(R"({"invoice_number":"7"})"), R"({"inv_no":"7"})");
  EXPECT_EQ(alias.Forward(R"({"inv_no":"7"})"), R"({"invoice_number":"7"})");
}

TEST(LowerTest, AnAliasThatIsTakenIsLeftOutByName) {
  const Case alias(kStrict, R"({"type":"object","properties":{"a":{"type":"string","x-alias":"b"},
      "b":{"type":"string"}},"required":["a","b"],"additionalProperties":false})");
  EXPECT_EQ(alias.Downgrades(), "/properties/a x-alias dropped\n");
  EXPECT_EQ(alias.Back(R"({"a":"1","b":"2"})"), R"({"a":"1","b":"2"})");
}

TEST(LowerTest, ConstraintsStayWhereTheSubsetHasThem) {
  constexpr std::string_view kSchema = R"({"type":"object","properties":{
      "code":{"type":"string","minLength":2,"pattern":"^[A-Z]+$","format":"uri"},
      "list":{"type":"array","items":{"type":"integer","minimum":1},"minItems":2,
              "uniqueItems":true}},
      "required":["code","list"],"additionalProperties":false})";
  const Case openai(kStrict, kSchema);
  EXPECT_NE(openai->json.find(R"("pattern":"^[A-Z]+$")"), std::string::npos) << openai->json;
  EXPECT_NE(openai->json.find(R"("minimum":1)"), std::string::npos);
  EXPECT_EQ(
      openai.Downgrades(),
      "/properties/code minLength moved to description\n"
      "/properties/code format moved to description\n"
      "/properties/list uniqueItems moved to description\n"
  );
  EXPECT_NE(openai->json.find(R"((minLength: 2, format: \"uri\"))"), std::string::npos)
      << openai->json;
  const Case claude("anthropic_strict", kSchema);
  EXPECT_EQ(claude->json.find("\"minimum\""), std::string::npos) << claude->json;
  EXPECT_NE(claude->json.find(R"("format":"uri")"), std::string::npos);
  EXPECT_EQ(claude->json.find(R"("minItems":2)"), std::string::npos) << "only 0 and 1 are taken";
}

TEST(LowerTest, PatternsThatASubsetCannotRunAreDropped) {
  constexpr std::string_view kSchema =
      R"({"type":"object","properties":{"a":{"type":"string","pattern":"^a$"}},"required":["a"]})";
  EXPECT_NE(Case("grammar", kSchema)->json.find("pattern"), std::string::npos);
  EXPECT_EQ(Case("cohere", kSchema).Downgrades(), "/properties/a pattern moved to description\n");
  EXPECT_EQ(
      Case("grammar", R"({"type":"string","pattern":"a"})").Downgrades(), " pattern dropped\n"
  );
}

TEST(LowerTest, AllOfIsMerged) {
  const Case merged(kStrict, R"({"$defs":{"base":{"type":"object","properties":{
      "id":{"type":"string"}},"required":["id"]}},
      "allOf":[{"$ref":"#/$defs/base"},{"properties":{"age":{"type":"integer","minimum":0}}},
               {"properties":{"age":{"minimum":18}},"required":["age"]}]})");
  EXPECT_EQ(
      merged->json,
      R"({"type":"object","properties":{"id":{"type":"string"},"age":{"type":"integer","minimum":18}},)"
      R"("required":["id","age"],"additionalProperties":false})"
  );
}

TEST(LowerTest, OneOfBecomesAnyOfAndSaysSo) {
  const Case pet(kStrict, R"({"type":"object","properties":{"pet":{"oneOf":[
      {"type":"object","properties":{"kind":{"const":"cat"}},"required":["kind"]},
      {"type":"object","properties":{"kind":{"const":"dog"},"breed":{"type":"string"}},
       "required":["kind"]}]}},"required":["pet"],"additionalProperties":false})");
  EXPECT_NE(pet->json.find(R"("anyOf":[{"type":"object")"), std::string::npos) << pet->json;
  EXPECT_EQ(pet.Downgrades(), "/properties/pet oneOf dropped\n");
  EXPECT_EQ(pet.Back(R"({"pet":{"kind":"dog","breed":null}})"), R"({"pet":{"kind":"dog"}})")
      << "the way back takes the branch that fits";
}

TEST(LowerTest, ConditionsAreDroppedByName) {
  const Case conditional(kStrict, R"({"type":"object","properties":{"a":{"type":"string"}},
      "required":["a"],"additionalProperties":false,"not":{"required":["b"]},
      "if":{"required":["a"]},"then":{"minProperties":1}})");
  EXPECT_EQ(conditional.Downgrades(), " not dropped\n if dropped\n then dropped\n");
}

TEST(LowerTest, RecursionStaysWhereItIsTaken) {
  constexpr std::string_view kTree = R"({"$defs":{"node":{"type":"object","properties":{
      "kids":{"type":"array","items":{"$ref":"#/$defs/node"}}},"required":["kids"],
      "additionalProperties":false}},"$ref":"#/$defs/node"})";
  const Case openai(kStrict, kTree);
  EXPECT_NE(openai->json.find(R"("items":{"$ref":"#/$defs/node"})"), std::string::npos);
  const Case claude("anthropic_strict", kTree);
  EXPECT_EQ(claude.Downgrades(), "/$defs/node/properties/kids/items $ref carried as JSON text\n");
  constexpr std::string_view kCallers = R"({"kids":[{"kids":[{"kids":[]}]}]})";
  EXPECT_EQ(claude.Back(claude.Forward(kCallers)), kCallers);
}

TEST(LowerTest, TuplesAreWidenedWhereTheyAreNotTaken) {
  constexpr std::string_view kPoint = R"({"type":"array","prefixItems":[{"type":"number"},
      {"type":"string"}],"items":false})";
  EXPECT_NE(Case("gemini_json", kPoint)->json.find("prefixItems"), std::string::npos);
  const Case openai(kStrict, kPoint);
  EXPECT_EQ(openai.Downgrades(), " prefixItems dropped\n items dropped\n");
  EXPECT_NE(
      openai->json.find(R"("items":{"anyOf":[{"type":"number"},{"type":"string"}]})"),
      std::string::npos
  ) << openai->json;
}

TEST(LowerTest, BooleanSchemasAreRead) {
  const Case odd(kStrict, R"({"type":"object","properties":{"never":false,"any":true},
      "required":["any"],"additionalProperties":false})");
  EXPECT_EQ(odd->json.find("never"), std::string::npos) << odd->json;
  const Case nothing(kStrict, "false");
  ASSERT_TRUE(nothing->obstacle.has_value());
  EXPECT_EQ(nothing->obstacle->reason, "no value is valid");
}

TEST(LowerTest, NullIsWrittenAsEachSubsetWantsIt) {
  constexpr std::string_view kSchema =
      R"({"type":"object","properties":{"a":{"type":["string","null"]}},"required":["a"]})";
  EXPECT_NE(
      Case("openai_strict", kSchema)->json.find(R"({"type":["string","null"]})"), std::string::npos
  );
  EXPECT_NE(
      Case("cerebras_strict", kSchema)
          ->json.find(R"({"anyOf":[{"type":"string"},{"type":"null"}]})"),
      std::string::npos
  );
  EXPECT_NE(
      Case("gemini_openapi", kSchema)->json.find(R"({"type":"string","nullable":true})"),
      std::string::npos
  );
}

TEST(LowerTest, WhatIsNarrowedTacitlyIsToldApart) {
  const Case open(kStrict, R"({"type":"object","properties":{"a":{"type":["string","null"]}}})");
  EXPECT_TRUE(open->downgrades.empty()) << open.Downgrades();
  EXPECT_EQ(open.Narrowings(), "/properties/a required narrowed\n additionalProperties narrowed\n");
}

TEST(LowerTest, ExactLoweringCarriesWhatThePracticalOneNarrows) {
  const Case exact(
      kStrict,
      R"({"type":"object","properties":{"a":{"type":["string","null"]}}})",
      Fidelity::kExact
  );
  for (const std::string_view value : {R"({})", R"({"a":null})", R"({"a":"x","b":[1]})"}) {
    EXPECT_EQ(exact.Back(exact.Forward(value)), value);
  }
  EXPECT_TRUE(exact->narrowings.empty());
}

TEST(LowerTest, LimitsAreObstaclesThatNameThem) {
  std::string properties;
  for (int i = 0; i < 70; ++i) {
    properties += fmt::format("{}\"p{}\":{{\"type\":\"string\"}}", i == 0 ? "" : ",", i);
  }
  const std::string wide = R"({"type":"object","properties":{)" + properties + "}}";
  EXPECT_FALSE(Case(kStrict, wide)->obstacle.has_value());
  const Case databricks("databricks", wide);
  ASSERT_TRUE(databricks->obstacle.has_value());
  EXPECT_EQ(databricks->obstacle->keyword, "properties");
  EXPECT_EQ(databricks->obstacle->reason, "subset databricks takes at most 64 properties");
  EXPECT_EQ(
      Case("anthropic_strict", wide)->obstacle->reason,
      "subset anthropic_strict takes at most 24 optional properties"
  );
  std::string deep = R"({"type":"string"})";
  for (int i = 0; i < 11; ++i) deep = R"({"type":"array","items":)" + deep + "}";
  EXPECT_EQ(
      Case(kStrict, deep)->obstacle->reason,
      "subset openai_strict takes at most 10 levels of nesting"
  );
  EXPECT_FALSE(Case("grammar", deep)->obstacle.has_value());
}

TEST(LowerTest, AnswersThatDoNotFitComeBackAsTheyAre) {
  const Case person(kStrict, R"({"type":"object","properties":{"tags":{"type":"object",
      "additionalProperties":{"type":"string"}}},"required":["tags"]})");
  for (const std::string_view wrong :
       {R"({"tags":"x"})",
        R"({"tags":[1,2]})",
        R"([])",
        R"({"tags":[{"key":1,"value":2}]})",
        "7",
        R"({"other":{"key":1}})"}) {
    EXPECT_EQ(person.Back(wrong), wrong);
  }
}

TEST(LowerTest, ReferencesLeadToAnchorsAndEmbeddedSchemas) {
  const Case refs(kStrict, R"({"$id":"https://example.com/root.json","type":"object","properties":{
      "a":{"$ref":"#point"},"b":{"$ref":"point.json"},"c":{"$ref":"root.json#/$defs/x%25y"}},
      "$defs":{"p":{"$anchor":"point","$id":"point.json","type":"object","properties":{
      "x":{"type":"number"}},"required":["x"]},"x%y":{"type":"boolean"}}})");
  EXPECT_NE(refs->json.find(R"("c":{"type":["boolean","null"]})"), std::string::npos) << refs->json;
  EXPECT_NE(refs->json.find(R"("$defs":{"p":{"type":"object")"), std::string::npos) << refs->json;
}

}  // namespace
}  // namespace extractd::schema::lower
