#include "server/schema/coerce/coerce.h"

#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/json/write.h"
#include "tests/unit/json/describe_repairs.h"

namespace extractd::schema {
namespace {

struct Outcome {
  std::string json = "none";
  std::string repairs = {};
};

Outcome Become(std::string_view schema, std::string_view value, bool lossy = true) {
  const auto compiled = Compile(std::string(schema));
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  const json::ParseResult parsed = json::ParseView(value);
  const auto coerced =
      Coerce(**compiled, std::get<json::Document>(parsed).root(), {.lossy = lossy});
  if (!coerced.has_value()) return {};
  return {json::ToText(coerced->document.root()), json::DescribeRepairs(coerced->repairs)};
}

void ExpectCoerced(
    std::string_view schema, std::string_view value, std::string_view json, std::string_view repairs
) {
  const Outcome outcome = Become(schema, value);
  EXPECT_EQ(outcome.json, json) << value;
  EXPECT_EQ(outcome.repairs, repairs) << value;
}

constexpr std::string_view kPerson = R"({"title":"Person","type":"object","properties":{
  "full_name":{"type":"string"},"age":{"type":"integer"},"tags":{"type":"array","items":{"type":"string"}},
  "born":{"type":"string","format":"date"},"note":{"type":"string"}},"required":["full_name","age"],
  "additionalProperties":false})";

TEST(CoerceTest, ScalarsOfAnotherType) {
  ExpectCoerced(R"({"type":"integer"})", R"("1'000")", "1000", R"(number : "1'000" -> 1000)");
  ExpectCoerced(R"({"type":"integer"})", "3.5", "4", "rounded : 3.5 -> 4 (lossy)");
  ExpectCoerced(R"({"type":"integer"})", "-9.5", "-10", "rounded : -9.5 -> -10 (lossy)");
  ExpectCoerced(R"({"type":"string"})", "1.50", R"("1.50")", R"(text : 1.50 -> "1.50")");
  ExpectCoerced(R"({"type":"boolean"})", R"("Yes")", "true", R"(boolean : "Yes" -> true)");
  ExpectCoerced(R"({"type":"boolean"})", "0", "false", "boolean : 0 -> false");
  ExpectCoerced(R"({"type":["number","null"]})", R"("n/a")", "null", R"(null : "n/a" -> null)");
  EXPECT_EQ(Become(R"({"type":"boolean"})", "2").json, "none");
  EXPECT_EQ(Become(R"({"type":"number"})", "true").json, "none");
  EXPECT_EQ(Become(R"({"type":"string"})", "null").json, "none");
}

