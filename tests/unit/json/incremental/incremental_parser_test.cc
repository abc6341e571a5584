#include "server/json/incremental/incremental_parser.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "server/json/write.h"
#include "tests/fakes/path_assembler.h"

namespace extractd::json {
namespace {

std::string Describe(const PathEvent& event) {
  const std::string path = event.path.empty() ? "root" : std::string(event.path);
  switch (event.kind) {
    case PathEvent::Kind::kBegan:
      return path + " began as " + std::string(TypeName(event.type));
    case PathEvent::Kind::kGrew:
      return path + " grew by " + std::string(event.text);
    case PathEvent::Kind::kFinished:
      return path + " is " + ToText(*event.value);
    case PathEvent::Kind::kRestarted:
      return "restart";
  }
  return "";
}

using Events = std::vector<std::string>;

// One text, fed piece by piece.
class Stream {
 public:
  // What this piece tells.
  Events Feed(std::string_view piece) {
    events_.clear();
    parser_.Feed(piece, [this](const PathEvent& event) { events_.push_back(Describe(event)); });
    return events_;
  }
  Events Finish() {
    events_.clear();
    result_ =
        parser_.Finish([this](const PathEvent& event) { events_.push_back(Describe(event)); });
    return events_;
  }
  std::string Json() const {
    return result_.document.has_value() ? ToText(result_.document->root()) : "none";
  }
  const TolerantResult& result() const { return result_; }
  IncrementalParser& parser() { return parser_; }

