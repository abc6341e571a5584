#include "server/schema/explain/describe.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/schema/schema_test.h"

namespace extractd::schema {
namespace {

struct Case {
  std::string schema;
  std::string instance;
  std::string issues;  // as IssuesOf
};

void Expect(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    EXPECT_EQ(IssuesOf(c.schema, c.instance), c.issues) << c.schema << " on " << c.instance;
  }
}

TEST(DescribeTest, TypesAndValuesAreNamedWithWhatWasFound) {
  Expect({
      {R"({"type":"integer"})", R"("abc")", ": expected integer, got string \"abc\"\n"},
      {R"({"type":"integer"})", "1.5", ": expected integer, got number 1.5\n"},
      {R"({"type":["string","null"]})", "[1]", ": expected string or null, got an array\n"},
      {R"({"type":["array","null","boolean"]})",
       "{}",
       ": expected boolean, array or null, got an empty object\n"},
      {R"({"type":"string"})", "null", ": expected string, got null\n"},
      {R"({"enum":["red","green","blue"]})",
       R"("geen")",
       ": expected one of \"red\", \"green\", \"blue\", got string \"geen\"; did you mean "
       "\"green\"?\n"},
      {R"({"enum":[1,null,{"a":1}]})", "2", ": expected one of 1, null, {\"a\":1}, got number 2\n"},
      {R"({"enum":[]})", "2", ": expected no value at all, got number 2\n"},
      {R"({"const":"x"})", "true", ": expected \"x\", got boolean true\n"},
  });
}

TEST(DescribeTest, NumbersAreShownAsTheyWereWritten) {
  Expect({
      {R"({"minimum":0})", "-1", ": expected at least 0, got -1\n"},
      {R"({"maximum":1e2})", "100.5", ": expected at most 1e2, got 100.5\n"},
      {R"({"exclusiveMinimum":0})", "0", ": expected more than 0, got 0\n"},
      {R"({"exclusiveMaximum":5})", "5.0", ": expected less than 5, got 5.0\n"},
      {R"({"multipleOf":0.01})", "1.005", ": expected a multiple of 0.01, got 1.005\n"},
  });
}

TEST(DescribeTest, TextsAreShownWithTheirLength) {
  Expect({
      {R"({"minLength":3})", R"("ab")", ": expected at least 3 characters, got 2: \"ab\"\n"},
      {R"({"maxLength":1})", R"("äb")", ": expected at most 1 character, got 2: \"äb\"\n"},
      {R"({"pattern":"^a+$"})",
       R"("b")",
       ": expected text that matches the pattern \"^a+$\", got \"b\"\n"},
      {R"({"format":"date"})",
       R"("2026-02-30")",
       ": expected text of the format \"date\", got \"2026-02-30\"\n"},
  });
}

TEST(DescribeTest, ListsNameTheElement) {
  Expect({
      {R"({"minItems":1})", "[]", ": expected at least 1 element, got 0\n"},
      {R"({"maxItems":1})", "[1,2]", ": expected at most 1 element, got 2\n"},
      {R"({"uniqueItems":true})",
       "[1,2,1.0]",
       ": expected unique elements, but elements 0 and 2 are equal\n"},
      {R"({"items":{"type":"string"}})",
       R"(["a",1,"b",2])",
       "/1: expected string, got number 1\n"
       "/3: expected string, got number 2\n"},
      {R"({"prefixItems":[true],"items":false})",
       "[1,2,3]",
       "/1: no more than 1 element is allowed\n"
       "/2: no more than 1 element is allowed\n"},
      {R"({"contains":{"type":"null"}})",
       "[1]",
       ": expected at least 1 element that matches the schema under \"contains\", got none\n"},
      {R"({"contains":{"type":"null"},"minContains":2})",
       "[null]",
       ": expected at least 2 elements that match the schema under \"contains\", got 1\n"},
      {R"({"contains":{"type":"null"},"maxContains":1})",
       "[null,null]",
       ": expected at most 1 element that matches the schema under \"contains\", got 2\n"},
  });
}

TEST(DescribeTest, ObjectsNameTheMember) {
  Expect({
      {R"({"minProperties":2})", R"({"a":1})", ": expected at least 2 members, got 1\n"},
      {R"({"maxProperties":0})", R"({"a":1})", ": expected at most 0 members, got 1\n"},
      {R"({"required":["a","b"]})", R"({"b":1})", ": the required member \"a\" is missing\n"},
      {R"({"properties":{"name":{},"age":{}},"additionalProperties":false})",
       R"({"nam":1})",
       "/nam: the member \"nam\" is not allowed; did you mean \"name\"?\n"},
      {R"({"properties":{"name":{},"age":{}},"additionalProperties":false})",
       R"({"zzzzzz":1})",
       "/zzzzzz: the member \"zzzzzz\" is not allowed; allowed are \"name\", \"age\"\n"},
      {R"({"additionalProperties":false})", R"({"z":1})", "/z: the member \"z\" is not allowed\n"},
      {R"({"patternProperties":{"^x":{"type":"string"}}})",
       R"({"xa":1,"y":1})",
       "/xa: expected string, got number 1\n"},
      {R"({"propertyNames":{"maxLength":2}})",
       R"({"abc":1})",
       ": the member name \"abc\": expected at most 2 characters, got 3: \"abc\"\n"},
      {R"({"dependentRequired":{"card":["address"]}})",
       R"({"card":1})",
       ": the member \"address\" is missing, which is required beside \"card\"\n"},
      {R"({"dependentSchemas":{"card":{"required":["address"]}}})",
       R"({"card":1})",
       ": the required member \"address\" is missing\n"},
  });
}

TEST(DescribeTest, WhatIsExcludedIsSaid) {
  Expect({
      {R"({"not":{"type":"string"}})",
       R"("a")",
       ": string \"a\" is not allowed here: it matches what \"not\" excludes\n"},
      {R"({"properties":{"a":false}})", R"({"a":1})", "/a: no value is allowed here, got number 1\n"
      },
      {R"({"if":{"type":"string"},"then":{"minLength":2},"else":{"minimum":2}})",
       R"("a")",
       ": expected at least 2 characters, got 1: \"a\"\n"},
      {R"({"if":{"type":"string"},"then":{"minLength":2},"else":{"minimum":2}})",
       "1",
       ": expected at least 2, got 1\n"},
      {R"({"unevaluatedProperties":false,"properties":{"a":true}})",
       R"({"a":1,"b":2})",
       "/b: the member \"b\" is not allowed: no part of the schema describes it\n"},
      {R"({"unevaluatedItems":false,"prefixItems":[true]})",
       "[1,2]",
       "/1: this element is not allowed: no part of the schema describes it\n"},
  });
}

TEST(DescribeTest, BranchesSayWhatTheClosestLacks) {
  Expect({
      {R"({"anyOf":[{"type":"string"},{"type":"null"}]})",
       "5",
       ": expected string or null, got number 5\n"},
      {R"({"oneOf":[{"type":"integer"},{"minimum":2}]})",
       "5",
       ": the value matches the allowed forms 1 and 2, but must match exactly one\n"},
      {R"({"anyOf":[{"type":"string","minLength":3},{"type":"null"}]})",
       R"("a")",
       ": expected at least 3 characters, got 1: \"a\"\n"},
      {R"({"anyOf":[{"minLength":3}]})",
       R"("a")",
       ": expected at least 3 characters, got 1: \"a\"\n"},
  });
}

}  // namespace
}  // namespace extractd::schema
