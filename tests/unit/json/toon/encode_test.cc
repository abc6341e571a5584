#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/json/toon/toon.h"

namespace extractd::json::toon {
namespace {

std::string EncodeJson(std::string_view text, const EncodeOptions& options = {}) {
  const ParseResult parsed = ParseView(text, {.duplicate_keys = DuplicateKeys::kReject});
  return Encode(std::get<Document>(parsed).root(), options);
}

TEST(ToonEncodeTest, ObjectsOfTheSameMembersBecomeATable) {
  EXPECT_EQ(
      EncodeJson(R"({"crew":[{"name":"Ada","born":1815},{"name":"Grace","born":1906}]})"),
      "crew[2]{name,born}:\n"
      "  Ada,1815\n"
      "  Grace,1906"
  );
}

TEST(ToonEncodeTest, RowsHaveTheOrderOfTheFirstOne) {
  EXPECT_EQ(
      EncodeJson(R"([{"a":1,"b":{"c":2,"d":3}},{"b":{"d":6,"c":5},"a":4}])"),
      "[2]{a,b{c,d}}:\n"
      "  1,2,3\n"
      "  4,5,6"
  );
}

TEST(ToonEncodeTest, OneOddRowMakesAListOfIt) {
  EXPECT_EQ(
      EncodeJson(R"([{"a":1},{"a":[2]},{"b":3},{}])"),
      "[4]:\n"
      "  - a: 1\n"
      "  - a[1]: 2\n"
      "  - b: 3\n"
      "  -"
  );
}

TEST(ToonEncodeTest, ObjectOfUniformObjectsIsAKeyedTable) {
  EXPECT_EQ(
      EncodeJson(R"({"fx":{"EUR":{"rate":1},"US D":{"rate":1.25}}})"),
      "fx[2:]{rate}:\n"
      "  EUR: 1\n"
      "  \"US D\": 1.25"
  );
  EXPECT_EQ(EncodeJson(R"({"fx":{"EUR":{"rate":1}}})"), "fx:\n  EUR:\n    rate: 1")
      << "one entry is no table";
}

TEST(ToonEncodeTest, TableThatBeginsAnItemStandsOnItsHyphen) {
  EXPECT_EQ(
      EncodeJson(R"([{"rows":[{"x":1},{"x":2}],"total":3}])", {.indent = 4}),
      "[1]:\n"
      "    - rows[2]{x}:\n"
      "            1\n"
      "            2\n"
      "        total: 3"
  );
}

TEST(ToonEncodeTest, ListsInListsAreNoTables) {
  EXPECT_EQ(
      EncodeJson(R"([[{"x":1},{"x":2}],[1,[]]])"),
      "[2]:\n"
      "  - [2]:\n"
      "    - x: 1\n"
      "    - x: 2\n"
      "  - [2]:\n"
      "    - 1\n"
      "    - [0]:"
  );
}

TEST(ToonEncodeTest, OnlyTheDelimiterInForceNeedsQuotes) {
  EXPECT_EQ(EncodeJson(R"(["a,b","c|d"])"), "[2]: \"a,b\",c|d");
  EXPECT_EQ(EncodeJson(R"(["a,b","c|d"])", {.delimiter = '|'}), "[2|]: a,b|\"c|d\"");
  EXPECT_EQ(EncodeJson(R"([{"k":"a,b"}])", {.delimiter = '\t'}), "[1\t]{k}:\n  a,b");
}

TEST(ToonEncodeTest, HalfOfASurrogatePairIsReplaced) {
  EXPECT_EQ(EncodeJson(R"("ab\ud800")"), "ab\xEF\xBF\xBD");
}

}  // namespace
}  // namespace extractd::json::toon
