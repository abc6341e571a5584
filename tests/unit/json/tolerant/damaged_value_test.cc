#include "server/json/tolerant/damaged_value.h"

#include <string>

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/json/tolerant.h"
#include "server/json/write.h"
#include "tests/unit/json/describe_repairs.h"

namespace extractd::json {
namespace {

struct Outcome {
  Reading reading = {};
  std::string json = {};  // "none" if the value is broken
  std::string repairs = {};
};

Outcome Read(std::string_view text, Guess guess = Guess::kNothing) {
  Builder builder;
  DamagedValueReader reader(text, builder);
  Outcome outcome = {.reading = reader.Read(0, guess), .json = "none"};
  if (outcome.reading.ending != Ending::kBroken) outcome.json = ToText(builder.Finish().root());
  outcome.repairs = DescribeRepairs(reader.TakeRepairs());
  return outcome;
}

void ExpectRepaired(
    std::string_view text,
    std::string_view json,
    std::string_view repairs,
    Guess guess = Guess::kNothing
) {
  const Outcome outcome = Read(text, guess);
  EXPECT_EQ(outcome.reading.ending, Ending::kComplete) << text << ": " << outcome.reading.error;
  EXPECT_EQ(outcome.reading.end, text.size()) << text;
  EXPECT_EQ(outcome.json, json) << text;
  EXPECT_EQ(outcome.repairs, repairs) << text;
}

void ExpectBroken(std::string_view text, size_t end, std::string_view error) {
  const Outcome outcome = Read(text);
  EXPECT_EQ(outcome.json, "none") << text;
  EXPECT_EQ(outcome.reading.end, end) << text;
  EXPECT_EQ(outcome.reading.error, error) << text;
}

TEST(DamagedValueTest, StrictJsonNeedsNoRepair) {
  const std::string text = R"({"a":[1,-0.5e3,"x\n",true,false,null],"b":{},"c":[]})";
  ExpectRepaired(text, text, "");
}

TEST(DamagedValueTest, TrailingAndExtraCommas) {
  ExpectRepaired(R"({"a":1,})", R"({"a":1})", "trailing_comma : , -> ");
  ExpectRepaired(R"({"a":[1,2,]})", R"({"a":[1,2]})", "trailing_comma /a: , -> ");
  ExpectRepaired("[,1]", "[1]", "extra_comma : , ->  (lossy)");
  ExpectRepaired("[[1,,2]]", "[[1,2]]", "extra_comma /0: , ->  (lossy)");
  ExpectRepaired(R"({"a":1,,"b":2})", R"({"a":1,"b":2})", "extra_comma : , -> ");
  ExpectRepaired("{,}", "{}", "extra_comma : , -> ");
  ExpectRepaired("[1,,]", "[1]", "extra_comma : , ->  (lossy)\ntrailing_comma : , -> ");
}

TEST(DamagedValueTest, CompactObjectsOnOneLine) {
  ExpectRepaired(
      R"({"name":"A","age":3,"tags":["x"],})",
      R"({"name":"A","age":3,"tags":["x"]})",
      "trailing_comma : , -> "
  );
  ExpectRepaired(
      R"({"v":1,"kids":[{"v":2,"kids":[]},{"v":3}],})",
      R"({"v":1,"kids":[{"v":2,"kids":[]},{"v":3}]})",
      "trailing_comma : , -> "
  );
}

TEST(DamagedValueTest, Comments) {
  ExpectRepaired("{\"a\":1 // one\n}", R"({"a":1})", "comment : // one -> ");
  ExpectRepaired("{\"a\": /* } */ 1}", R"({"a":1})", "comment : /* } */ -> ");
  ExpectRepaired("[# none\n]", "[]", "comment : # none -> ");
  ExpectRepaired(R"({"a":{"b"/**/:1}})", R"({"a":{"b":1}})", "comment /a: /**/ -> ");
  ExpectRepaired("[1, // \"x\"\n2]", "[1,2]", "comment : // \"x\" ->  (lossy)");
  ExpectRepaired("[12#3\n]", "[12]", "comment : #3 ->  (lossy)");
  ExpectRepaired("[[]#3\n]", "[[]]", "comment : #3 -> ");
  ExpectRepaired(R"(["// no # comment"])", R"(["// no # comment"])", "");
}

TEST(DamagedValueTest, Quotes) {
  ExpectRepaired(
      "{'a':'It's A'}",
      R"({"a":"It's A"})",
      "quote /a: 'a' -> \"a\"\nquote /a: 'It's A' -> \"It's A\""
  );
  ExpectRepaired("[`a`]", R"(["a"])", "quote /0: `a` -> \"a\"");
  ExpectRepaired("[“a”]", R"(["a"])", "quote /0: “a” -> \"a\"");
  ExpectRepaired("[“a\"]", R"(["a"])", "quote /0: “a\" -> \"a\" (lossy)");
  ExpectRepaired("['say \"hi\"']", R"(["say \"hi\""])", R"(quote /0: 'say "hi"' -> "say \"hi\"")");
}

// A guess reads names of any bytes.
TEST(DamagedValueTest, UnquotedKeysThatAreNotUtf8AreMended) {
  ExpectRepaired(
      "{a\xFF:1}",
      "{\"a\uFFFD\":1}",
      "unquoted_key /a\uFFFD: a\\xFF -> \"a\uFFFD\"\n"
      "invalid_utf8 /a\uFFFD: a\\xFF -> \"a\uFFFD\" (lossy)",
      Guess::kText
  );
}

// A number with something behind it is still written as JSON has it.
TEST(DamagedValueTest, BeginningsOfWordsThatAreNumbersAreJson) {
  ExpectRepaired(R"({"a":08-})", R"({"a":8})", "number_form /a: 08- -> 8 (lossy)", Guess::kText);
}

TEST(DamagedValueTest, UnquotedKeys) {
  ExpectRepaired("{a:1}", R"({"a":1})", "unquoted_key /a: a -> \"a\"");
  ExpectRepaired(
      "{größe_1 : 1}", R"({"größe_1":1})", "unquoted_key /größe_1: größe_1 -> \"größe_1\""
  );
  ExpectRepaired(
      "{x:{$ref:1}}",
      R"({"x":{"$ref":1}})",
      "unquoted_key /x: x -> \"x\"\nunquoted_key /x/$ref: $ref -> \"$ref\""
  );
}

TEST(DamagedValueTest, Literals) {
  ExpectRepaired("[True]", "[true]", "literal /0: True -> true");
  ExpectRepaired("[FALSE]", "[false]", "literal /0: FALSE -> false");
  ExpectRepaired("{\"a\":None}", R"({"a":null})", "literal /a: None -> null");
  ExpectRepaired("[undefined]", "[null]", "literal /0: undefined -> null (lossy)");
  ExpectRepaired("[-Infinity]", "[null]", "literal /0: -Infinity -> null (lossy)");
}

TEST(DamagedValueTest, StringsWithControlsEscapesAndBadBytes) {
  ExpectRepaired("[\"a\nb\"]", R"(["a\nb"])", "control_character /0: \"a\nb\" -> \"a\\nb\"");
  ExpectRepaired(R"(["\d"])", R"(["\\d"])", R"(escape /0: "\d" -> "\\d")");
  ExpectRepaired(
      "[\"a\xFF\"]", "[\"a\uFFFD\"]", "invalid_utf8 /0: \"a\\xFF\" -> \"a\uFFFD\" (lossy)"
  );
  ExpectRepaired(
      "{'\\'\t':1}",
      R"({"'\t":1})",
      "quote /'\t: '\\'\t' -> \"'\\t\"\n"
      "control_character /'\t: '\\'\t' -> \"'\\t\"\n"
      "escape /'\t: '\\'\t' -> \"'\\t\""
  );
}

TEST(DamagedValueTest, NumberForms) {
  ExpectRepaired("[+3]", "[3]", "number_form /0: +3 -> 3");
  ExpectRepaired("[.5]", "[0.5]", "number_form /0: .5 -> 0.5");
  ExpectRepaired("[1,5.]", "[1,5.0]", "number_form /1: 5. -> 5.0");
  ExpectRepaired("[0x1F]", "[31]", "number_form /0: 0x1F -> 31");
  ExpectRepaired("[007]", "[7]", "number_form /0: 007 -> 7 (lossy)");
}

TEST(DamagedValueTest, DuplicateKeysKeepTheLastValueInTheFirstPlace) {
  ExpectRepaired(R"({"a":1,"b":2,"a":3})", R"({"a":3,"b":2})", "duplicate_key /a: 1 -> 3 (lossy)");
  ExpectRepaired(R"({"a":[1],"a":[1.0]})", R"({"a":[1.0]})", "duplicate_key /a: [1] -> [1.0]");
  ExpectRepaired(R"({"\u0061":1,"a":1})", R"({"a":1})", "duplicate_key /a: 1 -> 1");
  ExpectRepaired(
      R"({"a":1,"a":2,"a":3})",
      R"({"a":3})",
      "duplicate_key /a: 1 -> 2 (lossy)\nduplicate_key /a: 2 -> 3 (lossy)"
  );
  ExpectRepaired(
      R"({"a":{"x":1},"a":{"x":2,"x":2}})",
      R"({"a":{"x":2}})",
      "duplicate_key /a/x: 2 -> 2\nduplicate_key /a: {\"x\":1} -> {\"x\":2} (lossy)"
  );
}

TEST(DamagedValueTest, MissingCommasWhereSpaceOrBracketsSeparate) {
  ExpectRepaired("[1 2]", "[1,2]", "missing_comma :  -> ,");
  ExpectRepaired("[\"a\"\n\"b\"]", R"(["a","b"])", "missing_comma :  -> ,");
  ExpectRepaired("[{}{}]", "[{},{}]", "missing_comma :  -> ,");
  ExpectRepaired(R"({"a":1"b":2})", R"({"a":1,"b":2})", "missing_comma :  -> ,");
  ExpectRepaired(R"({"a":"x" "b":2})", R"({"a":"x","b":2})", "missing_comma :  -> ,");
  ExpectRepaired(
      "{\"a\":[1]\nb:2}", R"({"a":[1],"b":2})", "missing_comma :  -> ,\nunquoted_key /b: b -> \"b\""
  );
}

TEST(DamagedValueTest, WhatStandsForTheColon) {
  ExpectRepaired(R"({"a" 1})", R"({"a":1})", "missing_colon /a:  -> :");
  ExpectRepaired(
      R"({"a" {"b" "c"}})",
      R"({"a":{"b":"c"}})",
      "missing_colon /a:  -> :\nmissing_colon /a/b:  -> :"
  );
  ExpectRepaired(
      "{a = 1, \"b\" => 2, \"c\" := 3}",
      R"({"a":1,"b":2,"c":3})",
      "separator : = -> :\nunquoted_key /a: a -> \"a\"\nseparator : => -> :\nseparator : := -> :"
  );
}

TEST(DamagedValueTest, DoubledBraces) {
  ExpectRepaired(
      R"({{"a":{{"b":1}}}})",
      R"({"a":{"b":1}})",
      "doubled_braces : {{ -> {\ndoubled_braces /a: {{ -> {"
  );
  ExpectRepaired(R"({{"a":{"b":1}}})", R"({"a":{"b":1}})", "doubled_braces : {{ -> {");
  ExpectRepaired(
      R"({{"a":1})", R"({"a":1})", "doubled_braces : {{ -> {\nmissing_bracket :  -> } (lossy)"
  );
}

TEST(DamagedValueTest, AnEllipsisSaysThatSomethingIsMissing) {
  ExpectRepaired("[1, 2, ...]", "[1,2]", "ellipsis : ... ->  (lossy)");
  ExpectRepaired("[1, …, 9]", "[1,9]", "ellipsis : … ->  (lossy)");
  ExpectRepaired(R"({"a":1, ...})", R"({"a":1})", "ellipsis : ... ->  (lossy)");
}

TEST(DamagedValueTest, TripleQuotes) {
  ExpectRepaired(
      "{\"a\":\"\"\"say \"hi\"\nnow\"\"\"}",
      R"({"a":"say \"hi\"\nnow"})",
      "quote /a: \"\"\"say \"hi\"\nnow\"\"\" -> \"say \\\"hi\\\"\\nnow\""
  );
  ExpectRepaired(
      "{\"a\": ```\nx = \"\\n\"\n```}",
      R"({"a":"x = \"\\n\""})",
      "quote /a: ```\nx = \"\\n\"\n``` -> \"x = \\\"\\\\n\\\"\""
  );
  EXPECT_EQ(Read("{\"a\": ```py\nx\n```}").repairs, "quote /a: ```py\nx\n``` -> \"x\" (lossy)");
}

