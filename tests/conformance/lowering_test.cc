// Lowering, over schemas from the field and every subset: a valid value goes to the provider and
// comes back as it was, and a value that only the lowered schema accepts has a downgrade to thank.
#include <algorithm>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/base/strings.h"
#include "server/json/parse.h"
#include "server/json/write.h"
#include "server/schema/compiled_schema.h"
#include "server/schema/lower/lower.h"
#include "tests/fakes/test_data.h"
#include "tests/fakes/test_settings.h"

namespace extractd::schema::lower {
namespace {

constexpr size_t kMaxSchemaBytes = size_t{4} << 20U;

void WriteWithoutNullable(const json::Value& schema, std::string& out);

void WriteParts(const json::Value& parent, const json::Value* left_out, std::string& out) {
  out += parent.is_object() ? '{' : '[';
  bool first = true;
  for (const json::Value& child : parent) {
    if (&child == left_out) continue;
    if (!first) out += ',';
    first = false;
    if (parent.is_object()) {
      json::WriteString(child.key(), out);
      out += ':';
    }
    WriteWithoutNullable(child, out);
  }
  out += parent.is_object() ? '}' : ']';
}

// `nullable` is no keyword of JSON Schema: for our validator, null becomes a branch.
void WriteWithoutNullable(const json::Value& schema, std::string& out) {
  if (!schema.is_object() && !schema.is_array()) return json::Write(schema, out);
  const json::Value* flag = schema.Find("nullable");
  const bool nullable = flag != nullptr && flag->is_boolean();
  if (nullable) out += R"({"anyOf":[{"type":"null"},)";
  WriteParts(schema, nullable ? flag : nullptr, out);
  if (nullable) out += "]}";
}

std::string ForOurValidator(const std::string& lowered) {
  const json::ParseResult parsed = json::ParseView(lowered);
  std::string out;
  WriteWithoutNullable(std::get<json::Document>(parsed).root(), out);
  return out;
}

struct Counts {
  size_t schemas = 0;
  size_t lowered = 0;
  size_t valid = 0;     // valid values
  size_t equal = 0;     // that came back as they were
  size_t narrowed = 0;  // that did not, where the lowering said so
  size_t accepted = 0;  // invalid values that only the lowered schema accepts
  std::map<std::string, size_t> obstacles;
  std::vector<std::string> faults;

  void Fault(std::string text) {
    if (faults.size() < 40) faults.push_back(std::move(text));
  }
};

class Trial {
 public:
  Trial(const Subset& subset, Fidelity fidelity) : subset_(subset), fidelity_(fidelity) {}

  void Add(const std::string& id, const CompiledSchema& schema, const json::Value& instances) {
    ++counts_.schemas;
    const Lowered lowered = Lower(schema.root(), subset_, fidelity_);
    if (lowered.obstacle.has_value()) {
      EXPECT_FALSE(lowered.obstacle->reason.empty()) << id;
      const std::string& reason = lowered.obstacle->reason;
      ++counts_.obstacles[reason.substr(0, reason.find("; lowered"))];
      return;
    }
    ++counts_.lowered;
    const auto compiled = Compile(
        ForOurValidator(lowered.json), {.max_bytes = 64U << 20U, .max_subschemas = 2'000'000}
    );
    if (!compiled.ok()) {
      return counts_.Fault(
          fmt::format("{}: lowered schema: {}", id, Std(compiled.status().message()))
      );
    }
    size_t index = 0;
    for (const json::Value& instance : instances) {
      AddInstance(
          fmt::format("{} #{}", id, index++), schema, **compiled, lowered, *instance.Find("data")
      );
    }
  }

  const Counts& counts() const { return counts_; }

 private:
  void AddInstance(
      const std::string& id,
      const CompiledSchema& original,
      const CompiledSchema& lowered_schema,
      const Lowered& lowered,
      const json::Value& value
  ) {
    const bool formats = original.IsValid(value, {.assert_formats = true});
    const ValidateOptions options = {.assert_formats = formats};
    const json::Document forward = lowered.CarryForward(value);
    const json::Document back = lowered.CarryBack(forward.root());
    const IssueList issues = lowered_schema.Validate(forward.root(), options);
    if (!original.IsValid(value, options)) {
      return AddInvalid(id, original, lowered, issues.empty(), back.root());
    }
    ++counts_.valid;
    const bool equal = json::Equal(back.root(), value);
    if (equal && issues.empty()) {
      ++counts_.equal;
    } else if (fidelity_ == Fidelity::kPractical && Narrows(lowered)) {
      ++counts_.narrowed;
    } else {
      counts_.Fault(fmt::format(
          "{}: {} {} -> {}\n    lowered {}",
          id,
          equal ? "" : "comes back as " + json::ToShortText(back.root(), 200),
          json::ToShortText(value, 200),
          issues.empty() ? "" : issues.listed.front().path + " " + issues.listed.front().message,
          lowered.json.substr(0, 300)
      ));
    }
  }

