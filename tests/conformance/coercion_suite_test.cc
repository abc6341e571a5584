// Schema-directed parsing against the suite of another parser: answers of models with the schema
// they were asked for, and what that parser makes of them.
#include <algorithm>
#include <array>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/json/write.h"
#include "server/schema/verdict.h"
#include "tests/conformance/suite_rows.h"
#include "tests/fakes/test_data.h"

namespace extractd::schema {
namespace {

using json::Value;

struct LeftOut {
  std::string_view id;
  std::string_view why;
};

// Rows whose expected value loses or invents data itself.
constexpr std::array<LeftOut, 3> kLeftOut = {{
    {"baml-jsonish.0c17a8d965", "the first of two answers; the second is dropped silently"},
    {"baml-jsonish.78165ff3ea", "the first of two answers; the second is dropped silently"},
    {"baml-jsonish.9578c4fc6e", "\"TWO or THREE\" becomes TWO"},
}};

bool IsLeftOut(const std::string& id) {
  return std::ranges::find(kLeftOut, id, &LeftOut::id) != kLeftOut.end();
}

// The suite writes null where an optional member is absent.
bool SameBarAbsent(const Value& found, const Value& expected) {
  if (found.type() != expected.type()) return false;
  if (expected.is_array()) {
    auto other = found.begin();
    return found.size() == expected.size() &&
           std::ranges::all_of(expected, [&](const Value& element) {
             return SameBarAbsent(*other++, element);
           });
  }
  if (!expected.is_object()) return Equal(found, expected);
  const bool all = std::ranges::all_of(expected, [&](const Value& member) {
    const Value* other = found.Find(member.key());
    return other == nullptr ? member.is_null() : SameBarAbsent(*other, member);
  });
  return all && std::ranges::all_of(found, [&](const Value& member) {
           return expected.Find(member.key()) != nullptr;
         });
}

// Of the beginning of an answer the suite shows what is certain: null or [] where nothing is yet,
// and no number that may go on.
bool BeginsAs(const Value& found, const Value& expected) {
  if (expected.is_null()) return true;
  if (found.type() != expected.type()) return false;
  if (expected.is_array()) {
    auto other = found.begin();
    return found.size() >= expected.size() && found.size() <= expected.size() + 1 &&
           std::ranges::all_of(expected, [&](const Value& element) {
             return BeginsAs(*other++, element);
           });
  }
  if (!expected.is_object()) return Equal(found, expected);
  return std::ranges::all_of(expected, [&](const Value& member) {
    const Value* other = found.Find(member.key());
    return other == nullptr
               ? member.size() == 0 && (member.is_null() || member.is_array() || member.is_object())
               : BeginsAs(*other, member);
  });
}

Verdict JudgeRow(const json::Row& row) {
  auto schema = Compile(json::ToText(*row.Find("schema")));
  EXPECT_TRUE(schema.ok()) << row.id() << ": " << schema.status();
  const JudgeOptions options = {.max_loss = json::MaxLoss::kLossy, .close_truncated = true};
  return Judge(**schema, row.input(), options);
}

bool IsAsExpected(const json::Row& row, const Verdict& verdict) {
  const Value* expected = row.Find("expected");
  if (expected == nullptr) return !verdict.valid;
  const bool partial = row.Is("partial");
  if (verdict.json.empty() || verdict.valid == (partial && !row.Is("expected_matches_schema"))) {
    return false;
  }
  const json::ParseResult parsed = json::ParseView(verdict.json);
  const Value& found = std::get<json::Document>(parsed).root();
  return partial ? BeginsAs(found, *expected) : SameBarAbsent(found, *expected);
}

TEST(CoercionSuiteTest, AnswersOfModelsAreReadAsTheirSchemaWants) {
  REQUIRE_TEST_DATA("malformed-json/baml-jsonish.jsonl");
  size_t all = 0;
  size_t right = 0;
  size_t silent = 0;
  std::string misses;
  for (const json::Row& row : json::ReadRows("malformed-json/baml-jsonish.jsonl")) {
    if (IsLeftOut(row.id())) continue;
    ++all;
    const Verdict verdict = JudgeRow(row);
    const bool good = IsAsExpected(row, verdict);
    right += good ? 1 : 0;
    if (good) continue;
    const bool lossless = std::ranges::all_of(verdict.repairs, &json::Repair::lossless);
    silent += verdict.valid && lossless ? 1 : 0;
    misses += "  " + row.id() + ": " + (verdict.valid ? verdict.json : "not valid") + "\n";
  }
  std::cout << "baml-jsonish: " << right << " of " << all << " read as expected, " << silent
            << " silent losses; left out:\n";
  for (const LeftOut& row : kLeftOut) std::cout << "  " << row.id << ": " << row.why << "\n";
  EXPECT_GE(static_cast<double>(right), 0.97 * static_cast<double>(all)) << misses;
  EXPECT_EQ(silent, 0U) << misses;
}

}  // namespace
}  // namespace extractd::schema
