#include "server/schema/verdict.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/json/describe_repairs.h"
#include "tests/unit/schema/schema_test.h"

namespace extractd::schema {
namespace {

using json::MaxLoss;

// A schema that wants an object with an integer "a".
IssueList WantsA(const json::Value& value) {
  const json::Value* a = value.Find("a");
  if (a != nullptr && a->is_number()) return {};
  return {
      .listed = {{.path = "/a", .keyword = "type", .message = "expected a number"}}, .total = 1
  };
}

Verdict JudgeText(std::string_view text, MaxLoss max_loss = MaxLoss::kLossless) {
  return Judge(WantsA, text, max_loss);
}

// The only issue, which is one of syntax; its message.
std::string SyntaxIssue(const Verdict& verdict) {
  EXPECT_FALSE(verdict.valid);
  EXPECT_EQ(verdict.issues.total, 1U);
  EXPECT_EQ(verdict.json, "");
  EXPECT_TRUE(verdict.repairs.empty());
  if (verdict.issues.listed.size() != 1) return "not one issue";
  EXPECT_EQ(verdict.issues.listed[0].keyword, "syntax");
  EXPECT_EQ(verdict.issues.listed[0].expected, "one JSON value");
  return verdict.issues.listed[0].message;
}

TEST(VerdictTest, AGoodAnswerComesBackByteForByte) {
  for (const MaxLoss max_loss : {MaxLoss::kNone, MaxLoss::kLossless, MaxLoss::kLossy}) {
    const Verdict verdict = JudgeText("\n { \"a\" : 1.0,\t\"b\":\"\\u00fc\" }\r\n", max_loss);
    EXPECT_TRUE(verdict.valid);
    EXPECT_EQ(verdict.json, "{ \"a\" : 1.0,\t\"b\":\"\\u00fc\" }");
    EXPECT_TRUE(verdict.repairs.empty());
    EXPECT_TRUE(verdict.issues.empty());
    EXPECT_FALSE(verdict.truncated);
    EXPECT_GT(verdict.parse_time.count(), 0);
  }
}

TEST(VerdictTest, AStrictAnswerThatBreaksTheSchemaIsNotRepaired) {
  const Verdict verdict = JudgeText(R"({"b":"{\"a\":1}"})", MaxLoss::kLossy);
  EXPECT_FALSE(verdict.valid);
  EXPECT_EQ(verdict.json, R"({"b":"{\"a\":1}"})");
  EXPECT_TRUE(verdict.repairs.empty());
  ASSERT_EQ(verdict.issues.listed.size(), 1U);
  EXPECT_EQ(verdict.issues.listed[0].keyword, "type");
}

TEST(VerdictTest, LosslessRepairsAreAppliedAndListed) {
  const Verdict verdict = JudgeText("Sure:\n```json\n{'a': 1,}\n```");
  EXPECT_TRUE(verdict.valid);
  EXPECT_EQ(verdict.json, R"({"a":1})");
  EXPECT_EQ(
      json::DescribeRepairs(verdict.repairs),
      "prose : Sure: -> \nfence : ```json … ``` -> \nquote /a: 'a' -> \"a\"\ntrailing_comma : , -> "
  );
}

TEST(VerdictTest, ARepairedAnswerMayStillBreakTheSchema) {
  const Verdict verdict = JudgeText("{'b': 1}");
  EXPECT_FALSE(verdict.valid);
  EXPECT_EQ(verdict.json, R"({"b":1})");
  EXPECT_EQ(verdict.repairs.size(), 1U);
  EXPECT_EQ(verdict.issues.listed[0].keyword, "type");
}

TEST(VerdictTest, WithoutRepairsOnlyStrictJsonCounts) {
  const Verdict verdict = JudgeText("\n{\"a\": 1,\n 'b': 2}", MaxLoss::kNone);
  EXPECT_EQ(
      SyntaxIssue(verdict),
      "the answer is not JSON: expected a member name in double quotes at line 3, column 2; send "
      "one "
      "JSON value and nothing else"
  );
  EXPECT_EQ(verdict.issues.listed[0].found, R"("'b': 2}")");
}

TEST(VerdictTest, ALossAboveTheLimitIsAnIssue) {
  EXPECT_EQ(
      SyntaxIssue(JudgeText(R"({"a":1,"a":2,'b':007})")),
      "the answer is JSON only with changes that lose data (duplicate_key at /a, number_form at "
      "/b); "
      "send one strict JSON value and nothing else"
  );
  EXPECT_EQ(
      SyntaxIssue(JudgeText("{\"a\":1} or {\"a\":2}")),
      "the answer is JSON only with changes that lose data (candidate around the value); send one "
      "strict JSON value and nothing else"
  );
  EXPECT_NE(SyntaxIssue(JudgeText("007")).find("(number_form at its root)"), std::string::npos);
  EXPECT_NE(
      SyntaxIssue(JudgeText("[01,02,03,04,05,06,07]")).find("number_form at /4 and 2 more)"),
      std::string::npos
  );
}

TEST(VerdictTest, ALossWithinTheLimitIsApplied) {
  const Verdict verdict = JudgeText(R"({"a":1,"a":2})", MaxLoss::kLossy);
  EXPECT_TRUE(verdict.valid);
  EXPECT_EQ(verdict.json, R"({"a":2})");
  EXPECT_EQ(json::DescribeRepairs(verdict.repairs), "duplicate_key /a: 1 -> 2 (lossy)");
}

TEST(VerdictTest, EqualDuplicatesAreNoLoss) {
  EXPECT_EQ(JudgeText(R"({"a":1,"a":1.0})").json, R"({"a":1.0})");
  EXPECT_TRUE(JudgeText(R"({"a":1,"a":1.0})").valid);
}

TEST(VerdictTest, DuplicatesAreNotStrictJson) {
  EXPECT_NE(
      SyntaxIssue(JudgeText(R"({"a":1,"a":1})", MaxLoss::kNone)).find("duplicate member name"),
      std::string::npos
  );
}

TEST(VerdictTest, HalvesOfSurrogatePairsAreAnIssueThatNamesTheirPlace) {
  for (const MaxLoss max_loss : {MaxLoss::kNone, MaxLoss::kLossless}) {
    EXPECT_EQ(
        SyntaxIssue(JudgeText(R"({"a":1,"b":["\ud800"]})", max_loss)),
        "a string at /b/0 has half of a surrogate pair, which is no character"
    );
  }
}

TEST(VerdictTest, HalvesOfSurrogatePairsMayBeLost) {
  const Verdict verdict =
      JudgeText(R"({ "a":1, "b":["\ud800"], "c":"\udc00\n" })", MaxLoss::kLossy);
  EXPECT_TRUE(verdict.valid);
  EXPECT_EQ(verdict.json, "{ \"a\":1, \"b\":[\"\xEF\xBF\xBD\"], \"c\":\"\xEF\xBF\xBD\\n\" }");
  EXPECT_EQ(
      json::DescribeRepairs(verdict.repairs),
      "unpaired_surrogate /b/0: \"\\ud800\" -> \"\xEF\xBF\xBD\" (lossy)\n"
      "unpaired_surrogate /c: \"\\udc00\\n\" -> \"\xEF\xBF\xBD\\n\" (lossy)"
  );
}

TEST(VerdictTest, NamesThatDifferInHalvesOfSurrogatePairsAreNotMerged) {
  for (const MaxLoss max_loss : {MaxLoss::kNone, MaxLoss::kLossless, MaxLoss::kLossy}) {
    const Verdict verdict =
        JudgeText(R"({"a":1,"b":["\ud800",{"n\ud800":2,"n\udc00":3}]})", max_loss);
    EXPECT_EQ(
        SyntaxIssue(verdict),
        "two member names at /b/1/n\xEF\xBF\xBD differ only in halves of surrogate pairs, which "
        "are "
        "no characters"
    );
    EXPECT_FALSE(verdict.valid);
    EXPECT_TRUE(verdict.json.empty() && verdict.repairs.empty()) << "nothing is merged";
  }
}

TEST(VerdictTest, ANameThatBecomesAnothersByItsMendingIsNotMergedEither) {
  EXPECT_NE(
      SyntaxIssue(JudgeText("{\"n\xEF\xBF\xBD\":1,\"n\\ud800\":1}", MaxLoss::kLossy)).find("two"),
      std::string::npos
  );
}

TEST(VerdictTest, MoreHalvesOfSurrogatePairsThanRepairsAreNotMended) {
  std::string text = R"({"a":1,"b":[)";
  for (size_t i = 0; i <= json::kMaxRepairs; ++i) text += R"("\ud800",)";
  text.back() = ']';
  EXPECT_NE(SyntaxIssue(JudgeText(text + "}", MaxLoss::kLossy)).find("at /b/0"), std::string::npos);
}

TEST(VerdictTest, AnAnswerThatEndsOpenIsTruncatedAndNeverClosed) {
  for (const MaxLoss max_loss : {MaxLoss::kNone, MaxLoss::kLossless, MaxLoss::kLossy}) {
    for (const std::string_view text :
         {"{\"a\":1", "{\"a\":1,", "{\"a\":1,\"b\":\"x", "{\"a\":tru", "\"x"}) {
      const Verdict verdict = JudgeText(text, max_loss);
      EXPECT_TRUE(verdict.truncated) << text;
      EXPECT_NE(SyntaxIssue(verdict).find("ends before its JSON is complete"), std::string::npos)
          << text;
    }
  }
}

TEST(VerdictTest, ADamagedAnswerThatEndsOpenIsTruncatedToo) {
  for (const std::string_view text : {"Sure: {'a':1", "```json\n{\"a\":1,", "<think>Let me see"}) {
    const Verdict verdict = JudgeText(text, MaxLoss::kLossy);
    EXPECT_TRUE(verdict.truncated) << text;
    EXPECT_FALSE(verdict.valid) << text;
  }
  EXPECT_EQ(
      SyntaxIssue(JudgeText("Sure:\n{'a':1")),
      "the answer ends before its JSON is complete, at line 2, column 7; send all of it"
  );
}

TEST(VerdictTest, ProseWithAStrayBraceIsNotTruncated) {
  const Verdict verdict = JudgeText(R"({"a":1} and a { brace)");
  EXPECT_TRUE(verdict.valid);
  EXPECT_FALSE(verdict.truncated);
}

TEST(VerdictTest, AnEmptyAnswerSaysSo) {
  EXPECT_EQ(SyntaxIssue(JudgeText("")), "the answer is empty; send one JSON value");
  EXPECT_EQ(SyntaxIssue(JudgeText(" \n")), "the answer is empty; send one JSON value");
}

TEST(VerdictTest, AnAnswerWithoutJsonSaysSo) {
  EXPECT_EQ(
      SyntaxIssue(JudgeText("I cannot help with that.")),
      "the answer is not JSON: no JSON value in the text at line 1, column 1; send one JSON value "
      "and "
      "nothing else"
  );
}

TEST(VerdictTest, ARealSchemaJudgesTheAnswer) {
  const auto schema = CompileOrDie(
      R"({"properties":{"born":{"type":"string","format":"date"}},"required":["born"]})"
  );
  EXPECT_TRUE(Judge(*schema, R"({"born":"1815-12-10"})").valid);

  const Verdict repaired = Judge(*schema, "Here: {born: '1815-12-10',}");
  EXPECT_TRUE(repaired.valid);
  EXPECT_EQ(repaired.json, R"({"born":"1815-12-10"})");

  const Verdict bad = Judge(*schema, R"({"born":"in December"})");
  EXPECT_FALSE(bad.valid);
  ASSERT_EQ(bad.issues.listed.size(), 1U);
  EXPECT_EQ(bad.issues.listed[0].path, "/born");
  EXPECT_EQ(
      bad.issues.listed[0].message, "expected text of the format \"date\", got \"in December\""
  );
  EXPECT_GT(bad.validate_time.count(), 0);
  EXPECT_TRUE(Judge(*schema, R"({"born":"in December"})", {.assert_formats = false}).valid);
}

TEST(VerdictTest, AnAnswerToALoweredSchemaIsJudgedInTheCallersForm) {
  const auto schema = *Compile(
      R"({"type":"object","properties":{"a":{"type":"integer","minimum":1},"b":{"type":"string"}},)"
      R"("required":["a"]})"
  );
  const lower::Lowered lowered = lower::Lower(schema->root(), *lower::FindSubset("openai_strict"));
  const JudgeOptions options = {.lowered = &lowered};
  const Verdict good = Judge(*schema, R"({"a": 1.0, "b": null})", options);
  EXPECT_TRUE(good.valid);
  EXPECT_EQ(good.json, R"({"a":1.0})");
  const Verdict bad = Judge(*schema, R"({"a": 0, "b": null})", options);
  ASSERT_EQ(bad.issues.total, 1U);
  EXPECT_EQ(bad.issues.listed[0].path, "/a");
  EXPECT_EQ(bad.json, R"({"a":0})");
}

}  // namespace
}  // namespace extractd::schema