TEST(DamagedValueTest, ATextThatWasEscapedAsAWhole) {
  ExpectRepaired(
      R"({\"a\":\n \"x\\\"y\\n\"})",
      R"({"a":"x\"y\n"})",
      "quote /a: \\\"a\\\" -> \"a\"\nwhite_space : \\n ->  \n"
      "quote /a: \\\"x\\\\\\\"y\\\\n\\\" -> \"x\\\"y\\n\""
  );
}

TEST(DamagedValueTest, TextWithoutQuotesIsAGuess) {
  ExpectRepaired(
      "{a: hello world!, b: 2024-10-18}",
      R"({"a":"hello world!","b":"2024-10-18"})",
      "unquoted_key /a: a -> \"a\"\nunquoted_text /a: hello world! -> \"hello world!\"\n"
      "unquoted_key /b: b -> \"b\"\nunquoted_text /b: 2024-10-18 -> \"2024-10-18\"",
      Guess::kText
  );
  ExpectRepaired(
      R"({"a":Ann, or "Bo", "b":3 kg})",
      R"({"a":"Ann, or \"Bo\"","b":"3 kg"})",
      "unquoted_text /a: Ann, or \"Bo\" -> \"Ann, or \\\"Bo\\\"\" (lossy)\n"
      "unquoted_text /b: 3 kg -> \"3 kg\"",
      Guess::kText
  );
  ExpectRepaired(
      "[1, foo]", R"([1,"foo"])", "unquoted_text /1: foo -> \"foo\" (lossy)", Guess::kText
  );
  ExpectRepaired("[1e]", "[1]", "number_form /0: 1e -> 1 (lossy)", Guess::kText);
}

