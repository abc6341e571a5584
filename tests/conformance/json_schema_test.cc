// The validator against the official suite of JSON Schema: every file, in place.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "server/base/strings.h"
#include "server/json/parse.h"
#include "server/json/write.h"
#include "server/schema/compile/compile.h"
#include "server/schema/compiled_schema.h"
#include "server/schema/meta_schemas.h"
#include "tests/fakes/test_data.h"

namespace extractd::schema {
namespace {

constexpr std::string_view kSuite = "json-schema-test-suite";
// The suite's convention for what stands in its folder of remotes.
constexpr std::string_view kRemoteBase = "http://localhost:1234/";

struct Figures {
  size_t passed = 0;
  size_t all = 0;
  std::string misses = {};
};

// Documents of the remotes folder, and the built-in meta-schemas.
class Remotes {
 public:
  Remotes() {
    const std::filesystem::path folder = TestDataDir() / kSuite / "remotes";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      json::ParseResult parsed = json::Parse(ReadFile(entry.path()));
      const std::string uri =
          std::string(kRemoteBase) + std::filesystem::relative(entry.path(), folder).string();
      documents_[uri] =
          std::make_shared<const json::Document>(std::get<json::Document>(std::move(parsed)));
    }
  }

  std::shared_ptr<const json::Document> Find(std::string_view uri) const {
    const auto found = documents_.find(uri);
    return found == documents_.end() ? FindMetaSchema(uri) : found->second;
  }

 private:
  StringMap<std::shared_ptr<const json::Document>> documents_;
};

// The schema of a test; of a draft other than 2020-12 it says so itself, as its author would.
std::string WithDraft(const json::Value& schema, std::string_view draft) {
  std::string text = json::ToText(schema);
  if (draft != "draft7" || !schema.is_object() || schema.Find("$schema") != nullptr) return text;
  const std::string declared = "{\"$schema\":\"http://json-schema.org/draft-07/schema#\"";
  return declared + (schema.size() == 0 ? "" : ",") + text.substr(1);
}

class SuiteRun {
 public:
  SuiteRun(std::string_view draft, bool assert_formats, std::string_view left_out = "")
      : draft_(draft), left_out_(left_out), options_({.assert_formats = assert_formats}) {}

  void RunFile(const std::filesystem::path& path) {
    const json::ParseResult parsed = json::Parse(ReadFile(path));
    for (const json::Value& group : std::get<json::Document>(parsed).root()) {
      RunGroup(path.stem().string(), group);
    }
  }

  void RunFolder(std::string_view folder) {
    const std::filesystem::path path = TestDataDir() / kSuite / "tests" / draft_ / folder;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::ranges::sort(files);
    for (const auto& file : files) {
      if (file.stem() != left_out_) RunFile(file);
    }
  }

  const Figures& figures() const { return figures_; }
  const std::set<std::string>& files_with_misses() const { return files_with_misses_; }
  void Print(std::string_view what) const {
    std::cout << draft_ << ", " << what << ": " << figures_.passed << " of " << figures_.all
              << " tests passed\n";
  }

 private:
  void RunGroup(const std::string& file, const json::Value& group) {
    const std::string name = file + ": " + std::string(group.Find("description")->string());
    const auto compiled = CompileFrom(
        {.text = WithDraft(*group.Find("schema"), draft_),
         .source = [this](std::string_view uri) { return remotes_.Find(uri); }}
    );
    for (const json::Value& test : *group.Find("tests")) {
      ++figures_.all;
      const std::string label = name + ": " + std::string(test.Find("description")->string());
      if (!compiled.ok()) {
        Miss(file, label + ": " + std::string(compiled.status().message()));
      } else if (HasVerdict(**compiled, test)) {
        ++figures_.passed;
      } else {
        Miss(file, label);
      }
    }
  }

  void Miss(const std::string& file, const std::string& what) {
    figures_.misses += "  " + what + "\n";
    files_with_misses_.insert(file);
  }

