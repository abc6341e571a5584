#include "server/engine/stream/partial_answer.h"

#include <initializer_list>
#include <memory>
#include <optional>

#include "server/schema/lower/subset.h"
#include "tests/unit/engine/stream/op_assembler.h"

namespace extractd {
namespace {

using Log = std::vector<std::string>;

class PartialAnswerTest : public ::testing::Test {
 protected:
  explicit PartialAnswerTest(const char* schema = "{}") { Use(schema); }

  void Use(const std::string& schema, std::string_view subset = {}) {
    compiled_ = *schema::Compile(schema);
    schema::JudgeOptions options;
    if (!subset.empty()) {
      lowered_ = schema::lower::Lower(compiled_->root(), *schema::lower::FindSubset(subset));
      ASSERT_FALSE(lowered_->obstacle.has_value());
      options.lowered = &*lowered_;
    }
    partial_ = std::make_unique<PartialAnswer>(*compiled_, options);
    seen_ = {};
  }

  // What these pieces tell.
  Log Feed(std::initializer_list<std::string_view> pieces) {
    seen_.log.clear();
    for (const std::string_view piece : pieces) partial_->Feed(piece, Listener());
    return seen_.log;
  }
  Log Settle(std::string_view json) {
    seen_.log.clear();
    partial_->Settle(json, Listener());
    return seen_.log;
  }
  std::function<void(const PartialOp&)> Listener() {
    return [this](const PartialOp& op) { seen_.Apply(op); };
  }