TEST(CoerceTest, WhatLosesIsOnlyDoneWhereItMay) {
  EXPECT_EQ(Become(R"({"type":"string"})", R"({"a":1})", true).json, R"("{\"a\":1}")");
  EXPECT_EQ(Become(R"({"type":"string"})", R"({"a":1})", false).json, "none");
  EXPECT_EQ(Become(R"({"type":"number"})", R"("$3")", true).json, "3");
  EXPECT_EQ(Become(R"({"type":"number"})", R"("$3")", false).json, "none");
  EXPECT_EQ(Become(R"({"type":"number"})", R"("3")", false).json, "3");
}

TEST(CoerceTest, AShareIsAtMostOne) {
  ExpectCoerced(
      R"({"type":"number","maximum":1})", R"("95%")", "0.95", R"(number : "95%" -> 0.95)"
  );
}

TEST(CoerceTest, NamesOfMembersWithoutCaseAndPunctuation) {
  ExpectCoerced(
      kPerson,
      R"({"Full Name":"Ada","AGE":36})",
      R"({"full_name":"Ada","age":36})",
      "key_name /full_name: \"Full Name\" -> \"full_name\"\nkey_name /age: \"AGE\" -> \"age\""
  );
  ExpectCoerced(
      R"({"type":"object","properties":{"a":{"x-alias":"first letter"}},"required":["a"]})",
      R"({"first letter":1})",
      R"({"a":1})",
      "key_name /a: \"first letter\" -> \"a\""
  );
}

TEST(CoerceTest, AMemberByItsOwnNameIsNotReplaced) {
  ExpectCoerced(
      kPerson,
      R"({"full_name":"Ada","age":36,"Age":37})",
      R"({"full_name":"Ada","age":36})",
      "extra_member /Age: 37 ->  (lossy)"
  );
  EXPECT_EQ(Become(kPerson, R"({"full_name":"Ada","age":36,"Age":37})", false).json, "none");
}

TEST(CoerceTest, OptionalMembersWithNullAreLeftOut) {
  ExpectCoerced(
      kPerson,
      R"({"full_name":"Ada","age":36,"note":null})",
      R"({"full_name":"Ada","age":36})",
      "null /note: null -> "
  );
  EXPECT_EQ(Become(kPerson, R"({"full_name":null,"age":36})").json, "none");
}

TEST(CoerceTest, WhatIsWrappedTooLittleOrTooMuch) {
  ExpectCoerced(
      kPerson,
      R"({"full_name":"Ada","age":36,"tags":"x"})",
      R"({"full_name":"Ada","age":36,"tags":["x"]})",
      "wrapped /tags: \"x\" -> […]"
  );
  ExpectCoerced(
      kPerson,
      R"([{"person":{"full_name":"Ada","age":36}}])",
      R"({"full_name":"Ada","age":36})",
      "unwrapped : [{\"person\":{\"full_name\":\"Ada\",\"age\":36}}] -> \nunwrapped : \"person\" "
      "-> "
  );
  ExpectCoerced(
      R"({"type":"object","properties":{"foo":{"type":"number"}},"required":["foo"]})",
      "1.5",
      R"({"foo":1.5})",
      "wrapped : 1.5 -> {…}"
  );
  ExpectCoerced(
      R"({"enum":["A","B"]})", R"(["B","C"])", R"("B")", "unwrapped : [\"B\",\"C\"] ->  (lossy)"
  );
  EXPECT_EQ(Become(R"({"enum":["A","B"]})", R"(["A","B"])").json, "none") << "either";
}

TEST(CoerceTest, ListsInTexts) {
  ExpectCoerced(
      R"({"type":"array","items":{"type":"integer"}})",
      R"("1, 2,3")",
      "[1,2,3]",
      "text_list : \"1, 2,3\" -> […]\nnumber /0: \"1\" -> 1\nnumber /1: \"2\" -> 2\n"
      "number /2: \"3\" -> 3"
  );
  ExpectCoerced(
      R"({"type":"array","items":{"type":"string"}})",
      R"("- red\n- dark, blue")",
      R"(["red","dark, blue"])",
      "text_list : \"- red\\n- dark, blue\" -> […]"
  );
  EXPECT_EQ(Become(R"({"type":"array","items":{"type":"string"}})", R"("a, b")").json, "none");
}

TEST(CoerceTest, JsonInATextIsRead) {
  ExpectCoerced(
      kPerson,
      R"("{'full_name':'Ada','age':36}")",
      R"({"full_name":"Ada","age":36})",
      "json_in_text : \"{'full_name':'Ada','age':36}\" -> {\"full_name\":\"Ada\",\"age\":36}"
  );
  EXPECT_EQ(Become(kPerson, R"("{\"full_name\":\"Ada\",\"age\":3")").json, "none")
      << "it ends open";
}

TEST(CoerceTest, DatesGetTheirForm) {
  ExpectCoerced(
      kPerson,
      R"({"full_name":"Ada","age":36,"born":"10 December 1815"})",
      R"({"full_name":"Ada","age":36,"born":"1815-12-10"})",
      "date /born: \"10 December 1815\" -> \"1815-12-10\""
  );
}

TEST(CoerceTest, TheBranchThatChangesLeastIsTakenAndSaysSo) {
  constexpr std::string_view kUnion = R"({"anyOf":[
    {"title":"Circle","type":"object","properties":{"radius":{"type":"number"}},"required":["radius"]},
    {"title":"Square","type":"object","properties":{"side":{"type":"number"}},"required":["side"]}]})";
  ExpectCoerced(kUnion, R"({"side":"2"})", R"({"side":2})", "number /side: \"2\" -> 2");
  ExpectCoerced(
      kUnion,
      R"({"side":"2","radius":"1 cm"})",
      R"({"side":2,"radius":"1 cm"})",
      "number /side: \"2\" -> 2\n"
      "union : {\"side\":\"2\",\"radius\":\"1 cm\"} -> branch 2 Square: least changed of 2 that fit"
  );
  EXPECT_EQ(Become(kUnion, R"({"side":"2","radius":"1"})").json, "none") << "either";
  EXPECT_EQ(Become(R"({"anyOf":[{"const":"A"},{"const":"B"}]})", R"("A or B")").json, "none");
}

TEST(CoerceTest, ValuesOfMapsAndNestedObjects) {
  ExpectCoerced(
      R"({"type":"object","additionalProperties":{"type":"integer"}})",
      R"({"a":"1","b":2})",
      R"({"a":1,"b":2})",
      "number /a: \"1\" -> 1"
  );
  ExpectCoerced(
      R"({"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{
        "v":{"type":"integer"},"kids":{"type":"array","items":{"$ref":"#/$defs/node"}}},"required":["v"]}}})",
      R"({"v":1,"kids":[{"v":"2","kids":[{"v":"3"}]}]})",
      R"({"v":1,"kids":[{"v":2,"kids":[{"v":3}]}]})",
      "number /kids/0/v: \"2\" -> 2\nnumber /kids/0/kids/0/v: \"3\" -> 3"
  );
}

