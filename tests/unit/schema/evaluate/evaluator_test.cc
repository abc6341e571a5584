#include "server/schema/evaluate/evaluator.h"

#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/json/decimal.h"
#include "server/json/value.h"
#include "tests/unit/schema/schema_test.h"

namespace extractd::schema {
namespace {

TEST(EvaluatorTest, NumbersAreExactWhateverTheirLength) {
  EXPECT_TRUE(IsValid(R"({"maximum":12345678901234567890})", "12345678901234567890"));
  EXPECT_FALSE(IsValid(R"({"maximum":12345678901234567890})", "12345678901234567891"));
  EXPECT_FALSE(IsValid(R"({"maximum":0.1})", "0.10000000000000000000000000001"));
  EXPECT_TRUE(IsValid(R"({"exclusiveMinimum":9007199254740992})", "9007199254740993"));
  EXPECT_TRUE(IsValid(R"({"minimum":1e400})", "2e400"));
  EXPECT_FALSE(IsValid(R"({"minimum":1e400})", "1e399"));
  EXPECT_TRUE(IsValid(R"({"const":1e400})", "10e399"));
  EXPECT_FALSE(IsValid(R"({"const":1e400})", "1e401"));
  EXPECT_TRUE(IsValid(R"({"enum":[0.1]})", "0.10"));
  EXPECT_TRUE(IsValid(R"({"minimum":-9223372036854775808})", "-9223372036854775808"));
  EXPECT_FALSE(IsValid(R"({"minimum":-9223372036854775808})", "-9223372036854775809"));
  EXPECT_TRUE(IsValid(R"({"minimum":-0})", "0"));
}

TEST(EvaluatorTest, FractionsAreOrderedAgainstIntegers) {
  for (const std::string_view number : {"-3.5", "-2.5", "-2.01", "-25.0e-1"}) {
    EXPECT_FALSE(IsValid(R"({"minimum":-2})", std::string(number))) << number;
    EXPECT_TRUE(IsValid(R"({"maximum":-2})", std::string(number))) << number;
  }
  for (const std::string_view number : {"-1.99", "-0.5", "0.5", "1.99", "2.0", "0.1e1"}) {
    EXPECT_TRUE(IsValid(R"({"minimum":-2,"maximum":2})", std::string(number))) << number;
  }
  EXPECT_FALSE(IsValid(R"({"maximum":2})", "2.0000000000000000001"));
  EXPECT_FALSE(IsValid(R"({"maximum":2})", "1.5e1"));
  EXPECT_FALSE(IsValid(R"({"exclusiveMinimum":0})", "-0.0"));
}

TEST(EvaluatorTest, BoundsFollowTheOrderOfDecimalsHoweverWritten) {
  constexpr std::string_view kNumbers[] = {
      "0",     "-0",    "0.0",  "-0.0",  "0.5",   "-0.5", "1",      "-1",
      "1.0",   "-1.0",  "1.01", "-1.01", "10e-1", "1e0",  "1.5E1",  "123456789012345678",
      "1e400", "-1e20", "2.00", "1.999", "-2",    "-2.1", "-1.999", "123456789012345678.5",
  };
  for (const std::string_view bound : {"-2", "-1", "0", "1", "2", "123456789012345678"}) {
    const auto schema = CompileOrDie(fmt::format(R"({{"minimum":{0}}})", bound));
    const auto beyond = CompileOrDie(fmt::format(R"({{"exclusiveMaximum":{0}}})", bound));
    for (const std::string_view number : kNumbers) {
      const json::Document document = ParseOrDie(std::string(number));
      const bool least = json::CompareNumbers(number, bound) >= 0;
      EXPECT_EQ(schema->IsValid(document.root()), least) << number << " and " << bound;
      EXPECT_EQ(beyond->IsValid(document.root()), !least) << number << " and " << bound;
    }
  }
}

TEST(EvaluatorTest, MultiplesAreDecimal) {
  EXPECT_TRUE(IsValid(R"({"multipleOf":0.01})", "0.07"));
  EXPECT_TRUE(IsValid(R"({"multipleOf":0.1})", "1e400"));
  EXPECT_TRUE(IsValid(R"({"multipleOf":0.0001})", "0.0075"));
  EXPECT_FALSE(IsValid(R"({"multipleOf":0.0001})", "0.00751"));
  EXPECT_TRUE(IsValid(R"({"multipleOf":3})", "111111111111111111111111111111111"));
  EXPECT_FALSE(IsValid(R"({"multipleOf":3})", "111111111111111111111111111111112"));
}

TEST(EvaluatorTest, IntegersHaveNoFractionHoweverWritten) {
  for (const std::string_view number : {"1.0", "1e3", "10.50e1", "0.0", "-0"}) {
    EXPECT_TRUE(IsValid(R"({"type":"integer"})", std::string(number))) << number;
  }
  for (const std::string_view number : {"1.5", "1e-1", "10.55e1"}) {
    EXPECT_FALSE(IsValid(R"({"type":"integer"})", std::string(number))) << number;
  }
}

TEST(EvaluatorTest, LengthsCountCodePoints) {
  EXPECT_TRUE(IsValid(R"({"minLength":2,"maxLength":2})", "\"\xF0\x9F\x98\x80\xC3\xA4\""));
  EXPECT_TRUE(IsValid(R"({"maxLength":1})", R"("\ud83d\ude00")"));
  // An unpaired surrogate is one code point.
  EXPECT_TRUE(IsValid(R"({"minLength":1,"maxLength":1})", R"("\ud83d")"));
  EXPECT_TRUE(IsValid(R"({"minLength":2.0,"maxLength":1e400})", R"("ab")"));
}

TEST(EvaluatorTest, ElementsOfLongListsAreComparedByValue) {
  std::string list = "[";
  for (int i = 0; i < 1000; ++i) list += fmt::format(R"({{"a":{0},"b":[{0}.0]}},)", i);
  const std::string unique = list + R"({"a":5,"b":[6]}])";
  const std::string equal = list + R"({"b":[7],"a":7.0}])";
  EXPECT_TRUE(IsValid(R"({"uniqueItems":true})", unique));
  EXPECT_EQ(
      IssuesOf(R"({"uniqueItems":true})", equal),
      ": expected unique elements, but elements 7 and 1000 are equal\n"
  );
}

TEST(EvaluatorTest, ManyAllowedValuesAreFoundByValue) {
  std::string schema = R"({"enum":[)";
  for (int i = 0; i < 100; ++i) schema += fmt::format("{},\"{}\",[{}.50],", i, i, i);
  schema += "null]}";
  for (const std::string_view good : {"7.0", "70e-1", "\"7\"", "[7.5]", "null"}) {
    EXPECT_TRUE(IsValid(schema, std::string(good))) << good;
  }
  for (const std::string_view bad : {"7.5", "\"7.0\"", "[7]", "false", "[]", "{}"}) {
    EXPECT_FALSE(IsValid(schema, std::string(bad))) << bad;
  }
}

TEST(EvaluatorTest, ManyMembersAndRequiredNamesAreTracked) {
  std::string properties;
  std::string required;
  std::string instance;
  for (int i = 0; i < 600; ++i) {
    properties += fmt::format(R"({}"p{}":{{"const":{}}})", i == 0 ? "" : ",", i, i);
    required += fmt::format(R"({}"p{}")", i == 0 ? "" : ",", i);
    instance = fmt::format(R"("p{}":{}{}{})", i, i, i == 0 ? "" : ",", instance);
  }
  const std::string schema = R"({"properties":{)" + properties + R"(},"required":[)" + required +
                             R"(],"additionalProperties":false})";
  EXPECT_EQ(IssuesOf(schema, "{" + instance + "}"), "");
  EXPECT_EQ(
      IssuesOf(schema, "{" + instance.substr(0, instance.rfind(',')) + "}"),
      ": the required member \"p0\" is missing\n"
  );
}

TEST(EvaluatorTest, IssuesStandInTheOrderOfInstanceAndSchema) {
  EXPECT_EQ(
      PlacesOf(
          R"({"minProperties":9,"properties":{"a":{"minLength":2,"pattern":"x"},"b":{"type":"null"}},
              "required":["c"],"maxProperties":1})",
          R"({"b":1,"a":"y"})"
      ),
      " minProperties /minProperties\n"
      "/b type /properties/b/type\n"
      "/a minLength /properties/a/minLength\n"
      "/a pattern /properties/a/pattern\n"
      " required /required\n"
      " maxProperties /maxProperties\n"
  );
  EXPECT_EQ(
      PlacesOf(R"({"required":["c"],"properties":{"a":false}})", R"({"a":1})"),
      " required /required\n/a false /properties/a\n"
  );
}