TEST(DamagedValueTest, MissingBracketsAreAGuess) {
  ExpectRepaired(R"([{"a":1])", R"([{"a":1}])", "missing_bracket /0:  -> } (lossy)", Guess::kText);
  ExpectRepaired(
      R"({"a":[1,2})", R"({"a":[1,2]})", "missing_bracket /a:  -> ] (lossy)", Guess::kText
  );
  ExpectRepaired(
      R"([{"a":1,{"a":2}])",
      R"([{"a":1},{"a":2}])",
      "missing_bracket /0:  -> } (lossy)",
      Guess::kText
  );
}

TEST(DamagedValueTest, QuotesInStringsAreAGuess) {
  ExpectRepaired(
      R"({"a":"say "hi", and go","b":"x"})",
      R"({"a":"say \"hi\", and go","b":"x"})",
      R"(inner_quote /a: "say "hi", and go" -> "say \"hi\", and go" (lossy))",
      Guess::kQuotes
  );
  ExpectRepaired(
      R"({"a":"b,"c":"d"})",
      R"({"a":"b","c":"d"})",
      R"(missing_quote /a: "b -> "b" (lossy))",
      Guess::kQuotes
  );
  ExpectRepaired(
      R"(["say "yes" twice"])",
      R"(["say \"yes\" twice"])",
      R"(inner_quote /0: "say "yes" twice" -> "say \"yes\" twice" (lossy))",
      Guess::kQuotes
  );
}

