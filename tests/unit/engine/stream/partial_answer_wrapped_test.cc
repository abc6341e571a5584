// Answers within an object of ours: what a caller sees of them is its own value alone.
#include <initializer_list>
#include <memory>
#include <optional>

#include "server/engine/stream/partial_answer.h"
#include "server/schema/lower/subset.h"
#include "tests/unit/engine/stream/op_assembler.h"

namespace extractd {
namespace {

using Log = std::vector<std::string>;
using schema::Wrapping;

constexpr const char* kPerson =
    R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer","minimum":0},
        "nick":{"type":"string"}},"required":["name","age"]})";

class WrappedAnswerTest : public ::testing::Test {
 protected:
  void Use(Wrapping wrapping, const std::string& schema = kPerson, std::string_view subset = {}) {
    const auto given = *schema::Compile(schema);
    compiled_ = *schema::Compile(schema::WrapSchema(given->root(), wrapping));
    if (!subset.empty()) {
      lowered_ = schema::lower::Lower(compiled_->root(), *schema::lower::FindSubset(subset));
      ASSERT_FALSE(lowered_->obstacle.has_value());
      options_.lowered = &*lowered_;
    }
    partial_ = std::make_unique<PartialAnswer>(*compiled_, options_, wrapping);
    seen_ = {};
  }

  Log Feed(std::initializer_list<std::string_view> pieces) {
    seen_.log.clear();
    for (const std::string_view piece : pieces) {
      partial_->Feed(piece, [this](const PartialOp& op) { seen_.Apply(op); });
    }
    return seen_.log;
  }

  schema::JudgeOptions options_;
  std::shared_ptr<const schema::CompiledSchema> compiled_;
  std::optional<schema::lower::Lowered> lowered_;
  std::unique_ptr<PartialAnswer> partial_;
  OpAssembler seen_;
};

TEST_F(WrappedAnswerTest, ARootThatIsNoObjectGrowsWithoutItsWrapper) {
  Use(Wrapping::kValue, R"({"type":"array","items":{"type":"string"}})");
  EXPECT_EQ(Feed({R"({"value":["a",)"}), (Log{"set  []", "element  \"a\"", "complete /0"}));
  EXPECT_EQ(Feed({R"("b"]})"}), (Log{"element  \"b\"", "complete /1"}));
  EXPECT_EQ(partial_->shown().Text(), R"(["a","b"])");
  Use(Wrapping::kValue, R"({"type":"string"})");
  EXPECT_EQ(Feed({R"({"value":"on)", "e"}), (Log{"set  \"on\"", "text  e"}));
}

TEST_F(WrappedAnswerTest, AWrapperThatComesWholeIsToldAtOnce) {
  Use(Wrapping::kValue, R"({"type":"array","items":{"type":"integer"}})");
  EXPECT_EQ(Feed({R"({"value":[1,2]})"}), (Log{"set  [1,2]"}));
}

TEST_F(WrappedAnswerTest, AValueThatMayBeMissingGrowsAndItsAbsenceIsNotShown) {
  Use(Wrapping::kMaybe);
  EXPECT_EQ(
      Feed({R"({"value":{"name":"A)", R"(da","age":36},"absent_reason":null})"}),
      (Log{"set  {}", "set /name \"A\"", "text /name da", "complete /name", "set /age 36"})
  );
  Use(Wrapping::kMaybe);
  EXPECT_EQ(Feed({R"({"value":null,"absent_re)", R"(ason":"not said"})"}), Log{});
  EXPECT_TRUE(partial_->shown().empty());
}

TEST_F(WrappedAnswerTest, SoDoesOneOfALoweredSchema) {
  Use(Wrapping::kMaybe, kPerson, "openai_strict");
  EXPECT_EQ(
      Feed({R"({"value":{"name":"Ada","age":36,"nick":nu)", R"(ll},"absent_reason":null})"}),
      (Log{"set  {}", "set /name \"Ada\"", "complete /name", "set /age 36"})
  ) << "the null stands for an absent member";
}

TEST_F(WrappedAnswerTest, HopelessPartsAreNamedAsTheCallerKnowsThem) {
  Use(Wrapping::kMaybe);
  Feed({R"({"value":{"age":-1,)"});
  ASSERT_EQ(partial_->hopeless().total, 1U);
  EXPECT_EQ(partial_->hopeless().listed[0].path, "/age");
  EXPECT_EQ(partial_->hopeless().listed[0].schema_path, "/properties/age/minimum");
}

