#include "server/json/tolerant.h"

#include <ctime>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/json/write.h"
#include "tests/fakes/hostile_texts.h"
#include "tests/unit/json/describe_repairs.h"

namespace extractd::json {
namespace {

std::string JsonOf(std::string_view text) {
  const TolerantResult result = ParseTolerant(text);
  return result.document.has_value() ? ToText(result.document->root()) : "none";
}

TEST(TolerantTest, StrictJsonIsReadWithoutRepairs) {
  for (const std::string_view text : {
           R"({"a":[1,{"b":null}],"</think>":"```"})",
           R"(["// no comment", "<think>"])",
           R"("{\"a\":1}")",
           "-1.5e3",
           "true",
           "[]",
       }) {
    const TolerantResult result = ParseTolerant(text);
    ASSERT_TRUE(result.document.has_value()) << text;
    const ParseResult strict = ParseView(text);
    EXPECT_TRUE(Equal(result.document->root(), std::get<Document>(strict).root())) << text;
    EXPECT_EQ(DescribeRepairs(result.repairs), "") << text;
    EXPECT_FALSE(result.truncated) << text;
  }
}

TEST(TolerantTest, AnAnswerAsModelsWriteIt) {
  const TolerantResult result = ParseTolerant(
      "<think>The user wants {name, age}.</think>\n"
      "Here's the person you asked for:\n"
      "```json\n"
      "{\n"
      "  name: 'O'Brien',   // from the header\n"
      "  \"age\": 42,\n"
      "  \"active\": True,\n"
      "  \"tags\": [\"a\" \"b\",],\n"
      "}\n"
      "```\n"
      "Let me know!"
  );
  ASSERT_TRUE(result.document.has_value()) << result.error;
  EXPECT_EQ(
      ToText(result.document->root()),
      R"({"name":"O'Brien","age":42,"active":true,"tags":["a","b"]})"
  );
  EXPECT_EQ(
      DescribeRepairs(result.repairs),
      "think : <think>The user wants {name, age}.</think> -> \n"
      "prose : Here's the person you asked for: -> \n"
      "fence : ```json … ``` -> \n"
      "unquoted_key /name: name -> \"name\"\n"
      "quote /name: 'O'Brien' -> \"O'Brien\"\n"
      "comment : // from the header -> \n"
      "literal /active: True -> true\n"
      "missing_comma /tags:  -> ,\n"
      "trailing_comma /tags: , -> \n"
      "trailing_comma : , -> \n"
      "prose : Let me know! -> "
  );
}

TEST(TolerantTest, ErrorsNameThePlace) {
  const TolerantResult broken = ParseTolerant("So: {\"a\":1,\"b\":,;}");
  EXPECT_FALSE(broken.document.has_value());
  EXPECT_EQ(broken.error, "expected a value");
  EXPECT_EQ(broken.error_offset, 15U);
  EXPECT_FALSE(broken.truncated);

  EXPECT_EQ(ParseTolerant("I cannot do that.").error, "no JSON value in the text");
  EXPECT_EQ(ParseTolerant("").error, "no JSON value in the text");
}

TEST(TolerantTest, ATruncatedValueIsSaidToBe) {
  const TolerantResult result = ParseTolerant("Sure: {\"a\":1,\"b\":\"x");
  EXPECT_TRUE(result.truncated);
  EXPECT_EQ(result.error_offset, 19U);
  EXPECT_EQ(ToText(result.document->root()), R"({"a":1,"b":"x"})");
  EXPECT_EQ(result.repairs.back().kind, repair_kind::kTruncated);
  EXPECT_FALSE(result.repairs.back().lossless);
}

TEST(TolerantTest, AThinkBlockWithoutAnAnswerIsTruncated) {
  const TolerantResult result = ParseTolerant("<think>Let me see. {\"a\":1}? Or");
  EXPECT_TRUE(result.truncated);
  EXPECT_FALSE(result.document.has_value());
  EXPECT_EQ(result.error, "the text ends inside a think block");
}

TEST(TolerantTest, AThinkBlockThatEndsInsideAnOpenValueIsAnError) {
  const TolerantResult result = ParseTolerant("`j``\n```x\n[\"```\", `\t</thinking>`\b```");
  EXPECT_FALSE(result.document.has_value());
  EXPECT_EQ(result.error, "a think block ends inside a value");
}

TEST(TolerantTest, MoreThanTheAllowedChangesAreAnError) {
  std::string keys = "{";
  for (size_t i = 0; i < kMaxRepairs; ++i) keys += "k" + std::to_string(i) + ":1,\n";
  keys.resize(keys.size() - 2);
  EXPECT_EQ(ParseTolerant(keys + "}").repairs.size(), kMaxRepairs);
  EXPECT_EQ(ParseTolerant(keys + ",}").error, "needs more than 1000 changes");
  EXPECT_EQ(ParseTolerant("So: " + keys + "}").error, "needs more than 1000 changes");
}

TEST(TolerantTest, LongNamesAndTextsAreCutInRepairs) {
  const std::string name(100'000, 'k');
  const TolerantResult result = ParseTolerant("{" + name + ":{'a':'" + name + "'}}");
  ASSERT_EQ(result.repairs.size(), 3U);
  for (const Repair& repair : result.repairs) {
    EXPECT_EQ(repair.path, "") << "the name is too long for a pointer";
    EXPECT_LE(repair.before.size(), kMaxRepairTextBytes);
    EXPECT_LE(repair.after.size(), kMaxRepairTextBytes);
  }
}

TEST(TolerantTest, TheResultIsStrictJson) {
  for (const std::string_view text : {
           "{'a':'\xFF','b':\"\\ud83d\\\n\\ude00\",'c':007,'a':[.5,5.,0xF]}",
           "{'\\ud83d':1,\"\\ud83d\":2}",
           "[NaN,-Infinity,undefined,None]",
       }) {
    const std::string json = JsonOf(text);
    const ParseResult again = ParseView(json, {.duplicate_keys = DuplicateKeys::kReject});
    EXPECT_TRUE(std::holds_alternative<Document>(again)) << json;
  }
}

TEST(TolerantTest, HostileTextsAreReadInOnePass) {
  for (const std::string& text : fakes::HostileTexts(200'000)) {
    const std::clock_t start = std::clock();
    const TolerantResult result = ParseTolerant(text);
    const auto cpu_seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    EXPECT_LE(result.repairs.size(), kMaxRepairs);
    // Quadratic work would take much longer, with sanitizers most of all.
    EXPECT_LT(cpu_seconds, 3) << text.substr(0, 20);
  }
}

}  // namespace
}  // namespace extractd::json
