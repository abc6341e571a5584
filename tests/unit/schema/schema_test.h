// Words for the tests of schemas: compile, parse, and what is wrong as text.
#ifndef EXTRACTD_TESTS_UNIT_SCHEMA_SCHEMA_TEST_H_
#define EXTRACTD_TESTS_UNIT_SCHEMA_SCHEMA_TEST_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <gtest/gtest.h>

#include "server/base/error.h"
#include "server/json/parse.h"
#include "server/schema/compiled_schema.h"

namespace extractd::schema {

inline json::Document ParseOrDie(std::string text) {
  json::ParseResult parsed = json::Parse(std::move(text));
  EXPECT_TRUE(std::holds_alternative<json::Document>(parsed));
  auto* document = std::get_if<json::Document>(&parsed);
  return document == nullptr ? json::Document() : std::move(*document);
}

inline std::shared_ptr<const CompiledSchema> CompileOrDie(std::string text) {
  auto schema = Compile(std::move(text));
  EXPECT_TRUE(schema.ok()) << schema.status();
  return schema.ok() ? *std::move(schema) : *Compile("false");
}

inline bool IsValid(std::string schema, std::string instance) {
  return CompileOrDie(std::move(schema))->IsValid(ParseOrDie(std::move(instance)).root());
}

// One line an issue: "path: message". Checks that IsValid and Validate agree.
inline std::string IssuesOf(const CompiledSchema& schema, std::string instance) {
  const json::Document document = ParseOrDie(std::move(instance));
  const IssueList issues = schema.Validate(document.root());
  EXPECT_EQ(schema.IsValid(document.root()), issues.empty());
  EXPECT_EQ(issues.total, issues.listed.size());
  std::string text;
  for (const Issue& issue : issues.listed) text += issue.path + ": " + issue.message + "\n";
  return text;
}
inline std::string IssuesOf(std::string schema, std::string instance) {
  return IssuesOf(*CompileOrDie(std::move(schema)), std::move(instance));
}

// One line an issue: "path keyword schema_path".
inline std::string PlacesOf(std::string schema, std::string instance) {
  const auto compiled = CompileOrDie(std::move(schema));
  const json::Document document = ParseOrDie(std::move(instance));
  std::string text;
  for (const Issue& issue : compiled->Validate(document.root()).listed) {
    text += issue.path + " " + issue.keyword + " " + issue.schema_path + "\n";
  }
  return text;
}

// The error for a schema that does not compile; empty if it does.
inline std::string CompileError(std::string text) {
  const auto schema = Compile(std::move(text));
  if (schema.ok()) return "";
  const auto details = DetailsOf(schema.status());
  EXPECT_TRUE(details.has_value());
  EXPECT_EQ(details->reason, Reason::kInvalidSchema);
  return std::string(schema.status().message());
}

}  // namespace extractd::schema

#endif  // EXTRACTD_TESTS_UNIT_SCHEMA_SCHEMA_TEST_H_