 private:
  IncrementalParser parser_;
  Events events_;
  TolerantResult result_;
};

TEST(IncrementalParserTest, StringsGrowAndNumbersComeWhenTheyAreDelimited) {
  Stream stream;
  EXPECT_EQ(stream.Feed("{"), Events({"root began as object"}));
  EXPECT_EQ(stream.Feed("\"name\": \"Ad"), Events({"/name began as string", "/name grew by Ad"}));
  EXPECT_EQ(stream.Feed("a\""), Events({"/name grew by a"}));
  EXPECT_EQ(stream.Feed(", \"age\": 3"), Events({"/name is \"Ada\""}));
  EXPECT_EQ(stream.Feed("6"), Events({}));
  EXPECT_EQ(stream.Feed(" "), Events({}));
  EXPECT_EQ(stream.Feed("}"), Events({"/age is 36", R"(root is {"name":"Ada","age":36})"}));
  EXPECT_EQ(stream.Finish(), Events({}));
  EXPECT_EQ(stream.Json(), R"({"name":"Ada","age":36})");
  EXPECT_TRUE(stream.result().repairs.empty());
}

TEST(IncrementalParserTest, WhatComesWithinOnePieceOnlyFinishes) {
  Stream stream;
  EXPECT_EQ(
      stream.Feed(R"({"a": [1, {"b": "c"}], "d": [true)"),
      Events({"root began as object", R"(/a is [1,{"b":"c"}])", "/d began as array"})
  );
  EXPECT_EQ(stream.Feed(", null]"), Events({"/d/0 is true", "/d/1 is null", "/d is [true,null]"}));
}

TEST(IncrementalParserTest, NamesAreEscapedInPaths) {
  Stream stream;
  stream.Feed(R"({"a/b~": {")");
  EXPECT_EQ(stream.Feed(R"(": 1, )"), Events({"/a~1b~0/ is 1"}));
}

TEST(IncrementalParserTest, CharactersAndEscapesComeWhole) {
  Stream stream;
  stream.Feed("[\"");
  EXPECT_EQ(stream.Feed("\xC3"), Events({}));
  EXPECT_EQ(stream.Feed("\xBC"), Events({"/0 grew by ü"}));
  EXPECT_EQ(stream.Feed("\\u00"), Events({}));
  EXPECT_EQ(stream.Feed("e9"), Events({"/0 grew by é"}));
  EXPECT_EQ(stream.Feed("\\ud83d"), Events({})) << "the first half of a pair";
  EXPECT_EQ(stream.Feed("\\ude00\\"), Events({"/0 grew by 😀"}));
  EXPECT_EQ(stream.Feed("n"), Events({"/0 grew by \n"}));
}

TEST(IncrementalParserTest, ThinkBlocksFencesAndProseComeBeforeTheValue) {
  for (const std::string_view before :
       {"<think>a {draft: 1}</think>\n",
        "<thinking>\n[1]</thinking> ",
        "```json\n",
        "Sure:\n```\n",
        " \n",
        "<think>x</think>```json\n"}) {
    Stream stream;
    for (const char c : before) EXPECT_EQ(stream.Feed(std::string(1, c)), Events({})) << before;
    EXPECT_EQ(stream.Feed("{"), Events({"root began as object"})) << before;
    EXPECT_EQ(stream.Feed("\"a\": 1}"), Events({"/a is 1", "root is {\"a\":1}"})) << before;
  }
}

TEST(IncrementalParserTest, ABracketInProseIsShownWhenAMemberBegins) {
  Stream stream;
  EXPECT_EQ(stream.Feed("As [see below] and {so} on, [1, 2]: {"), Events({}));
  EXPECT_EQ(stream.Feed("\"a\":"), Events({"root began as object"}));
  EXPECT_EQ(stream.Feed("1}"), Events({"/a is 1", "root is {\"a\":1}"}));
  EXPECT_EQ(stream.Finish(), Events({}));
}

TEST(IncrementalParserTest, RepairsThatNothingElseCanChangeAreMadeOnTheWay) {
  Stream stream;
  stream.Feed("{");
  EXPECT_EQ(stream.Feed("a: True, // note\n"), Events({"/a is true"}));
  EXPECT_EQ(stream.Feed("\"b\": [+1,],"), Events({"/b is [1]"}));
  EXPECT_EQ(stream.Feed("}"), Events({"root is {\"a\":true,\"b\":[1]}"}));
  EXPECT_EQ(stream.Finish(), Events({}));
  EXPECT_FALSE(stream.result().repairs.empty());
}

TEST(IncrementalParserTest, WhatOnlyTheWholeTextCanTellWaitsForIt) {
  Stream stream;
  stream.Feed("{\"a\": 1, ");
  EXPECT_EQ(stream.Feed("`b`: `it's`"), Events({}));
  EXPECT_EQ(stream.Feed(", \"c\": 2}"), Events({}));
  EXPECT_EQ(
      stream.Finish(), Events({"/b is \"it's\"", "/c is 2", R"(root is {"a":1,"b":"it's","c":2})"})
  );
}

TEST(IncrementalParserTest, ADoubledNameRestarts) {
  Stream stream;
  EXPECT_EQ(stream.Feed("{\"a\": 1, \"a\": 2}"), Events({"root began as object", "/a is 1"}));
  EXPECT_EQ(stream.Finish(), Events({"restart", "root is {\"a\":2}"}));
}

TEST(IncrementalParserTest, AThinkBlockThatHadNoBeginningRestarts) {
  Stream stream;
  EXPECT_EQ(stream.Feed("Maybe {\"a\": 1}?"), Events({"root is {\"a\":1}"}));
  EXPECT_EQ(stream.Feed(" No.</think> {\"a\""), Events({"restart", "root began as object"}));
  EXPECT_EQ(stream.Feed(": 2}"), Events({"/a is 2", "root is {\"a\":2}"}));
  EXPECT_EQ(stream.Finish(), Events({}));
}

TEST(IncrementalParserTest, ATextThatEndsOpenFinishesNothing) {
  Stream stream;
  stream.Feed("{\"a\": \"b\", \"c\": [12");
  EXPECT_EQ(ToText(stream.parser().Snapshot().document->root()), R"({"a":"b","c":[12]})");
  EXPECT_EQ(stream.Finish(), Events({}));
  EXPECT_TRUE(stream.result().truncated);
  EXPECT_EQ(stream.Json(), R"({"a":"b","c":[12]})");
}

TEST(IncrementalParserTest, PlainValuesAreToldAtTheEnd) {
  Stream stream;
  EXPECT_EQ(stream.Feed("\"a b\""), Events({}));
  EXPECT_EQ(stream.Finish(), Events({"root is \"a b\""}));
}

TEST(IncrementalParserTest, ATextWithoutAValueTellsNothing) {
  Stream stream;
  EXPECT_EQ(stream.Feed("I can't do that."), Events({}));
  EXPECT_EQ(stream.Finish(), Events({}));
  EXPECT_EQ(stream.result().error, "no JSON value in the text");
}

TEST(IncrementalParserTest, WhatCannotBeReadWasNothing) {
  Stream stream;
  EXPECT_FALSE(stream.Feed("{\"a\": 1, \x01\x02").empty());
  stream.Feed("}}} nothing");
  const Events events = stream.Finish();
  if (!stream.result().document.has_value()) EXPECT_EQ(events, Events({"restart"}));
}

TEST(IncrementalParserTest, AnyPiecesGiveTheSameAsTheWhole) {
  for (const std::string_view text : {
           R"({"a": [1, -2.5e3, "\ud83d\ude00\n", {"b": null}], "c/d": "ü😀", "e": {}})",
           "```json\n{\"a\": 1}\n```\nDone.",
           "{\"a\": 1}\n{\"b\": 2}",
           "{\"a\": \"say \"hi\" to her\", \"b\": 1}",
           "{'a': 'b', c: [1, 2,], /* x */ \"d\": .5}",
           "[{\"a\": 1}, {\"a\": 1, \"a\": 2}]",
           "{\"a\": [1, 2",
           "Thought: {\"a\": 1}</think>\n[1]",
           "{{\"a\": 1}}",
           "[[[]]]",
       }) {
    const TolerantResult whole = ParseTolerant(text);
    std::vector<size_t> every;
    for (size_t end = 1; end < text.size(); ++end) {
      EXPECT_EQ(CheckPieces(text, std::vector<size_t>{end}, whole), "") << text << " at " << end;
      every.push_back(end);
    }
    EXPECT_EQ(CheckPieces(text, every, whole), "") << text;
  }
}

}  // namespace
}  // namespace extractd::json
