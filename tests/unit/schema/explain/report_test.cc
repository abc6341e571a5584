#include "server/schema/explain/report.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/schema/schema_test.h"

namespace extractd::schema {
namespace {

TEST(ReportTest, AnIssueSaysEverything) {
  const auto schema = CompileOrDie(R"({"properties":{"age":{"type":"integer"}}})");
  const IssueList issues = schema->Validate(ParseOrDie(R"({"age":"forty"})").root());
  ASSERT_EQ(issues.listed.size(), 1U);
  EXPECT_EQ(issues.total, 1U);
  const Issue& issue = issues.listed[0];
  EXPECT_EQ(issue.path, "/age");
  EXPECT_EQ(issue.schema_path, "/properties/age/type");
  EXPECT_EQ(issue.keyword, "type");
  EXPECT_EQ(issue.message, "expected integer, got string \"forty\"");
  EXPECT_EQ(issue.expected, "integer");
  EXPECT_EQ(issue.found, "\"forty\"");
}

TEST(ReportTest, WhatIsAboveTheLimitIsCounted) {
  const auto schema = CompileOrDie(R"({"items":{"type":"string"}})");
  std::string list = "[0";
  for (int i = 1; i < 2000; ++i) list += ",1";
  const json::Document document = ParseOrDie(list + "]");
  EXPECT_EQ(schema->Validate(document.root(), {.max_issues = 5}).listed.size(), 5U);
  EXPECT_EQ(schema->Validate(document.root(), {.max_issues = 5}).total, 2000U);
  EXPECT_EQ(schema->Validate(document.root(), {.max_issues = 5000}).listed.size(), kMaxIssues);
  EXPECT_FALSE(schema->Validate(document.root(), {.max_issues = 0}).empty());
}

TEST(ReportTest, WhatWasFoundIsCut) {
  const auto schema = CompileOrDie(R"({"maxLength":1,"enum":["a"]})");
  const IssueList issues =
      schema->Validate(ParseOrDie("\"" + std::string(5000, 'x') + "\"").root());
  ASSERT_EQ(issues.listed.size(), 2U);
  for (const Issue& issue : issues.listed) {
    EXPECT_LE(issue.found.size(), kMaxFoundBytes + 8);
    EXPECT_LT(issue.message.size(), 250U);
  }
}

TEST(ReportTest, LongNamesAndListsInMessagesAreCut) {
  std::string schema = R"({"additionalProperties":false,"properties":{)";
  for (int i = 0; i < 500; ++i) schema += "\"property" + std::to_string(i) + "\":{},";
  schema.back() = '}';
  const auto compiled = CompileOrDie(schema + "}");
  const IssueList issues =
      compiled->Validate(ParseOrDie("{\"" + std::string(5000, 'x') + "\":1}").root());
  ASSERT_EQ(issues.listed.size(), 1U);
  EXPECT_LT(issues.listed[0].message.size(), 500U);
  EXPECT_NE(issues.listed[0].message.find("more)"), std::string::npos);
}

TEST(ReportTest, NamesOfMembersAreSpokenOfAsSuch) {
  EXPECT_EQ(
      IssuesOf(R"({"properties":{"a":{"propertyNames":{"pattern":"^x"}}}})", R"({"a":{"b":1}})"),
      "/a: the member name \"b\": expected text that matches the pattern \"^x\", got \"b\"\n"
  );
}

}  // namespace
}  // namespace extractd::schema