  std::shared_ptr<const schema::CompiledSchema> compiled_;
  std::optional<schema::lower::Lowered> lowered_;
  std::unique_ptr<PartialAnswer> partial_;
  OpAssembler seen_;
};

TEST_F(PartialAnswerTest, StringsGrowAndAreThenComplete) {
  EXPECT_EQ(Feed({R"({"name":"A)"}), (Log{"set  {}", "set /name \"A\""}));
  EXPECT_EQ(Feed({"da"}), (Log{"text /name da"}));
  EXPECT_EQ(Feed({"\","}), (Log{"complete /name"}));
  EXPECT_EQ(Feed({R"("x":"y"})"}), (Log{"set /x \"y\"", "complete /x"}));
  EXPECT_EQ(Settle(R"({"name":"Ada","x":"y"})"), (Log{"complete "}));
}

TEST_F(PartialAnswerTest, NumbersAndLiteralsAppearWhenTheyAreWhole) {
  EXPECT_EQ(Feed({R"({"n":12)"}), (Log{"set  {}"}));
  EXPECT_EQ(Feed({"3", R"(,"b":tr)"}), (Log{"set /n 123"}));
  EXPECT_EQ(Feed({"ue}"}), (Log{"set /b true"}));
}

TEST_F(PartialAnswerTest, ArraysGrowByElements) {
  EXPECT_EQ(Feed({R"([1,)"}), (Log{"set  []", "element  1"}));
  EXPECT_EQ(Feed({R"({"a/b":)"}), (Log{"element  {}"}));
  EXPECT_EQ(Feed({R"([],)"}), (Log{"set /1/a~1b []", "complete /1/a~1b"}));
  EXPECT_EQ(Feed({R"("c":"x"}])"}), (Log{"set /1/c \"x\"", "complete /1/c", "complete /1"}));
  EXPECT_EQ(Settle(R"([1,{"a/b":[],"c":"x"}])"), (Log{"complete "}));
}

TEST_F(PartialAnswerTest, WhatIsOnlyValidWholeComesWhole) {
  Use(R"({"properties":{"color":{"enum":["red","green"]},"id":{"type":"string","minLength":3},
          "point":{"type":"object","x-stream":"atomic"}}})");
  EXPECT_EQ(Feed({R"({"color":"re)"}), (Log{"set  {}"}));
  EXPECT_EQ(Feed({R"(d","id":"1)", "2"}), (Log{"set /color \"red\"", "complete /color"}));
  EXPECT_EQ(Feed({"34"}), (Log{"set /id \"1234\""}));
  EXPECT_EQ(Feed({R"(5","point":{"x":1,)"}), (Log{"text /id 5", "complete /id"}));
  EXPECT_EQ(Feed({R"("y":2}})"}), (Log{"set /point {\"x\":1,\"y\":2}", "complete /point"}));
}

TEST_F(PartialAnswerTest, AFinishedPartThatBreaksTheSchemaIsHopelessAndNotShown) {
  Use(R"({"properties":{"age":{"minimum":0},"name":{"type":"string"}}})");
  Feed({R"({"name":"Ada",)"});
  EXPECT_TRUE(partial_->hopeless().empty());
  EXPECT_EQ(Feed({R"("age":-1,)"}), Log{});
  ASSERT_EQ(partial_->hopeless().total, 1U);
  EXPECT_EQ(partial_->hopeless().listed[0].path, "/age");
}

TEST_F(PartialAnswerTest, AFinishedObjectWithoutARequiredMemberIsHopeless) {
  Use(R"({"properties":{"p":{"type":"object","required":["a","b"]}}})");
  Feed({R"({"p":{"a":1)"});
  EXPECT_TRUE(partial_->hopeless().empty()) << "it may still come";
  Feed({"}"});
  ASSERT_FALSE(partial_->hopeless().empty());
  EXPECT_EQ(partial_->hopeless().listed[0].keyword, "required");
}

TEST_F(PartialAnswerTest, WhatStandsInProseMayBeAThoughtAndIsNoReasonToGiveUp) {
  Use(R"({"properties":{"age":{"minimum":0}}})");
  Feed({R"(Say {"age":-1,"b":1} or)"});
  EXPECT_TRUE(partial_->hopeless().empty());
  Use(R"({"properties":{"age":{"minimum":0}}})");
  Feed({"```json\n", R"({"age":-1,"b":1})"});
  EXPECT_FALSE(partial_->hopeless().empty()) << "but a code fence is";
}

TEST_F(PartialAnswerTest, ACoercedPartIsShownAsItWillBe) {
  Use(R"({"properties":{"age":{"type":"integer"}}})");
  EXPECT_EQ(Feed({R"({"age":"3)"}), (Log{"set  {}"}));
  EXPECT_EQ(Feed({R"(6",)"}), (Log{"set /age 36"}));
  EXPECT_EQ(Settle(R"({"age":36})"), (Log{"complete "}));
}

TEST_F(PartialAnswerTest, AnElementThatIsNotShownHoldsTheLaterOnesBack) {
  Use(R"({"items":{"type":"integer"}})");
  EXPECT_EQ(Feed({R"([1,"x",3,)"}), (Log{"set  []", "element  1"}));
}

TEST_F(PartialAnswerTest, MembersThatTheSchemaForbidsAreNotShown) {
  Use(R"({"properties":{"a":{}},"additionalProperties":false})");
  EXPECT_EQ(Feed({R"({"b":{"c":"x"},"a":1,)"}), (Log{"set  {}", "set /a 1"}));
}

TEST_F(PartialAnswerTest, WhatTheEndGivesAnotherMeaningIsSetAsAWhole) {
  Feed({R"({"a":1,"a":)"});
  EXPECT_EQ(Settle(R"({"a":2})"), (Log{R"(set  {"a":2})", "complete "}));
  EXPECT_EQ(seen_.value, nlohmann::ordered_json::parse(R"({"a":2})"));
}

TEST_F(PartialAnswerTest, ARestartTakesEverythingBack) {
  Feed({R"({"a":1} </think> )"});
  EXPECT_EQ(seen_.value, nullptr);
  Feed({R"({"b":2})"});
  Settle(R"({"b":2})");
  EXPECT_EQ(seen_.value, nlohmann::ordered_json::parse(R"({"b":2})"));
}

TEST_F(PartialAnswerTest, AnAnswerOfWhichNothingWasShownIsSetAsAWhole) {
  EXPECT_EQ(Settle("7"), (Log{"set  7", "complete "}));
}

TEST_F(PartialAnswerTest, CompletePathsAreKnownWhereTheyAreWanted) {
  partial_->TrackCompletePaths();
  Feed({R"({"a":1,"b":{"c":"x","d":[1],"e":"y)"});
  EXPECT_EQ(partial_->shown().complete_paths(), (Log{"/a", "/b/c", "/b/d"}));
  EXPECT_EQ(partial_->shown().Text(), R"({"a":1,"b":{"c":"x","d":[1],"e":"y"}})");
}

// Answers to lowered schemas, as OpenAI's strict mode wants them.

constexpr const char* kOptional = R"({"type":"object","properties":{
    "name":{"type":"string"}, "nick":{"type":"string"},
    "home":{"type":"object","properties":{"zip":{"type":"string"},"city":{"type":"string"}},"required":["zip"]},
    "tags":{"type":"object","additionalProperties":{"type":"integer"}}},
    "required":["name","home"]})";

TEST_F(PartialAnswerTest, NullsThatStandForAbsenceAreNotShown) {
  Use(kOptional, "openai_strict");
  EXPECT_EQ(
      Feed({R"({"name":"A","nick":null,"home":{"zip":"1)"}),
      (Log{"set  {}", "set /name \"A\"", "complete /name", "set /home {}", "set /home/zip \"1\""})
  );
  EXPECT_EQ(
      Feed({R"(2","city":null},)"}),
      (Log{"text /home/zip 2", "complete /home/zip", "complete /home"})
  );
  EXPECT_EQ(Feed({R"("tags":[{"key":"x","value":1},)"}), Log{});
  EXPECT_EQ(
      Feed({R"({"key":"y","value":2}]})"}), (Log{R"(set /tags {"x":1,"y":2})", "complete /tags"})
  );
  EXPECT_EQ(Settle(R"({"name":"A","home":{"zip":"12"},"tags":{"x":1,"y":2}})"), (Log{"complete "}));
}

TEST_F(PartialAnswerTest, AWrappedRootIsShownWithoutItsWrapper) {
  Use(R"({"type":"array","items":{"type":"string"}})", "openai_strict");
  EXPECT_EQ(Feed({R"({"value":["a",)"}), (Log{"set  []", "element  \"a\"", "complete /0"}));
  EXPECT_EQ(Feed({R"("b"]})"}), (Log{"element  \"b\"", "complete /1"}));
  EXPECT_EQ(Settle(R"(["a","b"])"), (Log{"complete "}));
}

// Every split of a text gives the same value, and what is shown on the way is a part of it.
TEST_F(PartialAnswerTest, EverySplitGivesTheSameValue) {
  const std::string text =
      R"({"name":"Zo\u00eb \"x\"","list":[1,[true,{}],"ab"],"o":{"p":{"q":null}},"n":-1.5e3} )";
  const auto expected = nlohmann::ordered_json::parse(text);
  for (size_t split = 0; split <= text.size(); ++split) {
    Use("{}");
    Feed({std::string_view(text).substr(0, split), std::string_view(text).substr(split)});
    const Log end = Settle(text);
    EXPECT_EQ(seen_.value, expected) << split;
    EXPECT_EQ(end.size(), 1U) << "nothing had to be mended at " << split;
  }
  Use("{}");
  for (const char& c : text) Feed({{&c, 1}});
  EXPECT_EQ(nlohmann::ordered_json::parse(partial_->shown().Text()), expected);
}

}  // namespace
}  // namespace extractd