TEST_F(WrappedAnswerTest, ItemsAreToldOneByOneWhenTheyHaveEnded) {
  Use(Wrapping::kList);
  EXPECT_EQ(Feed({R"({"items":[{"name":"A","age":1)"}), Log{});
  EXPECT_EQ(
      Feed({R"(},{"name":"B","age":"2"})"}),
      (Log{R"(item {"name":"A","age":1})", R"(item {"name":"B","age":2} number)"})
  ) << "one that coercion makes valid comes with its repair";
  EXPECT_EQ(Feed({R"(]})"}), Log{});
}

TEST_F(WrappedAnswerTest, AListThatComesWholeIsToldItemByItem) {
  Use(Wrapping::kList, R"({"type":"integer"})");
  EXPECT_EQ(Feed({R"({"items":[1,2]})"}), (Log{"item 1", "item 2"}));
  Use(Wrapping::kList, R"({"type":"integer"})");
  EXPECT_EQ(Feed({R"({)", R"("items":[1,2],)"}), (Log{"item 1", "item 2"}));
}

TEST_F(WrappedAnswerTest, ItemsOfALoweredSchemaAreCarriedBack) {
  Use(Wrapping::kList, kPerson, "openai_strict");
  EXPECT_EQ(
      Feed({R"({"items":[{"name":"A","age":1,"nick":null},)"}),
      (Log{R"(item {"name":"A","age":1})"})
  );
}

TEST_F(WrappedAnswerTest, BehindAnItemThatIsNotValidNoneIsTold) {
  Use(Wrapping::kList);
  EXPECT_EQ(
      Feed({R"({"items":[{"name":"A","age":1},{"name":"B","age":-2},{"name":"C","age":3},)"}),
      (Log{R"(item {"name":"A","age":1})"})
  );
  ASSERT_FALSE(partial_->hopeless().empty());
  EXPECT_EQ(partial_->hopeless().listed[0].path, "/1/age");
}

TEST_F(WrappedAnswerTest, ItemsThatARepairCouldChangeWaitForTheEnd) {
  Use(Wrapping::kList, R"({"type":"object"})");
  EXPECT_EQ(Feed({R"(Here: {"items":[{"a":1},{"a":2}]})"}), Log{}) << "in prose";
  Use(Wrapping::kList, R"({"type":"object"})");
  EXPECT_EQ(Feed({R"({"items":[{"a":1},)", R"({a:2},{"a":3},)"}), (Log{R"(item {"a":1})"}))
      << "behind what is no JSON";
  Use(Wrapping::kList, R"({"type":"object"})");
  EXPECT_EQ(Feed({R"({"items":[{"a":1,"a":2},{"a":3},)"}), Log{}) << "a name that stands twice";
  Use(Wrapping::kList, R"({"type":"object"})");
  EXPECT_EQ(Feed({"```json\n", R"({"items":[{"a":1},)"}), (Log{R"(item {"a":1})"})) << "a fence";
  options_.max_loss = json::MaxLoss::kNone;
  Use(Wrapping::kList, R"({"type":"object"})");
  EXPECT_EQ(Feed({"```json\n", R"({"items":[{"a":1},)"}), Log{}) << "which is one too many";
}

TEST_F(WrappedAnswerTest, ItemsOfASchemaThatOnlyTheEndCanTellWaitForIt) {
  Use(Wrapping::kList, R"({"$dynamicRef":"#node","$defs":{"n":{"$dynamicAnchor":"node"}}})");
  EXPECT_EQ(Feed({R"({"items":[1,)"}), Log{});
}

TEST_F(WrappedAnswerTest, ASecondListTellsNothing) {
  Use(Wrapping::kList, R"({"type":"integer"})");
  EXPECT_EQ(Feed({R"({"items":[1],"items":[2,)"}), (Log{"item 1"}));
}

TEST_F(WrappedAnswerTest, ARestartTellsNoFurtherItem) {
  Use(Wrapping::kList, R"({"type":"integer"})");
  EXPECT_EQ(Feed({R"({"items":[1]} )"}), (Log{"item 1"}));
  EXPECT_EQ(Feed({R"(</think> {"items":[2,3]})"}), Log{});
}

TEST_F(WrappedAnswerTest, EverySplitTellsTheSameItems) {
  const std::string text = R"({"items":[{"a":"x\u00eb"},{"a":[1,{"b":null}]},{}]})";
  for (size_t split = 0; split <= text.size(); ++split) {
    Use(Wrapping::kList, R"({"type":"object"})");
    const std::string_view whole = text;
    EXPECT_EQ(
        Feed({whole.substr(0, split), whole.substr(split)}),
        (Log{"item {\"a\":\"x\u00eb\"}", R"(item {"a":[1,{"b":null}]})", "item {}"})
    ) << split;
  }
}

}  // namespace
}  // namespace extractd