  static bool Narrows(const Lowered& lowered) {
    return !lowered.narrowings.empty() ||
           std::ranges::any_of(lowered.downgrades, [](const Loss& loss) {
             return loss.action == action::kNarrowed;
           });
  }

  void AddInvalid(
      const std::string& id,
      const CompiledSchema& original,
      const Lowered& lowered,
      bool accepted,
      const json::Value& back
  ) {
    if (!accepted) return;
    const IssueList issues = original.Validate(back);
    if (issues.empty()) return;
    ++counts_.accepted;
    if (lowered.downgrades.empty()) {
      counts_.Fault(fmt::format(
          "{}: no downgrade, but invalid: {} {}",
          id,
          issues.listed.front().schema_path,
          issues.listed.front().message
      ));
    }
  }

  const Subset& subset_;
  Fidelity fidelity_;
  Counts counts_;
};

class LoweringTest : public ::testing::TestWithParam<std::string_view> {
 protected:
  // With EXTRACTD_TEST_FULL every schema; else every third one, another third for the next subset.
  static bool Takes(const Subset& subset, size_t row) {
    const auto index = static_cast<size_t>(&subset - AllSubsets().data());
    return IsFullRun() || (row + index) % 3 == 0;
  }

  static void RunAll(const Subset& subset) {
    size_t row = 0;
    Trial exact(subset, Fidelity::kExact);
    Trial practical(subset, Fidelity::kPractical);
    for (const std::string_view name : {"real-schemas-maskbench", "real-schemas-schemastore"}) {
      const std::string file = ReadFile(TestDataDir() / name / "schemas.jsonl");
      for (std::string_view rest = file; !rest.empty();) {
        const size_t end = std::min(rest.find('\n'), rest.size());
        if (end > 0 && Takes(subset, row++)) AddRow(rest.substr(0, end), exact, practical);
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
    Print(subset, Fidelity::kExact, exact.counts());
    Print(subset, Fidelity::kPractical, practical.counts());
    EXPECT_EQ(exact.counts().equal, exact.counts().valid);
    EXPECT_TRUE(exact.counts().faults.empty() && practical.counts().faults.empty());
  }

  static void AddRow(std::string_view line, Trial& exact, Trial& practical) {
    const json::ParseResult parsed = json::ParseView(line);
    const json::Value& row = std::get<json::Document>(parsed).root();
    const auto schema = Compile(json::ToText(*row.Find("schema")), {.max_bytes = kMaxSchemaBytes});
    if (!schema.ok()) return;
    const std::string id(row.Find("id")->string());
    for (Trial* trial : {&exact, &practical}) trial->Add(id, **schema, *row.Find("instances"));
  }

  static void Print(const Subset& subset, Fidelity fidelity, const Counts& counts) {
    std::cout << fmt::format(
        "{}{}: {} of {} schemas lowered; {} of {} valid values came back equal, {} where it said "
        "that it narrows; {} invalid values accepted, each with a downgrade\n",
        subset.name,
        fidelity == Fidelity::kExact ? " (exact)" : "",
        counts.lowered,
        counts.schemas,
        counts.equal,
        counts.valid,
        counts.narrowed,
        counts.accepted
    );
    for (const auto& [reason, count] : counts.obstacles) {
      std::cout << fmt::format("  not lowered, {}: {}\n", reason, count);
    }
    for (const std::string& fault : counts.faults) std::cout << "  " << fault << "\n";
  }
};

std::vector<std::string_view> SubsetNames() {
  std::vector<std::string_view> names;
  for (const Subset& subset : AllSubsets()) names.push_back(subset.name);
  return names;
}

TEST_P(LoweringTest, CarriesEveryValidValueThereAndBackOrSaysWhatItNarrows) {
  REQUIRE_TEST_DATA("real-schemas-maskbench/schemas.jsonl");
  RunAll(*FindSubset(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(
    EverySubset,
    LoweringTest,
    ::testing::ValuesIn(SubsetNames()),
    [](const auto& info) { return std::string(info.param); }
);

}  // namespace
}  // namespace extractd::schema::lower