TEST(EvaluatorTest, PathsAreEscapedPointers) {
  EXPECT_EQ(
      PlacesOf(
          R"({"properties":{"a/b":{"items":{"patternProperties":{"~":{"type":"null"}}}}}})",
          R"({"a/b":[{},{"m~n":1}]})"
      ),
      "/a~1b/1/m~0n type /properties/a~1b/items/patternProperties/~0/type\n"
  );
}

TEST(EvaluatorTest, TheSchemaPathIsWhereTheKeywordStands) {
  EXPECT_EQ(
      PlacesOf(R"({"items":{"$ref":"#/$defs/s"},"$defs":{"s":{"type":"string"}}})", "[1]"),
      "/0 type /$defs/s/type\n"
  );
  // In a document that the caller does not have, it is the reference to it.
  EXPECT_EQ(
      PlacesOf(
          R"({"items":{"$ref":"https://json-schema.org/draft/2020-12/schema"}})",
          R"([{"type":"object","minLength":-1}])"
      ),
      "/0/minLength minimum /items/$ref\n"
  );
}

TEST(EvaluatorTest, UnevaluatedMembersAreThoseThatNoPartDescribes) {
  const std::string schema =
      R"({"properties":{"kind":true},
          "anyOf":[{"properties":{"a":{"type":"integer"}},"required":["a"]},
                   {"properties":{"b":true},"required":["b"]}],
          "unevaluatedProperties":false})";
  EXPECT_TRUE(IsValid(schema, R"({"kind":1,"a":1,"b":2})"));
  EXPECT_EQ(
      IssuesOf(schema, R"({"kind":1,"a":"x","b":2})"),
      "/a: the member \"a\" is not allowed: no part of the schema describes it\n"
  );
  // Where the branches fail, nobody knows what they would have described.
  EXPECT_EQ(IssuesOf(schema, R"({"a":"x"})").find("not allowed"), std::string::npos);
}

