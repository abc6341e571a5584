#include "server/json/write.h"

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

TEST(WriteTest, IndentedFormIsForReading) {
  const ParseResult parsed = ParseView(R"({"a":[1,{}],"b":[]})");
  EXPECT_EQ(
      ToIndentedText(std::get<Document>(parsed).root()),
      "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}"
  );
}

}  // namespace
}  // namespace extractd::json
