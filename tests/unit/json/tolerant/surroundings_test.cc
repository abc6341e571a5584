#include "server/json/tolerant/surroundings.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/json/describe_repairs.h"

namespace extractd::json {
namespace {

std::string RepairsOf(std::string_view text) {
  return DescribeRepairs(ListRepairs(text, FindAnswer(text)));
}

TEST(SurroundingsTest, WhiteSpaceAroundIsNoRepair) {
  EXPECT_EQ(RepairsOf(" \n{\"a\":1}\t\n"), "");
}

TEST(SurroundingsTest, ProseBeforeAndAfter) {
  EXPECT_EQ(RepairsOf("Sure!\n{\"a\":1} Done. "), "prose : Sure! -> \nprose : Done. -> ");
}

TEST(SurroundingsTest, LongProseIsCut) {
  const std::string prose(1000, 'x');
  EXPECT_EQ(
      RepairsOf(prose + "{\"a\":1}"), "prose : " + prose.substr(0, kMaxRepairTextBytes) + " -> "
  );
}

TEST(SurroundingsTest, FencesAreShownWithAnEllipsis) {
  EXPECT_EQ(RepairsOf("```json\n{\"a\":1}\n```"), "fence : ```json … ``` -> ");
  EXPECT_EQ(RepairsOf("````\n{\"a\":1}"), "fence : ```` … -> ");
}

TEST(SurroundingsTest, InTheOrderOfTheText) {
  EXPECT_EQ(
      RepairsOf("<think>Hm</think>\nSo:\n```\n/* x */ {a:1}\n# y\n```\nDone."),
      "think : <think>Hm</think> -> \n"
      "prose : So: -> \n"
      "fence : ``` … ``` -> \n"
      "comment : /* x */ -> \n"
      "unquoted_key /a: a -> \"a\"\n"
      "comment : # y -> \n"
      "prose : Done. -> "
  );
}

TEST(SurroundingsTest, CommentsAreNoProse) {
  EXPECT_EQ(RepairsOf("// a\n{\"a\":1} /* b */"), "comment : // a -> \ncomment : /* b */ -> ");
}

TEST(SurroundingsTest, AByteOrderMarkIsWhiteSpace) {
  EXPECT_EQ(RepairsOf("\uFEFF{\"a\":1}"), "white_space : \uFEFF -> ");
}

TEST(SurroundingsTest, OpenThinkBlocksEndAtTheValue) {
  EXPECT_EQ(RepairsOf("<think>Hm {\"a\":1}"), "think : <think>Hm  -> ");
  EXPECT_EQ(RepairsOf("{\"a\":1} <think>Hm"), "think : <think>Hm -> ");
  EXPECT_EQ(RepairsOf("{\"a\":\"\"}<think>\",\"b\":2}"), "think : <think>\",\"b\":2} ->  (lossy)")
      << "or was it part of the string?";
}

TEST(SurroundingsTest, AnotherCandidateIsALoss) {
  EXPECT_EQ(
      RepairsOf("{\"a\":1} or {\"a\":2}"), "candidate : {\"a\":1} ->  (lossy)\nprose : or -> "
  );
  EXPECT_EQ(
      RepairsOf("```\n{\"a\":1}\n```\nor\n```\n{\"a\":2}\n```"),
      "prose : ``` -> \ncandidate : {\"a\":1} ->  (lossy)\nprose : ```\nor -> \nfence : ``` … ``` "
      "-> "
  );
  EXPECT_EQ(
      RepairsOf("```\n{\"a\":2}\n```\nlike {\"a\":1}"),
      "fence : ``` … ``` -> \nprose : like -> \ncandidate : {\"a\":1} ->  (lossy)"
  );
  EXPECT_EQ(RepairsOf(R"({"a":1} {"a":2)"), "candidate : {\"a\":2 ->  (lossy)");
  EXPECT_EQ(RepairsOf(R"({"a":;,;} {"a":2})"), "candidate : {\"a\":;,;} ->  (lossy)");
}

TEST(SurroundingsTest, AListSaysSoAndShowsWhereItsRepairsWere) {
  EXPECT_EQ(RepairsOf("{\"a\":1},\n{'b':2}"), "list :  -> […]\nquote /1/b: 'b' -> \"b\"");
}

TEST(SurroundingsTest, ARepeatedCandidateIsNoLoss) {
  EXPECT_EQ(RepairsOf("{\"a\":1} again {\"a\":1}"), "candidate : {\"a\":1} -> \nprose : again -> ");
}

TEST(SurroundingsTest, ADraftBeforeTheFenceIsNoLoss) {
  EXPECT_EQ(
      RepairsOf("Say {\"a\":1}:\n```\n{\"a\":2}\n```"),
      "prose : Say -> \ncandidate : {\"a\":1} -> \nprose : : -> \nfence : ``` … ``` -> "
  );
}

TEST(SurroundingsTest, ArraysOfPlainValuesInProseAreNoLoss) {
  EXPECT_EQ(RepairsOf("{\"a\":1} as in [1]."), "prose : as in [1]. -> ");
}

TEST(SurroundingsTest, ThoughtsWithAnotherCandidateAreNoLoss) {
  EXPECT_EQ(RepairsOf("{\"a\":2} or</think>{\"a\":1}"), "think : {\"a\":2} or</think> -> ");
  EXPECT_EQ(
      RepairsOf("Hm {\"a\":2, or</think>{\"a\":1}"),
      "think : Hm  -> \ncandidate : {\"a\":2, or</think> ->  (lossy)"
  ) << "but a value that only may have been thought is one";
}

TEST(SurroundingsTest, PartsOfAValueAroundTheChosenOneAreALoss) {
  EXPECT_EQ(RepairsOf(R"({"a":{"b":1}},"c":2})"), "prose : ,\"c\":2} ->  (lossy)");
  EXPECT_EQ(RepairsOf(R"([foo, {"a":1}])"), "prose : [foo, ->  (lossy)\nprose : ] -> ");
  EXPECT_EQ(RepairsOf("{\"a\":1} // \"b\":2}"), "comment : // \"b\":2} ->  (lossy)");
  EXPECT_EQ(RepairsOf(R"([{"a":1}], "b"])"), "prose : , \"b\"] ->  (lossy)");
}

TEST(SurroundingsTest, AClosingBracketTooManyMayStandInTheWrongPlace) {
  EXPECT_EQ(RepairsOf(R"({"a":{"b":1},"c":2}})"), "prose : } ->  (lossy)")
      << "was it {\"a\":{\"b\":1,\"c\":2}}?";
  EXPECT_EQ(RepairsOf(R"("a":[1]})"), "prose : \"a\": -> \nprose : } ->  (lossy)");
}

TEST(SurroundingsTest, ATitleIsNoLoss) {
  EXPECT_EQ(RepairsOf(R"(For "Ann": {"a":1})"), "prose : For \"Ann\": -> ");
}

TEST(SurroundingsTest, BracketsAloneAreNoLoss) {
  EXPECT_EQ(RepairsOf(R"({ {"a":1}})"), "prose : { -> \nprose : } -> ");
  EXPECT_EQ(RepairsOf(R"({ {"a":[1]}})"), "prose : { -> \nprose : } -> ");
  EXPECT_EQ(RepairsOf(R"({"a":1}})"), "prose : } -> ");
  EXPECT_EQ(RepairsOf(R"({about} [x] {"a":1} {y})"), "prose : {about} [x] -> \nprose : {y} -> ");
}

}  // namespace
}  // namespace extractd::json
