#include "server/json/write.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

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

// Byte by byte, for strings of ASCII.
std::string QuotedByHand(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c < ' ') {
      out += c == '\x1F' ? "\\u001f" : "\\u0001";
    } else {
      out += c;
    }
  }
  return out + '"';
}

TEST(WriteTest, StringsOfEveryLengthAreWrittenWithEscapesAnywhere) {
  for (const std::string_view unusual : {"\"", "\\", "\n", "\x1F", "\x01", "", "\n\n\"\""}) {
    for (size_t before = 0; before < 40; ++before) {
      for (size_t after = 0; after < 40; ++after) {
        const std::string text =
            std::string(before, 'a') + std::string(unusual) + std::string(after, 'b');
        // Of its own size, so that a read beyond the end is seen.
        const std::vector<char> bytes(text.begin(), text.end());
        std::string out = "x";
        WriteString({bytes.data(), bytes.size()}, out);
        ASSERT_EQ(out, "x" + QuotedByHand(text));
      }
    }
  }
}

TEST(WriteTest, LongStringsAreWrittenWhole) {
  // They are put together in pieces, and each byte may become six.
  for (size_t size = 0; size < 1500; ++size) {
    ASSERT_EQ(
        ToText(Value::OfString(std::string(size, 'a'))), QuotedByHand(std::string(size, 'a'))
    );
    ASSERT_EQ(
        ToText(Value::OfString(std::string(size, '\x1F'))), QuotedByHand(std::string(size, '\x1F'))
    );
  }
}

TEST(WriteTest, AStringStandsBetweenTheBytesThatItIsGiven) {
  std::string out;
  WriteString("a\nb", ',', ':', out);
  WriteString("", '\0', ',', out);
  WriteString("c", '[', '\0', out);
  EXPECT_EQ(out, ",\"a\\nb\":\"\",[\"c\"");
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
