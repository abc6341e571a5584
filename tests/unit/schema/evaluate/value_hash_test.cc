#include "server/schema/evaluate/value_hash.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/unit/schema/schema_test.h"

namespace extractd::schema {
namespace {

std::uint64_t Hash(std::string_view text) {
  return HashValue(ParseOrDie(std::string(text)).root());
}

TEST(ValueHashTest, EqualValuesHaveEqualHashes) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"1", "1.0"},
      {"100", "1e2"},
      {"0.05", "5E-2"},
      {"0.0", "-0"},
      {"0e9", "0"},
      {"-120.50", "-1205e-1"},
      {"123456789012345678901234567890", "1.2345678901234567890123456789e29"},
      {R"({"a":1,"b":[2]})", R"({"b":[2.0],"a":1e0})"},
      {R"("\u00e4")", "\"ä\""},
  };
  for (const auto& [a, b] : cases) EXPECT_EQ(Hash(a), Hash(b)) << a << " " << b;
}

TEST(ValueHashTest, OtherValuesHaveOthers) {
  const std::string_view values[] = {
      "null",
      "false",
      "true",
      "0",
      "1",
      "-1",
      "10",
      "0.1",
      "101",
      "\"1\"",
      "\"\"",
      "[]",
      "[1]",
      "[[1]]",
      "[1,2]",
      "[2,1]",
      "{}",
      R"({"a":1})",
      R"({"a":2})",
      R"({"b":1})",
      R"({"a":1,"b":2})",
      R"({"a":2,"b":1})",
      "11",
      "1.1",
      "1e100",
      "1e-100"
  };
  for (const std::string_view& a : values) {
    for (const std::string_view& b : values) {
      if (&a != &b) EXPECT_NE(Hash(a), Hash(b)) << a << " " << b;
    }
  }
}

}  // namespace
}  // namespace extractd::schema