TEST(EvaluatorTest, UnevaluatedElementsHeedContains) {
  const std::string schema =
      R"({"prefixItems":[true],"contains":{"type":"string"},"unevaluatedItems":{"const":0}})";
  EXPECT_TRUE(IsValid(schema, R"([1,"a",0,"b"])"));
  EXPECT_FALSE(IsValid(schema, R"([1,"a",2])"));
}

TEST(EvaluatorTest, DynamicReferencesFindTheOutermostAnchor) {
  const std::string schema =
      R"({"$id":"strict","$dynamicAnchor":"node","$ref":"tree","unevaluatedProperties":false,
          "$defs":{"tree":{"$id":"tree","$dynamicAnchor":"node",
            "properties":{"data":true,"children":{"items":{"$dynamicRef":"#node"}}}}}})";
  EXPECT_TRUE(IsValid(schema, R"({"children":[{"data":1,"children":[]}]})"));
  EXPECT_FALSE(IsValid(schema, R"({"children":[{"daat":1}]})"));
}

TEST(EvaluatorTest, DynamicReferencesMayBeEscaped) {
  const std::string schema =
      R"({"$id":"outer","$dynamicAnchor":"node","$ref":"inner","minProperties":1,
          "$defs":{"inner":{"$id":"inner","$dynamicAnchor":"node",
            "additionalProperties":{"$dynamicRef":"#n%6Fde"}}}})";
  EXPECT_EQ(PlacesOf(schema, R"({"a":{}})"), "/a minProperties /minProperties\n");
}

TEST(EvaluatorTest, FormatsAreAssertedByOption) {
  const auto schema = CompileOrDie(R"({"format":"date"})");
  const json::Document bad = ParseOrDie(R"("yesterday")");
  EXPECT_FALSE(schema->IsValid(bad.root()));
  EXPECT_TRUE(schema->IsValid(bad.root(), {.assert_formats = false}));
  EXPECT_TRUE(schema->Validate(bad.root(), {.assert_formats = false}).empty());
  EXPECT_TRUE(schema->IsValid(ParseOrDie("1").root()));
}

