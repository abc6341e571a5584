#include "server/engine/learned.h"

#include <gtest/gtest.h>

namespace extractd {
namespace {

using Kind = Lesson::Kind;

constexpr Lessons::Subject kOne = {.provider = "acme", .model = "m", .schema_id = "s"};
constexpr Lessons::Subject kOtherSchema = {.provider = "acme", .model = "m", .schema_id = "t"};
constexpr Lessons::Subject kOtherModel = {.provider = "acme", .model = "n", .schema_id = "s"};

TEST(LessonsTest, NothingIsKnownOfAModelAtFirst) {
  Lessons lessons;
  const LearnedFacts facts = lessons.Of(kOne);
  EXPECT_FALSE(facts.no_forced_tool);
  EXPECT_FALSE(facts.no_enforcement);
  EXPECT_FALSE(facts.Refuses("TOOLS"));
  EXPECT_EQ(facts.schema_use, SchemaUse::kAny);
}

TEST(LessonsTest, LessonsAddUpAndAreOfTheModel) {
  Lessons lessons;
  lessons.Add(kOne, {.kind = Kind::kForcedTool});
  lessons.Add(kOne, {.kind = Kind::kMode, .name = "JSON"});
  lessons.Add(kOne, {.kind = Kind::kSetting, .name = "seed"});
  lessons.Add(kOne, {.kind = Kind::kSetting, .name = "seed"});
  const LearnedFacts facts = lessons.Of(kOtherSchema);
  EXPECT_TRUE(facts.no_forced_tool);
  EXPECT_TRUE(facts.Refuses("JSON"));
  EXPECT_EQ(facts.settings, std::vector<std::string>{"seed"});
  EXPECT_FALSE(lessons.Of(kOtherModel).no_forced_tool);
}

TEST(LessonsTest, ARefusedSchemaSaysNothingOfOthers) {
  Lessons lessons;
  lessons.Add(kOne, {.kind = Kind::kSchema, .schema_use = SchemaUse::kUnenforced});
  EXPECT_EQ(lessons.Of(kOne).schema_use, SchemaUse::kUnenforced);
  EXPECT_EQ(lessons.Of(kOtherSchema).schema_use, SchemaUse::kAny);
  EXPECT_EQ(lessons.Of(kOtherModel).schema_use, SchemaUse::kAny);
}

TEST(LessonsTest, TheOldestAreForgotten) {
  Lessons lessons;
  for (size_t i = 0; i <= Lessons::kMaxEntries; ++i) {
    const std::string model = std::to_string(i);
    lessons.Add({.provider = "acme", .model = model}, {.kind = Kind::kForcedTool});
  }
  EXPECT_FALSE(lessons.Of({.provider = "acme", .model = "0"}).no_forced_tool);
  EXPECT_TRUE(lessons.Of({.provider = "acme", .model = "4096"}).no_forced_tool);
}

TEST(LessonTest, SaysWhatItIs) {
  EXPECT_EQ(Lesson{.kind = Kind::kForcedTool}.Text(), "forced tool choice not supported");
  EXPECT_EQ((Lesson{.kind = Kind::kSetting, .name = "seed"}.Text()), "setting seed not supported");
  EXPECT_EQ(LessonKindName(Kind::kSchema), "schema");
}

}  // namespace
}  // namespace extractd
