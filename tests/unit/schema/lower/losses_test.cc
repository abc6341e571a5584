#include "server/schema/lower/losses.h"

#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/schema/lower/lower.h"
#include "tests/unit/schema/schema_test.h"

namespace extractd::schema::lower {
namespace {

// "pointer keyword action", one a line, of a schema lowered to a subset.
std::string Lost(
    std::string_view subset, std::string_view schema, Fidelity fidelity = Fidelity::kPractical
) {
  const json::Document document = ParseOrDie(std::string(schema));
  std::string text;
  for (const Loss& loss : Lower(document.root(), *FindSubset(subset), fidelity).downgrades) {
    text += fmt::format("{} {} {}\n", loss.pointer, loss.keyword, loss.action);
  }
  return text;
}

TEST(LossesTest, EachIsToldOnce) {
  Losses losses;
  for (int i = 0; i < 2; ++i) losses.Add({"/a", "pattern", "dropped", "no patterns"});
  losses.Add({"/a", "pattern", "moved to description", ""});
  EXPECT_EQ(losses.Take().size(), 2U);
}

TEST(LossesTest, WhatIsTakenBackMayBeToldAgain) {
  Losses losses;
  losses.Add({"/a", "pattern", "dropped", ""});
  const Losses::Mark mark = losses.mark();
  Shape shape;
  shape.kind = Kind::kNever;
  losses.AddWhole(shape, action::kDropped, "");
  losses.TakeBack(mark);
  losses.AddWhole(shape, action::kText, "");
  const std::vector<Loss> left = losses.Take();
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[1].action, action::kText);
}

TEST(LossesTest, WhatIsCarriedAsTextLosesEveryConstraintInIt) {
  EXPECT_EQ(
      Lost("databricks", R"({"type":"object","properties":{"a":{"anyOf":[
          {"type":"string","minLength":2},
          {"type":"object","properties":{"b":{"enum":[1,2]}},"required":["b"],
           "additionalProperties":false}]}},"required":["a"],"additionalProperties":false})"),
      "/properties/a anyOf carried as JSON text\n"
      "/properties/a/anyOf/0 type carried as JSON text\n"
      "/properties/a/anyOf/0 minLength carried as JSON text\n"
      "/properties/a/anyOf/1 type carried as JSON text\n"
      "/properties/a/anyOf/1 required carried as JSON text\n"
      "/properties/a/anyOf/1 additionalProperties carried as JSON text\n"
      "/properties/a/anyOf/1/properties/b enum carried as JSON text\n"
  );
}

TEST(LossesTest, WhoClosedAnObjectIsNamed) {
  EXPECT_EQ(
      Lost("gemini_openapi", R"({"allOf":[
          {"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},
          {"properties":{"a":{"type":"string"}},"additionalProperties":false}]})"),
      "/allOf/1 additionalProperties dropped\n"
  );
  EXPECT_EQ(
      Lost("gemini_openapi", R"({"type":"object","properties":{"a":{"type":"string"}},
          "required":["a"],"unevaluatedProperties":false})"),
      " unevaluatedProperties dropped\n"
  );
}

TEST(LossesTest, MembersNamedByPatternsLoseTheirNamesAndTheEndOfTheRest) {
  EXPECT_EQ(
      Lost("fireworks", R"({"type":"object","patternProperties":{"^a":{"type":"string"}},
          "additionalProperties":false})"),
      " patternProperties dropped\n additionalProperties dropped\n"
  );
}

TEST(LossesTest, AMapAsAListLosesItsCounts) {
  EXPECT_EQ(
      Lost("gemini_openapi", R"({"type":"object","additionalProperties":{"type":"string"},
          "minProperties":2})"),
      " minProperties dropped\n"
  );
}

TEST(LossesTest, TuplesAreNamedByTheKeywordsThatMadeThem) {
  EXPECT_EQ(
      Lost("openai_strict", R"({"$schema":"http://json-schema.org/draft-07/schema#","type":"array",
          "items":[{"type":"string"},{"type":"number"}],"additionalItems":false})"),
      " items dropped\n additionalItems dropped\n"
  );
}

