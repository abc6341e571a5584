#include "server/json/tolerant/answer_search.h"

#include <string>

#include <gtest/gtest.h>

#include "server/json/write.h"

namespace extractd::json {
namespace {

// The value that is chosen, as JSON; "open" or "broken" before one that is; "none".
std::string Choice(std::string_view text) {
  const Answer answer = FindAnswer(text);
  std::string choice;
  for (const size_t index : answer.chosen) {
    const Candidate& chosen = answer.candidates[index];
    if (!choice.empty()) choice += " and ";
    if (chosen.reading.ending == Ending::kOpen) choice += "open ";
    choice += chosen.reading.ending == Ending::kBroken ? "broken" : ToText(chosen.document.root());
  }
  return choice.empty() ? "none" : choice;
}

bool IsFenced(std::string_view text) {
  const Answer answer = FindAnswer(text);
  return answer.candidates[answer.chosen.at(0)].fenced;
}

TEST(AnswerSearchTest, ProseAroundTheValue) {
  EXPECT_EQ(Choice(R"(Sure! {"a":1} Anything else?)"), R"({"a":1})");
  EXPECT_EQ(Choice("Here it is:\n[{\"a\":1}]"), R"([{"a":1}])");
  EXPECT_EQ(Choice("There's no JSON here."), "none");
  EXPECT_EQ(Choice(""), "none");
}

TEST(AnswerSearchTest, BracketsAndApostrophesInProseAreNoCandidates) {
  EXPECT_EQ(Choice(R"(It's {about} the dog's {name, age}: {"a":1})"), R"({"a":1})");
  EXPECT_EQ(Choice(R"(As [see below] and ['tis said: {"a":1})"), R"({"a":1})");
  EXPECT_EQ(Choice(R"(Use { and /* in C, {"a":1})"), R"({"a":1})");
  EXPECT_EQ(Choice(R"({{"a":1}})"), R"({"a":1})");
  EXPECT_EQ(Choice(R"({"a":1} and a stray { at the end)"), R"({"a":1})");
  EXPECT_EQ(Choice(R"({"a":1} {)"), R"({"a":1})");
}

TEST(AnswerSearchTest, CodeFencesOfAnyKind) {
  for (const std::string_view text : {
           "```json\n{\"a\":1}\n```",
           "```\n{\"a\":1}\n```",
           "```python\n{\"a\":1}\n```",
           "```{\"a\":1}```",
           "```json {\"a\":1} ```",
           "Text\n\n ```JSON5 title=x\n{\"a\":1}",
           "```jsonc\n// note\n{\"a\":1} /* done */\n```",
       }) {
    EXPECT_EQ(Choice(text), R"({"a":1})") << text;
    EXPECT_TRUE(IsFenced(text)) << text;
  }
}

TEST(AnswerSearchTest, AClosingFenceOpensNothing) {
  const std::string_view text = "```python\nx = 1\n``` Result: {\"a\":1}";
  EXPECT_EQ(Choice(text), R"({"a":1})");
  EXPECT_FALSE(IsFenced(text));
}

TEST(AnswerSearchTest, HeadingsAreNoComments) {
  EXPECT_EQ(Choice("# Answer: {\"a\":1}"), R"({"a":1})");
  EXPECT_EQ(Choice("# Answer\n{\"a\":1}"), R"({"a":1})");
  EXPECT_EQ(Choice("// like {\"a\":2}\n{\"a\":1}"), R"({"a":1})");
}

TEST(AnswerSearchTest, FenceMarksInStringsAreText) {
  const std::string_view text = "```json\n{\"a\":\"```\\n[1]\\n```\"}\n```";
  EXPECT_EQ(Choice(text), "{\"a\":\"```\\n[1]\\n```\"}");
  EXPECT_EQ(Choice("{\"a\":\"x\n```\ny\"}"), "{\"a\":\"x\\n```\\ny\"}");
}

TEST(AnswerSearchTest, TheLastOfEqualsIsChosen) {
  EXPECT_EQ(Choice(R"({"a":1} or {"a":2} or {"a":3})"), R"({"a":3})");
  EXPECT_EQ(Choice("```\n{\"a\":1}\n```\nBetter:\n```\n{\"a\":2}\n```"), R"({"a":2})");
}

TEST(AnswerSearchTest, AFencedValueComesBeforeOneInProse) {
  EXPECT_EQ(Choice("Like {\"a\":1}:\n```\n{\"a\":2}\n```"), R"({"a":2})");
  EXPECT_EQ(Choice("```\n{\"a\":2}\n```\nas in {\"a\":1}"), R"({"a":2})");
  EXPECT_EQ(Choice("```\nx = {\"a\":1}\n```\n{\"a\":2}"), R"({"a":2})") << "not the whole fence";
}

TEST(AnswerSearchTest, AScrapDoesNotBeatAWholeValue) {
  EXPECT_EQ(Choice(R"({"a":1} as shown in [1] and {})"), R"({"a":1})");
  EXPECT_EQ(Choice("{\"a\":[\"x\"]}\nThe tags:\n```\n[\"x\"]\n```"), R"({"a":["x"]})");
  EXPECT_EQ(Choice(R"({"a":1} {"a":2,"b":)"), R"({"a":1})");
  EXPECT_EQ(Choice(R"({"a":1} {"a":2,"b":})"), R"({"a":1})");
}

TEST(AnswerSearchTest, AScrapOfADamagedAnswerIsNotTaken) {
  EXPECT_EQ(Choice(R"({"a":;,"b":{"c":1},;})"), "broken");
  EXPECT_EQ(Choice(R"(See [1]. {"a":1,;,"b":[1]})"), "broken");
  EXPECT_EQ(Choice(R"(["a",:,["b"}])"), "broken");
  EXPECT_EQ(Choice(R"(See [1]. {"a":1,"b":tru)"), R"(open {"a":1})");
}

TEST(AnswerSearchTest, ACompleteValueBehindABrokenOneIsFound) {
  EXPECT_EQ(Choice(R"({"a":[@@, "}"]} Again: {"a":1})"), R"({"a":1})");
}

TEST(AnswerSearchTest, WhatIsMeantAsJsonIsGuessedAt) {
  EXPECT_EQ(Choice(R"({"a":@@,"b":{"c":1}})"), R"({"a":"@@","b":{"c":1}})");
  EXPECT_EQ(Choice(R"(["a",x,["b"]])"), R"(["a","x",["b"]])") << "quotes are doubted last";
  EXPECT_EQ(Choice(R"(It's [a, b]. {"a":"say "hi" now"})"), R"({"a":"say \"hi\" now"})");
  EXPECT_EQ(Choice("as [see, below] and {this, too}"), "none");
}

