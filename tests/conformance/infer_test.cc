// Schemas inferred from instances of the field: every instance is valid under what it made, and
// under what others refined.
#include "server/schema/infer/infer.h"

#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/schema/compiled_schema.h"
#include "tests/fakes/test_data.h"

namespace extractd::schema {
namespace {

struct Totals {
  size_t schemas = 0;
  size_t instances = 0;
};

using Instances = std::vector<const json::Value*>;

void ExpectAllValid(std::string_view id, const InferredSchema& inferred, const Instances& all) {
  const auto schema = Compile(inferred.text, {.max_bytes = 16U << 20U});
  ASSERT_TRUE(schema.ok()) << id << ": " << schema.status();
  for (const json::Value* instance : all) {
    const IssueList issues = (*schema)->Validate(*instance);
    EXPECT_TRUE(issues.empty()) << id << ": " << issues.listed[0].path << " "
                                << issues.listed[0].message;
  }
}

void InferFrom(std::string_view id, const Instances& all, Totals& totals) {
  const InferOptions options = {.min_examples_for_enum = 2, .closed_objects = true};
  SchemaInference whole(options);
  for (const json::Value* instance : all) whole.Add(*instance);
  ExpectAllValid(id, whole.Write(), all);

  // One instance first, the others in a second step.
  SchemaInference first(options);
  first.Add(*all.front());
  SchemaInference second(options);
  const absl::Status refined = second.Refine(first.Write().text);
  ASSERT_TRUE(refined.ok()) << id << ": " << refined;
  for (const json::Value* instance : all) second.Add(*instance);
  ExpectAllValid(id, second.Write(), all);
  ++totals.schemas;
  totals.instances += all.size();
}

void RunCorpus(std::string_view name, Totals& totals) {
  const std::string file = ReadFile(TestDataDir() / name / "schemas.jsonl");
  for (std::string_view rest = file; !rest.empty();) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    if (end > 0) {
      const json::ParseResult parsed = json::ParseView(rest.substr(0, end));
      const json::Value& row = std::get<json::Document>(parsed).root();
      Instances all;
      for (const json::Value& instance : *row.Find("instances")) {
        all.push_back(instance.Find("data"));
      }
      if (!all.empty()) InferFrom(row.Find("id")->string(), all, totals);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

TEST(InferSuite, InstancesOfTheFieldAreValidUnderWhatTheyMake) {
  REQUIRE_TEST_DATA("real-schemas-maskbench/schemas.jsonl");
  REQUIRE_TEST_DATA("real-schemas-schemastore/schemas.jsonl");
  Totals totals;
  RunCorpus("real-schemas-maskbench", totals);
  RunCorpus("real-schemas-schemastore", totals);
  std::cout << "inferred and refined " << totals.schemas << " schemas from " << totals.instances
            << " instances\n";
  EXPECT_GT(totals.schemas, 900U);
}

}  // namespace
}  // namespace extractd::schema