  // Right, and the same with and without a list of issues.
  bool HasVerdict(const CompiledSchema& schema, const json::Value& test) const {
    const json::Value& data = *test.Find("data");
    const bool expected = test.Find("valid")->boolean();
    const IssueList issues = schema.Validate(data, options_);
    return schema.IsValid(data, options_) == expected && issues.empty() == expected &&
           issues.listed.empty() == expected;
  }

  std::string draft_;
  std::string left_out_;
  ValidateOptions options_;
  Remotes remotes_;
  Figures figures_;
  std::set<std::string> files_with_misses_;
};

// Misses that stay, by the test file they are in.
struct Miss {
  std::string_view file;
  std::string_view why;
};
constexpr Miss kCrossDraft = {"cross-draft", "refers to a schema of a draft that is not supported"};
constexpr Miss kContent = {
    "content", "contentEncoding and contentMediaType assert nothing, as draft 2020-12 settled later"
};

struct Draft {
  std::string_view name;
  std::vector<Miss> optional_misses_in;
  size_t optional_misses;
};

class JsonSchemaTest : public ::testing::TestWithParam<Draft> {};

TEST_P(JsonSchemaTest, EveryRequiredTestPasses) {
  REQUIRE_TEST_DATA(kSuite);
  SuiteRun run(GetParam().name, false);
  run.RunFolder("");
  run.Print("required");
  EXPECT_GT(run.figures().all, 900U);
  EXPECT_EQ(run.figures().passed, run.figures().all) << run.figures().misses;
}

TEST_P(JsonSchemaTest, RequiredTestsPassWithFormatsAsserted) {
  REQUIRE_TEST_DATA(kSuite);
  SuiteRun run(GetParam().name, true, "format");
  run.RunFolder("");
  EXPECT_EQ(run.figures().passed, run.figures().all) << run.figures().misses;
}

TEST_P(JsonSchemaTest, OptionalTestsPassButForTheKnownMisses) {
  REQUIRE_TEST_DATA(kSuite);
  SuiteRun run(GetParam().name, true);
  run.RunFolder("optional");
  run.Print("optional");
  EXPECT_EQ(run.figures().all - run.figures().passed, GetParam().optional_misses)
      << run.figures().misses;
  std::cout << run.figures().misses;
  for (const std::string& file : run.files_with_misses()) {
    const auto known = std::ranges::find(GetParam().optional_misses_in, file, &Miss::file);
    ASSERT_NE(known, GetParam().optional_misses_in.end()) << file << ": not explained";
    std::cout << "  " << file << ": " << known->why << "\n";
  }
}

TEST_P(JsonSchemaTest, EveryFormatTestPasses) {
  REQUIRE_TEST_DATA(kSuite);
  SuiteRun run(GetParam().name, true);
  run.RunFolder("optional/format");
  run.Print("format");
  EXPECT_GT(run.figures().all, 600U);
  EXPECT_EQ(run.figures().passed, run.figures().all) << run.figures().misses;
}

INSTANTIATE_TEST_SUITE_P(
    Drafts,
    JsonSchemaTest,
    ::testing::Values(
        Draft{"draft2020-12", {kCrossDraft}, 1}, Draft{"draft7", {kContent, kCrossDraft}, 6}
    ),
    [](const auto& info) { return info.param.name == "draft7" ? "Draft7" : "Draft2020"; }
);

// The suite's own schema for its files, and the meta-schemas for each other.
TEST(JsonSchemaSuiteTest, TheSuiteObeysItsOwnSchema) {
  REQUIRE_TEST_DATA(kSuite);
  const auto schema = Compile(ReadFile(TestDataDir() / kSuite / "test-schema.json"));
  ASSERT_TRUE(schema.ok()) << schema.status();
  size_t files = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(TestDataDir() / kSuite / "tests")) {
    if (!entry.is_regular_file()) continue;
    const json::ParseResult parsed = json::Parse(ReadFile(entry.path()));
    const IssueList issues = (*schema)->Validate(std::get<json::Document>(parsed).root());
    EXPECT_TRUE(issues.empty()) << entry.path() << issues.listed[0].message;
    ++files;
  }
  EXPECT_GT(files, 100U);
}

}  // namespace
}  // namespace extractd::schema