TEST(AnswerSearchTest, ATextOfValuesIsTheirList) {
  EXPECT_EQ(Choice("{\"a\":1}\n{\"a\":2}\n"), R"({"a":1} and {"a":2})");
  EXPECT_EQ(Choice(R"({"a":1}, [2],)"), R"({"a":1} and [2])");
  EXPECT_EQ(Choice(R"({"a":1},, [2])"), R"({"a":1})") << "one may be missing";
  EXPECT_EQ(Choice(R"({"a":1}; {"a":2})"), R"({"a":2})");
}

TEST(AnswerSearchTest, OpenValues) {
  EXPECT_EQ(Choice(R"(Sure: {"a":1,"b":[2)"), R"(open {"a":1,"b":[2]})");
  EXPECT_EQ(Choice("Sure: {"), "open {}");
  EXPECT_EQ(Choice("```json\n{\"a\":1\n```\nDone."), R"(open {"a":1})");
}

TEST(AnswerSearchTest, ThinkBlocksAreSkipped) {
  EXPECT_EQ(Choice(R"(<think>Maybe {"a":2}</think>{"a":1})"), R"({"a":1})");
  EXPECT_EQ(Choice(R"({"a":1}<thinking>or {"a":2}?</thinking>)"), R"({"a":1})");
  EXPECT_EQ(Choice("<think>it's</think>\n<think>b</think>\n\"text\""), "\"text\"");
  EXPECT_EQ(Choice(R"(<think>{"a":2}</think>)"), "none");
}

TEST(AnswerSearchTest, ThinkTagsInsideAValueAreText) {
  EXPECT_EQ(Choice(R"({'a':"<think>x</think>"})"), R"({"a":"<think>x</think>"})");
  EXPECT_EQ(Choice(R"(Sure: {"a":"</think>","b":{"c":1}})"), R"({"a":"</think>","b":{"c":1}})");
}

TEST(AnswerSearchTest, AllBeforeALoneEndTagWasThought) {
  EXPECT_EQ(Choice(R"(So {"a":2} it is.</think>{"a":1})"), R"({"a":1})");
  EXPECT_EQ(Choice(R"(So {"a":2, it is "</think>{"a":1})"), R"({"a":1})") << "inside a candidate";
  EXPECT_EQ(Choice(R"(So {"a":2}.</think> I can't.)"), "none");
}

TEST(AnswerSearchTest, InAnOpenThinkBlockOnlyAValueAtTheEndCounts) {
  EXPECT_EQ(Choice("<think>So {\"a\":2}, no:\n```\n{\"a\":1}\n```\n"), R"({"a":1})");
  EXPECT_EQ(Choice(R"(<think>So {"a":2}, or)"), "none");
  EXPECT_EQ(Choice(R"(<think>So {"a":)"), "none");
  EXPECT_EQ(Choice(R"({"a":1} <think>So {"a":2}, or)"), R"({"a":1})");
  EXPECT_TRUE(FindAnswer("<think>So").ends_in_thoughts);
}

TEST(AnswerSearchTest, TooManyCandidatesEndTheSearch) {
  std::string text;
  for (size_t i = 0; i < kMaxCandidates; ++i) text += "{\"a\":1}\n";
  EXPECT_FALSE(FindAnswer(text).crowded);
  EXPECT_TRUE(FindAnswer(text + "[1]").crowded);
}

TEST(AnswerSearchTest, ATextMayBeAScalar) {
  EXPECT_EQ(Choice("'a {b:1} c'"), R"("a {b:1} c")");
  EXPECT_EQ(Choice("True\n"), "true");
  EXPECT_EQ(Choice("// five\n+5"), "5");
  EXPECT_EQ(Choice("```\n.5\n```"), "0.5");
  EXPECT_EQ(Choice("\"a\nb"), "open \"a\\nb\"");
  EXPECT_EQ(Choice("2.5e"), "open 2.5");
  EXPECT_EQ(Choice("\"Sure: {'a':1}"), R"({"a":1})");
  EXPECT_EQ(Choice("\"Yes\" he said"), "none");
  EXPECT_EQ(Choice("'tis nothing"), "none");
  EXPECT_EQ(Choice("5 apples"), "none");
}

}  // namespace
}  // namespace extractd::json