TEST(LossesTest, WhatOnlyNarrowsIsNamedWithItsBranches) {
  EXPECT_EQ(
      Lost("openai_strict", R"({"type":"object","properties":{"a":{"type":"string"},
          "b":{"type":"string"}},"required":["a","b"],"additionalProperties":false,
          "anyOf":[{"required":["a"]},{"required":["b"]}]})"),
      " anyOf dropped\n/anyOf/0 required dropped\n/anyOf/1 required dropped\n"
  );
}

TEST(LossesTest, OneOfWithinAUnionIsNamed) {
  EXPECT_EQ(
      Lost("openai_strict", R"({"type":"object","properties":{"a":{"allOf":[{"type":"integer"},
          {"anyOf":[{"oneOf":[{"minimum":1},{"minimum":2}]},{"minimum":3}]}]}},"required":["a"],
          "additionalProperties":false})"),
      "/properties/a/allOf/1/anyOf/0 oneOf dropped\n"
  );
}

TEST(LossesTest, AGrammarFollowsOneRuleForTextsAndBoundsOfIntegers) {
  EXPECT_EQ(
      Lost("grammar", R"({"type":"string","pattern":"^a+$","maxLength":3,"format":"date"})"),
      " maxLength dropped\n format dropped\n"
  );
  EXPECT_EQ(
      Lost("grammar", R"({"type":"string","maxLength":3,"format":"date"})"), " maxLength dropped\n"
  );
  EXPECT_EQ(
      Lost("grammar", R"({"type":"string","maxLength":3,"format":"email"})"), " format dropped\n"
  );
  EXPECT_EQ(
      Lost("xgrammar", R"({"type":"string","pattern":"^a+$","format":"date"})"),
      " pattern dropped\n"
  );
  EXPECT_EQ(Lost("grammar", R"({"type":"number","minimum":3})"), " minimum dropped\n");
  EXPECT_EQ(Lost("grammar", R"({"type":"integer","minimum":3,"exclusiveMaximum":9})"), "");
}

TEST(LossesTest, PatternsThatHoldSomewhereAreNotTakenForTheWholeText) {
  for (const std::string_view subset : {"xgrammar", "grammar"}) {
    const auto lost = [&](std::string_view pattern) {
      return Lost(subset, fmt::format(R"({{"type":"string","pattern":"{}"}})", pattern));
    };
    for (const auto* pattern : {"a", "^a", "a$", "^a|b$", "^(a|^b)$", "^$|^a$"}) {
      EXPECT_EQ(lost(pattern), " pattern dropped\n") << pattern;
    }
    for (const auto* pattern : {"^$", "^(a|b)$", "^[^/|$]+$"})
      EXPECT_EQ(lost(pattern), "") << pattern;
  }
  EXPECT_EQ(
      Lost("xgrammar", R"({"type":"string","pattern":"^[a-z]+$","minLength":2})"),
      " minLength dropped\n"
  );
  EXPECT_EQ(Lost("xgrammar", R"({"type":"string","pattern":"^\\d{4}-[a-z]+$"})"), "");
}

TEST(LossesTest, AGrammarHasNoBoundsThatAreFarAway) {
  constexpr std::string_view kFar =
      R"({"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807})";
  EXPECT_EQ(Lost("xgrammar", kFar), " minimum dropped\n maximum dropped\n");
  EXPECT_EQ(Lost("grammar", kFar), " minimum dropped\n maximum dropped\n");
  EXPECT_EQ(Lost("openai_strict", kFar), "");
  EXPECT_EQ(Lost("xgrammar", R"({"type":"integer","maximum":1000000000000000})"), "");
}

TEST(LossesTest, AConstantThatItsEnumDoesNotListIsNoValue) {
  const json::Document schema = ParseOrDie(R"({"const":3,"enum":[1,2]})");
  EXPECT_TRUE(Lower(schema.root(), *FindSubset("mistral")).obstacle.has_value());
}

TEST(LossesTest, WhatNamesNoTypeIsNamedWholeWhereEveryValueMustPass) {
  EXPECT_EQ(
      Lost(
          "fireworks",
          R"({"properties":{"a":{"type":"string","minLength":1}},"required":["a"]})",
          Fidelity::kExact
      ),
      " required dropped\n/properties/a type dropped\n/properties/a minLength dropped\n"
  );
}

}  // namespace
}  // namespace extractd::schema::lower
