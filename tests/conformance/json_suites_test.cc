// The JSON parsers against the suites of others: json-grammar (what is JSON, what is JSON5) and
// malformed-json (what other repairing parsers agree on).
#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/json/tolerant.h"
#include "server/json/write.h"
#include "tests/conformance/argued_misses.h"
#include "tests/conformance/suite_rows.h"
#include "tests/fakes/test_data.h"

namespace extractd::json {
namespace {

// What the tolerant parser reaches today. A number only goes up.
constexpr size_t kJson5Floor = 50;

bool Accepts(std::string_view text) {
  return std::holds_alternative<Document>(ParseView(text));
}

bool ReadsAs(std::string_view text, const Value& expected) {
  const TolerantResult result = ParseTolerant(text);
  return result.document.has_value() && Equal(result.document->root(), expected);
}

// Where a name stands twice, the suite has only its last value.
bool EqualLastMembers(const Value& value, const Value& expected) {
  if (!expected.is_object()) return Equal(value, expected);
  return std::ranges::all_of(expected, [&value](const Value& member) {
    const Value* last = value.Find(member.key());
    return last != nullptr && Equal(*last, member);
  });
}

TEST(JsonSuitesTest, StrictParserAcceptsAndRejectsAsTheGrammarDemands) {
  REQUIRE_TEST_DATA("json-grammar/strict.jsonl");
  const std::vector<Row> rows = ReadRows("json-grammar/strict.jsonl");
  size_t accepted = 0;
  size_t rejected = 0;
  for (const Row& row : rows) {
    const ParseResult result = ParseView(row.input());
    const auto* document = std::get_if<Document>(&result);
    const std::string_view expected = row.Find("expected")->string();
    if (expected == "accept") {
      ASSERT_NE(document, nullptr) << row.id() << ": " << std::get<ParseError>(result).message;
      EXPECT_TRUE(EqualLastMembers(document->root(), *row.Find("value"))) << row.id();
      ++accepted;
    } else if (expected == "reject") {
      EXPECT_EQ(document, nullptr) << row.id();
      ++rejected;
    }
  }
  std::cout << "json-grammar strict: " << accepted << " accepted with their value, " << rejected
            << " rejected, of " << rows.size() << "; the others may go either way\n";
}

TEST(JsonSuitesTest, HundredThousandOpenBracketsAreRejected) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += "[{\"\":";
  EXPECT_FALSE(Accepts(text));
  EXPECT_FALSE(Accepts(std::string(100'000, '[')));
}

TEST(JsonSuitesTest, StrictJsonReadsTheSameTolerantly) {
  REQUIRE_TEST_DATA("json-grammar/strict.jsonl");
  for (const Row& row : ReadRows("json-grammar/strict.jsonl")) {
    const ParseResult strict = ParseView(row.input(), {.duplicate_keys = DuplicateKeys::kReject});
    const auto* document = std::get_if<Document>(&strict);
    if (document == nullptr) continue;
    EXPECT_TRUE(ReadsAs(row.input(), document->root())) << row.id();
    EXPECT_TRUE(ParseTolerant(row.input()).repairs.empty()) << row.id();
  }
}

TEST(JsonSuitesTest, Json5IsReadTolerantly) {
  REQUIRE_TEST_DATA("json-grammar/json5.jsonl");
  const std::vector<Row> rows = ReadRows("json-grammar/json5.jsonl");
  size_t valid = 0;
  size_t right = 0;
  size_t other_accepted = 0;
  std::string misses;
  const Document null;
  for (const Row& row : rows) {
    if (!row.Is("json5_valid")) {
      other_accepted += ParseTolerant(row.input()).document.has_value() ? 1 : 0;
      continue;
    }
    ++valid;
    const Value* expected = row.Find("json5_value");  // none for NaN and Infinity
    const bool reads = ReadsAs(row.input(), expected == nullptr ? null.root() : *expected);
    right += reads ? 1 : 0;
    if (!reads) misses += "  " + row.id() + "\n";
  }
  std::cout << "json5: " << right << " of " << valid << " valid texts read right; "
            << other_accepted << " of " << rows.size() - valid << " invalid ones repaired\n";
  EXPECT_GE(right, kJson5Floor) << misses;
}

TEST(JsonSuitesTest, AgreesWithTheConsensusOfRepairingParsers) {
  REQUIRE_TEST_DATA("malformed-json");
  size_t all = 0;
  size_t right = 0;
  std::string misses;
  for (const std::string_view name :
       {"best-effort-json-parser",
        "instructor-extract-json-from-codeblock",
        "jiter",
        "json-repair",
        "jsonrepair",
        "partial-json-js",
        "partial-json-parser",
        "vercel-ai-fixjson"}) {
    for (const Row& row : ReadRows("malformed-json/" + std::string(name) + ".jsonl")) {
      if (!row.Is("consensus")) continue;
      ++all;
      const bool reads = ReadsAs(row.input(), *row.Find("expected"));
      right += reads ? 1 : 0;
      if (!reads && !IsArguedMiss(row.id())) misses += "  " + row.id() + "\n";
    }
  }
  std::cout << "malformed-json, consensus: " << right << " of " << all << " read as agreed; not\n";
  for (const ArguedMiss& miss : kArguedMisses) {
    std::cout << "  " << miss.id << ": " << miss.why << "\n";
  }
  EXPECT_EQ(misses, "");
  EXPECT_GE(static_cast<double>(right), 0.99 * static_cast<double>(all));
}

}  // namespace
}  // namespace extractd::json