TEST(EvaluatorTest, TheDeepestInstanceIsEvaluated) {
  std::string schema = R"({"anyOf":[{"allOf":[{"$ref":"#/$defs/a"}]}],
                           "$defs":{"a":{"$ref":"#/$defs/b"},"b":{"oneOf":[{"items":{"$ref":"#"}}]}}})";
  std::string deep = std::string(json::kMaxDepth, '[') + std::string(json::kMaxDepth, ']');
  EXPECT_EQ(IssuesOf(schema, deep), "");
}

constexpr std::string_view kGivenUp =
    ": the value could not be checked: the schema is too deep or too complex for it\n";

TEST(EvaluatorTest, TooDeepAnEvaluationIsGivenUpAndNeverValid) {
  // A hundred levels of schemas for each level of the instance.
  std::string schema = R"({"$ref":"#/$defs/a0","$defs":{)";
  for (int i = 0; i < 100; ++i)
    schema += fmt::format(R"("a{}":{{"$ref":"#/$defs/a{}"}},)", i, i + 1);
  schema += R"("a100":{"items":{"$ref":"#"}}}})";
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  EXPECT_EQ(IssuesOf(schema, deep), kGivenUp);
  EXPECT_EQ(IssuesOf(schema, "[[[]]]"), "");
}

TEST(EvaluatorTest, LargeInstancesMayTakeMoreSteps) {
  std::string schema = R"({"items":{"anyOf":[)";
  for (int i = 0; i < 300; ++i) schema += fmt::format(R"({{"const":{}}},)", i);
  schema.back() = ']';
  std::string list = "[299";
  for (int i = 0; i < 7000; ++i) list += ",299";
  EXPECT_TRUE(IsValid(schema + "}}", list + "]"));
}

// 2^60 ways through a few schemas.
TEST(EvaluatorTest, TooLongAnEvaluationIsGivenUpAndNeverValid) {
  std::string schema = R"({"$ref":"#/$defs/a0","$defs":{)";
  for (int i = 0; i < 60; ++i) {
    schema += fmt::format(
        R"("a{0}":{{"allOf":[{{"$ref":"#/$defs/a{1}"}},{{"$ref":"#/$defs/a{1}"}}]}},)", i, i + 1
    );
  }
  schema += R"("a60":{"type":"integer"}}})";
  EXPECT_EQ(IssuesOf(schema, "1"), kGivenUp);
}

// Thousands of times the same keyword, on a value that makes it work.
std::string Repeated(std::string_view schema) {
  std::string text = R"({"allOf":[)";
  for (int i = 0; i < 5000; ++i) text.append(i == 0 ? "" : ",").append(schema);
  return text + "]}";
}

TEST(EvaluatorTest, WorkThatGrowsWithTheValueIsBoundedToo) {
  std::string numbers = "[0";
  std::string members = R"({"a":0)";
  for (int i = 1; i < 2000; ++i) {
    numbers += fmt::format(",{}", i);
    members += fmt::format(R"(,"m{}":0)", i);
  }
  EXPECT_EQ(IssuesOf(Repeated(R"({"uniqueItems":true})"), numbers + "]"), kGivenUp);
  EXPECT_EQ(
      IssuesOf(Repeated(R"({"pattern":"^a*$"})"), "\"" + std::string(2'000'000, 'a') + "\""),
      kGivenUp
  );
  EXPECT_EQ(
      IssuesOf(
          Repeated(R"({"dependentRequired":{"a":[],"b":[],"c":[],"d":[],"e":[],"f":[]}})"),
          members + "}"
      ),
      kGivenUp
  );
}

TEST(EvaluatorTest, AGivenUpEvaluationStaysSoInsideNot) {
  std::string schema = R"({"not":{"$ref":"#/$defs/a0"},"$defs":{)";
  for (int i = 0; i < 60; ++i) {
    schema += fmt::format(
        R"("a{0}":{{"anyOf":[{{"$ref":"#/$defs/a{1}"}},{{"$ref":"#/$defs/a{1}"}}]}},)", i, i + 1
    );
  }
  schema += R"("a60":{"type":"string"}}})";
  EXPECT_EQ(IssuesOf(schema, "1"), kGivenUp);
}

}  // namespace
}  // namespace extractd::schema