TEST(CoerceTest, MembersThatAPatternNamesFollowItsSchema) {
  constexpr std::string_view kScores = R"({"type":"object","properties":{"name":{"type":"string"},
    "n_all":{"maximum":9}},"patternProperties":{"^n_":{"type":"integer"},"_ok$":{"type":"boolean"}},
    "additionalProperties":false})";
  ExpectCoerced(
      kScores,
      R"({"name":"x","n_a":"1","b_ok":"yes"})",
      R"({"name":"x","n_a":1,"b_ok":true})",
      "number /n_a: \"1\" -> 1\nboolean /b_ok: \"yes\" -> true"
  );
  ExpectCoerced(kScores, R"({"n_all":"7"})", R"({"n_all":7})", R"(number /n_all: "7" -> 7)");
  ExpectCoerced(kScores, R"({"n_a":1,"c":2})", R"({"n_a":1})", "extra_member /c: 2 ->  (lossy)");
  ExpectCoerced(
      R"({"type":"object","patternProperties":{"^n_":{"type":"integer"}},
          "additionalProperties":{"type":"boolean"}})",
      R"({"n_a":"1","b":"no"})",
      R"({"n_a":1,"b":false})",
      "number /n_a: \"1\" -> 1\nboolean /b: \"no\" -> false"
  );
}

TEST(CoerceTest, MembersBesideAUnionAndThoseOfItsBranchesAreBothReached) {
  constexpr std::string_view kShape = R"({"type":"object","properties":{"id":{"type":"integer"},
    "kind":{"enum":["circle","square"]}},"required":["id","kind"],"oneOf":[
    {"properties":{"kind":{"const":"circle"},"radius":{"type":"number"}},"required":["radius"]},
    {"properties":{"kind":{"const":"square"},"side":{"type":"number"}},"required":["side"]}]})";
  ExpectCoerced(
      kShape,
      R"({"id":"7","kind":"Square","side":"2"})",
      R"({"id":7,"kind":"square","side":2})",
      "number /id: \"7\" -> 7\nchoice /kind: \"Square\" -> \"square\"\nnumber /side: \"2\" -> 2"
  );
  EXPECT_EQ(Become(kShape, R"({"id":"7","kind":"square","radius":"2"})").json, "none")
      << "no branch fits";
  ExpectCoerced(
      R"({"anyOf":[{"properties":{"a":{"type":"integer"}},"required":["a"]},
                   {"properties":{"b":{"type":"integer"}},"required":["b"]}],
          "allOf":[{"oneOf":[{"properties":{"c":{"type":"boolean"}},"required":["c"]},
                             {"properties":{"d":{"type":"boolean"}},"required":["d"]}]}]})",
      R"({"b":"1","d":"yes"})",
      R"({"b":1,"d":true})",
      "number /b: \"1\" -> 1\nboolean /d: \"yes\" -> true"
  );
}

TEST(CoerceTest, EnumsHaveOtherNames) {
  constexpr std::string_view kColour = R"({"enum":["RED","DARK_BLUE",3],"x-enum-aliases":{
    "RED":["scarlet","crimson","blue"],"DARK_BLUE":"navy","3":"third"}})";
  ExpectCoerced(kColour, R"("crimson")", R"("RED")", R"(choice : "crimson" -> "RED")");
  ExpectCoerced(kColour, R"("Navy!")", R"("DARK_BLUE")", R"(choice : "Navy!" -> "DARK_BLUE")");
  ExpectCoerced(kColour, R"("third")", "3", R"(choice : "third" -> 3)");
  ExpectCoerced(
      kColour,
      R"("It is navy.")",
      R"("DARK_BLUE")",
      R"(choice : "It is navy." -> "DARK_BLUE" (lossy))"
  );
  EXPECT_EQ(Become(kColour, R"("It is not navy.")").json, "none");
  // A value's own name comes before another's alias.
  ExpectCoerced(
      R"({"type":"object","properties":{"c":{"enum":["a","b"],"x-enum-aliases":{"a":"b"}},
          "n":{"type":"integer"}}})",
      R"({"c":"B","n":"1"})",
      "none",
      ""
  );
  ExpectCoerced(
      R"({"enum":["a","b c"],"x-enum-aliases":{"a":["B-C","b c"]}})",
      R"(["b c"])",
      R"("b c")",
      "unwrapped : [\"b c\"] -> "
  );
  // What is no alias is passed over.
  EXPECT_EQ(Become(R"({"enum":["a"],"x-enum-aliases":{"a":7,"z":"q"}})", R"("q")").json, "none");
  EXPECT_EQ(Become(R"({"enum":["a"],"x-enum-aliases":["b"]})", R"("b")").json, "none");
}

TEST(CoerceTest, WhatHasNoSureMeaningStays) {
  EXPECT_EQ(Become(kPerson, R"({"full_name":"Ada"})").json, R"(none)");
  EXPECT_EQ(Become(kPerson, R"("Ada")").json, "none");
  EXPECT_EQ(Become(R"({"type":"array","items":{"$ref":"#"}})", "5").json, "none") << "without end";
}

double Seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + (static_cast<double>(now.tv_nsec) * 1e-9);
}

TEST(CoerceTest, UnionsWithinUnionsAreBounded) {
  std::string schema = R"({"type":"integer"})";
  for (int i = 0; i < 8; ++i) {
    schema = fmt::format(
        R"({{"anyOf":[{{"type":"array","items":{0}}},{{"type":"array","items":{0}}}]}})", schema
    );
  }
  const double start = Seconds();
  Become(schema, R"([[[[[[[["x"]]]]]]]])");
  EXPECT_LT(Seconds() - start, 20.0);
}

}  // namespace
}  // namespace extractd::schema
