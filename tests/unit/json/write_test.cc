#include "server/json/write.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "server/json/parse.h"

namespace extractd::json {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  WriteString(text, out);
  return out;
}

TEST(WriteTest, EscapesWhatJsonDemandsAndNothingElse) {
  EXPECT_EQ(Quoted("a\"b\\c/\n\t\x01\x7F"), "\"a\\\"b\\\\c/\\n\\t\\u0001\x7F\"");
  EXPECT_EQ(
      Quoted("gr\xC3\xBC\xC3\x9F"
             "e"),
      "\"gr\xC3\xBC\xC3\x9F"
      "e\""
  );
}

TEST(WriteTest, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(
      Quoted("a\xFF"
             "b"),
      "\"a\xEF\xBF\xBD"
      "b\""
  );
  EXPECT_EQ(Quoted("\xED\xA0\xBD"), "\"\\ud83d\"") << "an unpaired surrogate is an escape again";
}

TEST(WriteTest, ShortTextIsTheBeginningOfTheWhole) {
  const ParseResult parsed = ParseView(R"({"a":["ü\n",12345,null,{"b":true}],"c":"long text"})");
  const Value& root = std::get<Document>(parsed).root();
  const std::string whole = ToText(root);
  for (size_t size = 0; size <= whole.size() + 1; ++size) {
    const std::string text = ToShortText(root, size);
    EXPECT_LE(text.size(), size);
    EXPECT_GE(text.size() + 1, std::min(size, whole.size())) << "only half a code point is missing";
    EXPECT_EQ(text, whole.substr(0, text.size()));
  }
}

TEST(WriteTest, ACutStringDoesNotLookLikeAWholeOne) {
  EXPECT_EQ(ToShortText("NaNru\xED\xA0\xBDx", 7), "\"NaNru\\");
  EXPECT_EQ(ToShortText("abcdü", 6), "\"abcd");
  EXPECT_EQ(ToShortText("abcd", 6), "\"abcd\"");
  EXPECT_LE(ToShortText(std::string(1000, '\n'), 100).size(), 100U);
}

TEST(WriteTest, IndentedFormIsForReading) {
  const ParseResult parsed = ParseView(R"({"a":[1,{}],"b":[]})");
  EXPECT_EQ(
      ToIndentedText(std::get<Document>(parsed).root()),
      "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}"
  );
}

}  // namespace
}  // namespace extractd::json
