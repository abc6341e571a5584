// The validator against schemas and instances from the field: what does not compile says why, and
// the verdicts are those that other validators agree on.
#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/json/write.h"
#include "server/schema/compiled_schema.h"
#include "tests/fakes/test_data.h"

namespace extractd::schema {
namespace {

bool Is(const json::Value& row, std::string_view key) {
  const json::Value* value = row.Find(key);
  return value != nullptr && value->is_boolean() && value->boolean();
}

struct Reason {
  std::string_view name;
  std::string_view text;  // part of the error's message
};
constexpr std::array kReasons = {
    Reason{"another draft", "supported are draft 2020-12 and draft-07"},
    Reason{"remote reference", "nothing is fetched"},
    Reason{"look-around or back-reference", "is not supported"},
    Reason{"not a regular expression", "no regular expression of ECMA-262"},
    Reason{"against the meta-schema", "does not obey the meta-schema"},
    Reason{"reference to nothing", "does not resolve"},
};

class Corpus {
 public:
  explicit Corpus(std::string_view name) : name_(name) {}

  void Run() {
    const std::string file = ReadFile(TestDataDir() / name_ / "schemas.jsonl");
    for (std::string_view rest = file; !rest.empty();) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      if (end > 0) {
        const json::ParseResult row = json::ParseView(rest.substr(0, end));
        RunRow(std::get<json::Document>(row).root());
      }
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }

  void Print() const {
    std::cout << name_ << ": " << compiled_ << " of " << schemas_ << " schemas compiled; " << right_
              << " of " << instances_ << " undisputed verdicts right\n";
    for (const auto& [reason, count] : failures_) {
      std::cout << "  not compiled, " << reason << ": " << count << "\n";
    }
    std::cout << others_;
  }

  size_t compiled() const { return compiled_; }
  size_t failures(const std::string& reason) const {
    const auto found = failures_.find(reason);
    return found == failures_.end() ? 0 : found->second;
  }
  size_t wrong() const { return instances_ - right_; }
  const std::string& misses() const { return misses_; }

 private:
  void RunRow(const json::Value& row) {
    ++schemas_;
    const std::string id(row.Find("id")->string());
    const auto schema = Compile(json::ToText(*row.Find("schema")), {.max_bytes = 4U << 20U});
    if (!schema.ok()) return CountFailure(id, std::string(schema.status().message()));
    ++compiled_;
    for (const json::Value& instance : *row.Find("instances")) {
      if (!Is(instance, "disputed")) RunInstance(id, **schema, instance);
    }
  }

  void RunInstance(
      const std::string& id, const CompiledSchema& schema, const json::Value& instance
  ) {
    ++instances_;
    const bool formats =
        name_ == "real-schemas-maskbench" || Is(instance, "needs_format_assertion");
    const ValidateOptions options = {.assert_formats = formats};
    const IssueList issues = schema.Validate(*instance.Find("data"), options);
    EXPECT_EQ(schema.IsValid(*instance.Find("data"), options), issues.empty()) << id;
    if (issues.empty() == Is(instance, "valid")) {
      ++right_;
      return;
    }
    const std::string why =
        issues.empty() ? "accepted" : issues.listed[0].path + " " + issues.listed[0].message;
    misses_ += "  " + id + ": " + std::string(instance.Find("note")->string()) + ": " + why + "\n";
  }

  void CountFailure(const std::string& id, const std::string& message) {
    const auto* reason = std::ranges::find_if(kReasons, [&](const Reason& known) {
      return message.find(known.text) != std::string::npos;
    });
    if (reason == kReasons.end() || reason - kReasons.begin() >= 2) {
      others_ += "    " + id + ": " + message.substr(0, 300) + "\n";
    }
    ++failures_[reason == kReasons.end() ? "other" : std::string(reason->name)];
  }

  std::string name_;
  size_t schemas_ = 0;
  size_t compiled_ = 0;
  size_t instances_ = 0;
  size_t right_ = 0;
  std::map<std::string, size_t> failures_;
  std::string others_;
  std::string misses_;
};

TEST(RealSchemasTest, MaskbenchCompilesAndJudgesAsOthersDo) {
  REQUIRE_TEST_DATA("real-schemas-maskbench/schemas.jsonl");
  Corpus corpus("real-schemas-maskbench");
  corpus.Run();
  corpus.Print();
  EXPECT_EQ(corpus.wrong(), 0U) << corpus.misses();
  EXPECT_GE(corpus.compiled(), 514U);
  EXPECT_EQ(corpus.failures("other"), 0U);
  EXPECT_EQ(corpus.failures("another draft"), 121U);
  EXPECT_EQ(corpus.failures("look-around or back-reference"), 1U);
}

TEST(RealSchemasTest, SchemaStoreCompilesAndJudgesAsOthersDo) {
  REQUIRE_TEST_DATA("real-schemas-schemastore/schemas.jsonl");
  Corpus corpus("real-schemas-schemastore");
  corpus.Run();
  corpus.Print();
  EXPECT_EQ(corpus.wrong(), 0U) << corpus.misses();
  EXPECT_GE(corpus.compiled(), 236U);
  EXPECT_EQ(corpus.failures("other"), 0U);
  EXPECT_EQ(corpus.failures("another draft"), 61U);
  EXPECT_EQ(corpus.failures("remote reference"), 19U);
}

}  // namespace
}  // namespace extractd::schema
