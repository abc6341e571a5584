#include "server/json/parse.h"

#include <ctime>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "server/json/write.h"

namespace extractd::json {
namespace {

std::string RoundTrip(std::string text) {
  ParseResult result = Parse(std::move(text));
  if (const auto* error = std::get_if<ParseError>(&result)) return "error: " + error->message;
  return ToText(std::get<Document>(result).root());
}

ParseError ErrorOf(std::string text, const ParseOptions& options = {}) {
  ParseResult result = Parse(std::move(text), options);
  const auto* error = std::get_if<ParseError>(&result);
  return error == nullptr ? ParseError{.message = "parsed"} : *error;
}

TEST(ParseTest, KeepsKeyOrderAndNumbersAsWritten) {
  const std::string text = R"({"z":1.50,"a":-0,"m":[1E400,12345678901234567890.12345],"k":{}})";
  EXPECT_EQ(RoundTrip(text), text);
}

TEST(ParseTest, ReadsEscapes) {
  ParseResult result = Parse(R"("\"\\\/\b\f\n\r\t\u00fc\ud83d\ude00")");
  EXPECT_EQ(std::get<Document>(result).root().string(), "\"\\/\b\f\n\r\t\xC3\xBC\xF0\x9F\x98\x80");
}

TEST(ParseTest, EscapesAreReadWhereverTheyStandInAString) {
  // Strings are scanned in steps of sixteen bytes, up to the end of the text.
  for (size_t before = 0; before < 40; ++before) {
    for (size_t after = 0; after < 40; ++after) {
      const std::string head(before, 'a');
      const std::string tail(after, 'b');
      ParseResult result = Parse("[\"" + head + "\\n" + tail + "\\\"\",\"\\t" + tail + "\"]");
      const Value& root = std::get<Document>(result).root();
      ASSERT_EQ(root.At(0)->string(), head + "\n" + tail + "\"");
      ASSERT_EQ(root.At(1)->string(), "\t" + tail);
    }
  }
}

// What the parser says of the text, which stands in memory of its own size: a read beyond the end
// is seen.
std::string Verdict(std::string_view text) {
  const std::vector<char> bytes(text.begin(), text.end());
  const ParseResult result = ParseView({bytes.data(), bytes.size()});
  const auto* error = std::get_if<ParseError>(&result);
  if (error == nullptr) return ToText(std::get<Document>(result).root());
  return error->message + " at " + std::to_string(error->offset);
}

TEST(ParseTest, TextsMeanTheSameWhateverFollowsThem) {
  // Blocks of sixteen bytes are looked at together where the text has them, single bytes else; the
  // white space behind a text decides which.
  const std::vector<std::string> parts = {
      "\"",      "\\\"",    "\\\\",    "\\n",      "\\/",
      "\\u00fc", "\\ud83d", "\\ude00", "\\u12",    "\\x",
      "\\",      "a",       "abcdefg", "\xC3\xBC", "\xE2\x82\xAC",
      "\xFF",    "\xC3",    "\x1F",    "\n",       "            ",
      " ",       "{",       "}",       "[",        "]",
      ":",       ",",       "\"k\":",  "true",     "false",
      "null",    "nul",     "-0",      "12.5e3",   "1e",
      "007",
  };
  std::minstd_rand random(4711);  // NOLINT(bugprone-random-generator-seed): the same each time
  const std::string space(40, ' ');
  for (int i = 0; i < 60'000; ++i) {
    std::string text = random() % 2 == 0 ? "[\"" : "{\"a\":\"";
    for (auto n = random() % 12; n > 0; --n) text += parts[random() % parts.size()];
    if (random() % 3 != 0) text += text[0] == '[' ? "\"]" : "\"}";
    const std::string longer = text + space;
    const std::string padded = Verdict(longer);
    // What ends too early ends where its white space does.
    const ParseResult parsed = ParseView(longer);
    const auto* error = std::get_if<ParseError>(&parsed);
    if (error != nullptr && error->offset >= text.size()) continue;
    ASSERT_EQ(Verdict(text), padded) << text;
  }
}

TEST(ParseTest, StringsOfEveryLengthAreReadAtEveryPlace) {
  for (size_t before = 0; before < 20; ++before) {
    for (size_t length = 0; length < 70; ++length) {
      std::string value;
      for (size_t i = 0; i < length; ++i) value += static_cast<char>('a' + i % 26);
      const std::string head = "[" + std::string(before, ' ');
      ASSERT_EQ(Verdict(head + '"' + value + "\"]"), "[\"" + value + "\"]");
      ASSERT_EQ(
          Verdict(head + '"' + value),
          "unexpected end of text inside a string at " + std::to_string(head.size() + 1 + length)
      );
    }
  }
}

TEST(ParseTest, ASurrogateJoinsNoneOfTheStringBefore) {
  EXPECT_EQ(RoundTrip(R"(["\ud83d","\ude00"])"), R"(["\ud83d","\ude00"])");
}

TEST(ParseTest, NulAndUnpairedSurrogatesKeepTheirValue) {
  EXPECT_EQ(RoundTrip(R"("a\u0000b")"), R"("a\u0000b")");
  EXPECT_EQ(RoundTrip(R"("\ud83d")"), R"("\ud83d")");
  EXPECT_EQ(RoundTrip(R"("\ude00\ud83dx")"), R"("\ude00\ud83dx")");
}

TEST(ParseTest, EscapedKeysAreDecoded) {
  EXPECT_EQ(RoundTrip(R"({"\u0061\n":1})"), R"({"a\n":1})");
}

TEST(ParseTest, ErrorsNameTheOffset) {
  struct Case {
    std::string text;
    size_t offset;
  };
  const std::vector<Case> cases = {
      {"", 0},
      {"[1,]", 3},
      {"{\"a\" 1}", 5},
      {"[1 2]", 3},
      {"01", 1},
      {"1.", 2},
      {"1e+", 3},
      {"-", 1},
      {"\"\\x\"", 2},
      {"\"\n\"", 1},
      {"nul", 0},
      {"{a:1}", 1},
      {"[1]x", 3},
      {"\"\\u12g4\"", 5},
      {"\"\xFF\"", 1},
      {"{\"a\":1,}", 7},
      {"\xEF\xBB\xBF{}", 0},
      {"'a'", 0},
      {"[1", 2},
  };
  for (const Case& c : cases) {
    const ParseError error = ErrorOf(c.text);
    EXPECT_NE(error.message, "parsed") << c.text;
    EXPECT_EQ(error.offset, c.offset) << c.text << ": " << error.message;
  }
}

TEST(ParseTest, TellsATruncatedTextFromABrokenOne) {
  for (const auto* text :
       {"{",
        "[1,",
        "[1",
        "{\"a\"",
        "{\"a\":",
        "\"ab",
        "\"a\\",
        "\"\\u12",
        "[tr",
        "fals",
        "-",
        "1.",
        "1e",
        "[1e+",
        "{\"a\":1,"}) {
    EXPECT_TRUE(ErrorOf(text).truncated) << text;
  }
  for (const auto* text :
       {"", " ", "[1}", "{a", "trux", "[1]]", "\"\\x", "01", "\"\\u1x", "[nul]"}) {
    EXPECT_FALSE(ErrorOf(text).truncated) << text;
  }
}

TEST(ParseTest, DepthIsBoundedWithoutRecursion) {
  const std::string deepest = std::string(kMaxDepth, '[') + std::string(kMaxDepth, ']');
  EXPECT_EQ(RoundTrip(deepest), deepest);
  const ParseError error = ErrorOf(std::string(1'000'000, '['));
  EXPECT_EQ(error.offset, kMaxDepth);
  EXPECT_EQ(error.message, "nested deeper than 128 levels");
}

TEST(ParseTest, ExponentBeyondFifteenDigitsIsRefused) {
  EXPECT_EQ(RoundTrip("1e000000000000000000012"), "1e000000000000000000012");
  EXPECT_EQ(ErrorOf("1e1000000000000000").message, "exponent of more than 15 digits");
}

TEST(ParseTest, DuplicateKeysAreRefusedOnDemand) {
  const ParseOptions reject = {.duplicate_keys = DuplicateKeys::kReject};
  EXPECT_EQ(ErrorOf(R"({"a":1,"b":{"a":1},"\u0061":2})", reject).offset, 19U);
  EXPECT_EQ(ErrorOf(R"({"a":{"a":[{"a":1}]}})", reject).message, "parsed");

  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += "\"k" + std::to_string(i) + "\":0,";
  EXPECT_EQ(ErrorOf(many + "\"k3\":1}", reject).message, "duplicate member name");
  EXPECT_EQ(ErrorOf(many + "\"k100\":1}", reject).message, "parsed");
}

TEST(ParseTest, DuplicatesAmongManyMembersAreFoundInLinearTime) {
  std::string many = "{";
  for (int i = 0; i < 50'000; ++i) many += "\"k" + std::to_string(i) + "\":0,";
  const std::clock_t start = std::clock();
  EXPECT_EQ(
      ErrorOf(many + "\"k0\":0}", {.duplicate_keys = DuplicateKeys::kReject}).message,
      "duplicate member name"
  );
  EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, 3);
}

TEST(ParseTest, LastOfDuplicateKeysIsFound) {
  ParseResult result = Parse(R"({"a":1,"a":2})");
  EXPECT_EQ(std::get<Document>(result).root().Find("a")->number(), "2");
}

TEST(ParseTest, PositionCountsLinesAndBytes) {
  EXPECT_EQ(PositionOf("ab\ncd", 0).line, 1U);
  EXPECT_EQ(PositionOf("ab\ncd", 4).line, 2U);
  EXPECT_EQ(PositionOf("ab\ncd", 4).column, 2U);
}

TEST(ParseTest, DocumentOutlivesItsMove) {
  Document moved;
  {
    ParseResult result = Parse(R"({"a":["x\ny",1]})");
    moved = std::get<Document>(std::move(result));
  }
  EXPECT_EQ(ToText(moved.root()), R"({"a":["x\ny",1]})");
}

}  // namespace
}  // namespace extractd::json