TEST(DamagedValueTest, DoubtfulCommasAreErrors) {
  ExpectBroken(R"(["a""b"])", 4, "expected ',' or ']'");
  ExpectBroken(R"(["say "yes" twice"])", 7, "expected ',' or ']'");
  ExpectBroken(R"([1"x"])", 2, "expected ',' or ']'");
  ExpectBroken(R"({"a":"x""b":1})", 8, "expected ',' or '}'");
  ExpectBroken(R"({"a":"he said "yes" to b: 1"})", 15, "expected ',' or '}'");
  ExpectBroken(R"({"a":3 kg})", 7, "expected ',' or '}'");
}

TEST(DamagedValueTest, WhatHasNoSureRepairIsAnError) {
  ExpectBroken("{\"a\":foo}", 5, "expected a value");
  ExpectBroken("[1,@@]", 3, "expected a value");
  ExpectBroken("{\"a\":,}", 5, "expected a value");
  ExpectBroken("{\"a\"1}", 4, "expected ':' after the member name");
  ExpectBroken("{a 1}", 3, "expected ':' after the member name");
  ExpectBroken("{a==1}", 2, "expected ':' after the member name");
  ExpectBroken("{\"a\":1,;}", 7, "expected a member name");
  ExpectBroken("{\"a\":1]", 6, "expected ',' or '}'");
  ExpectBroken("[1}", 2, "expected ',' or ']'");
  ExpectBroken("[2024-10-18]", 1, "expected a value");
}

TEST(DamagedValueTest, OtherWhiteSpaceIsRecordedOnce) {
  ExpectRepaired("[\u00A01,\u00A02\f]", "[1,2]", "white_space : \u00A0 ->  ");
}

void ExpectOpen(std::string_view text, std::string_view json, std::string_view repairs) {
  const Outcome outcome = Read(text);
  EXPECT_EQ(outcome.reading.ending, Ending::kOpen) << text << ": " << outcome.reading.error;
  EXPECT_EQ(outcome.json, json) << text;
  EXPECT_EQ(outcome.repairs, repairs) << text;
}

TEST(DamagedValueTest, OpenValuesHoldWhatWasRead) {
  ExpectOpen("{", "{}", "truncated :  -> } (lossy)");
  ExpectOpen("[1, 2", "[1,2]", "truncated :  -> ] (lossy)");
  ExpectOpen("{\"a\":[1,{\"b\":2},", R"({"a":[1,{"b":2}]})", "truncated /a:  -> ]} (lossy)");
  ExpectOpen("{\"a\":\"ba", R"({"a":"ba"})", "truncated /a: \"ba -> \"ba\"} (lossy)");
  ExpectOpen("{\"a\":1,\"b", R"({"a":1})", "truncated : \"b -> } (lossy)");
  ExpectOpen("{\"a\":1,\"b\" :", R"({"a":1})", "truncated : \"b\" : -> } (lossy)");
  ExpectOpen("{\"a\":1,\"b\":tr", R"({"a":1})", "truncated : \"b\":tr -> } (lossy)");
  ExpectOpen("[1,fal", "[1]", "truncated : fal -> ] (lossy)");
  ExpectOpen("[12.", "[12.0]", "number_form /0: 12. -> 12.0\ntruncated :  -> ] (lossy)");
  ExpectOpen("[1 /* c", "[1]", "comment : /* c -> \ntruncated :  -> ] (lossy)");
}

TEST(DamagedValueTest, AnEarlierMemberIsNotLostWhenItsDuplicateIsCut) {
  ExpectOpen("{\"a\":1,\"a\":", R"({"a":1})", "truncated : \"a\": -> } (lossy)");
  ExpectOpen(
      "{\"a\":1,\"a\":[2",
      R"({"a":[2]})",
      "duplicate_key /a: 1 -> [2] (lossy)\ntruncated /a:  -> ]} (lossy)"
  );
}

TEST(DamagedValueTest, AnInnerDuplicateThatIsCutDoesNotHideTheOuterOne) {
  ExpectOpen(
      "{\"a\":1,\"a\":{\"b\":2,\"b\":",
      R"({"a":{"b":2}})",
      "duplicate_key /a: 1 -> {\"b\":2} (lossy)\ntruncated /a: \"b\": -> }} (lossy)"
  );
}

TEST(DamagedValueTest, ACodeFenceEndsAnOpenValue) {
  const Outcome outcome = Read("{\"a\":1\n```\nDone.");
  EXPECT_EQ(outcome.reading.ending, Ending::kOpen);
  EXPECT_EQ(outcome.reading.end, 7U);
  EXPECT_EQ(outcome.json, R"({"a":1})");
}

TEST(DamagedValueTest, TellsJsonFromBracketsInProse) {
  EXPECT_FALSE(Read("{about}").reading.begun);
  EXPECT_FALSE(Read("[see below]").reading.begun);
  EXPECT_FALSE(Read("[").reading.begun);
  EXPECT_TRUE(Read("[1, see below]").reading.begun);
  EXPECT_FALSE(Read("[1]").reading.structured);
  EXPECT_TRUE(Read("[{\"a\":@}]").reading.structured);
}

TEST(DamagedValueTest, DepthIsBoundedWithoutRecursion) {
  const std::string deepest = std::string(kMaxDepth, '[') + std::string(kMaxDepth, ']');
  ExpectRepaired(deepest, deepest, "");
  ExpectBroken(std::string(100'000, '['), kMaxDepth, "nested deeper than 128 levels");
}

TEST(DamagedValueTest, ChangesAreBounded) {
  const std::string commas = "[" + std::string(kMaxRepairs, ',') + "1]";
  EXPECT_EQ(Read(commas).json, "[1]");
  const Outcome outcome = Read("[" + std::string(1'000'000, ',') + "1]");
  EXPECT_EQ(outcome.reading.error, "needs more than 1000 changes");
  EXPECT_LE(outcome.reading.end, kMaxRepairs + 2);
  std::string comments = "[";
  for (int i = 0; i < 100'000; ++i) comments += "#\n";
  EXPECT_EQ(Read(comments + "]").reading.error, "needs more than 1000 changes");
}

TEST(DamagedValueTest, AReaderForgetsTheValueBefore) {
  const std::string text = "{\"a\":1,[{'b':2}";
  Builder builder;
  DamagedValueReader reader(text, builder);
  EXPECT_EQ(reader.Read(0).ending, Ending::kBroken);
  EXPECT_EQ(reader.Read(8).ending, Ending::kComplete);
  EXPECT_EQ(ToText(builder.Finish().root()), R"({"b":2})");
  EXPECT_EQ(DescribeRepairs(reader.TakeRepairs()), "quote /b: 'b' -> \"b\"");
}

}  // namespace
}  // namespace extractd::json
