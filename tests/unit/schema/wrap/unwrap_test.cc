#include "server/schema/wrap/unwrap.h"

#include <gtest/gtest.h>

#include "tests/unit/json/describe_repairs.h"
#include "tests/unit/schema/schema_test.h"

namespace extractd::schema {
namespace {

constexpr std::string_view kPerson =
    R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},)"
    R"("required":["name"]})";

// The answer `text` to `schema` in its wrapper.
Unwrapped Judged(Wrapping wrapping, std::string_view text, std::string_view schema = kPerson) {
  const auto compiled = CompileOrDie(WrapSchema(ParseOrDie(std::string(schema)).root(), wrapping));
  return Unwrap(wrapping, Judge(*compiled, text));
}

TEST(UnwrapTest, AValueLosesItsWrapperAndKeepsItsNumbers) {
  const Unwrapped value = Judged(Wrapping::kValue, R"({"value": 1.50})", R"({"type":"number"})");
  EXPECT_TRUE(value.verdict.valid);
  EXPECT_EQ(value.verdict.json, "1.50");
}

TEST(UnwrapTest, AListIsItsItemsInTheirOrder) {
  const Unwrapped list =
      Judged(Wrapping::kList, R"({"items":[{"name":"Ada"},{"name":"Bob","age":7}]})");
  EXPECT_TRUE(list.verdict.valid);
  EXPECT_EQ(list.verdict.json, "");
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_EQ(list.items[0].json, R"({"name":"Ada"})");
  EXPECT_EQ(list.items[1].json, R"({"name":"Bob","age":7})");
}

TEST(UnwrapTest, AnEmptyListIsAnAnswerAndAMissingOneAnIssue) {
  EXPECT_TRUE(Judged(Wrapping::kList, R"({"items":[]})").verdict.valid);
  for (const auto* text : {"{}", R"({"items":null})", R"({"people":[{"name":"Ada"}]})"}) {
    const Unwrapped missing = Judged(Wrapping::kList, text);
    EXPECT_FALSE(missing.verdict.valid) << text;
    EXPECT_TRUE(missing.items.empty()) << text;
    ASSERT_FALSE(missing.verdict.issues.listed.empty()) << text;
    EXPECT_EQ(missing.verdict.issues.listed[0].path, "") << "the wrapper is not the caller's";
  }
}

// By a name that says nothing, or what the schema says, a list loses nothing; a name that tells
// something is a loss; under no name is a list taken for an item.
TEST(UnwrapTest, AListByAnotherNameIsTakenWhereNothingIsLostOrLossesAreAllowed) {
  constexpr std::string_view kTitled =
      R"({"title":"Person","type":"object","properties":{"name":{"type":"string"}}})";
  const auto judged = [&](std::string_view text, json::MaxLoss max_loss) {
    const auto compiled =
        CompileOrDie(WrapSchema(ParseOrDie(std::string(kTitled)).root(), Wrapping::kList));
    return Unwrap(Wrapping::kList, Judge(*compiled, text, {.max_loss = max_loss}));
  };
  struct Row {
    std::string_view text;
    json::MaxLoss least;
    bool ever = true;
  };
  for (const Row& row :
       {Row{R"({"items":[{"name":"Ada"},{"name":"Bob"}]})", json::MaxLoss::kNone},
        Row{R"({"results":[{"name":"Ada"},{"name":"Bob"}]})", json::MaxLoss::kLossless},
        Row{R"({"Persons":[{"name":"Ada"},{"name":"Bob"}]})", json::MaxLoss::kLossless},
        Row{R"([{"name":"Ada"},{"name":"Bob"}])", json::MaxLoss::kLossless},
        Row{R"({"people":[{"name":"Ada"},{"name":"Bob"}]})", json::MaxLoss::kLossy},
        Row{R"({"rejected":[{"name":"Ada"},{"name":"Bob"}]})", json::MaxLoss::kLossy},
        Row{R"({"good":[{"name":"Ada"}],"bad":[{"name":"Bob"}]})", json::MaxLoss::kLossy, false}}) {
    for (const auto max_loss :
         {json::MaxLoss::kNone, json::MaxLoss::kLossless, json::MaxLoss::kLossy}) {
      const Unwrapped list = judged(row.text, max_loss);
      const bool taken = row.ever && max_loss >= row.least;
      EXPECT_EQ(list.verdict.valid, taken) << row.text;
      EXPECT_EQ(list.items.size(), taken ? 2U : 0U) << row.text;
    }
  }
  const Unwrapped lossy = judged(R"({"people":[{"name":"Ada"}]})", json::MaxLoss::kLossy);
  ASSERT_EQ(lossy.items.size(), 1U);
  EXPECT_EQ(
      json::DescribeRepairs(lossy.verdict.repairs),
      "wrapped : {\"people\":[{\"name\":\"Ada\"}]} -> {…}\nunwrapped : \"people\" ->  (lossy)"
  );
}

TEST(UnwrapTest, IssuesNameTheItemToTheCallerAndTheWrapperToTheModel) {
  const Unwrapped list = Judged(Wrapping::kList, R"({"items":[{"name":"Ada"},{"name":{}}]})");
  EXPECT_FALSE(list.verdict.valid);
  ASSERT_EQ(list.verdict.issues.listed.size(), 1U);
  EXPECT_EQ(list.verdict.issues.listed[0].path, "/1/name");
  EXPECT_EQ(list.verdict.issues.listed[0].schema_path, "/properties/name/type");
  ASSERT_EQ(list.wrapped_issues.listed.size(), 1U);
  EXPECT_EQ(list.wrapped_issues.listed[0].path, "/items/1/name");
  EXPECT_EQ(list.items.size(), 2U) << "the best effort";
}

TEST(UnwrapTest, RepairsOfAnItemAreItsOwn) {
  const Unwrapped list =
      Judged(Wrapping::kList, R"({"items":[{"name":"Ada"},{"name":"Bob","age":"7"}],})");
  EXPECT_TRUE(list.verdict.valid);
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_TRUE(list.items[0].repairs.empty());
  ASSERT_EQ(list.items[1].repairs.size(), 1U);
  EXPECT_EQ(list.items[1].repairs[0].path, "/age");
  EXPECT_EQ(list.items[1].json, R"({"name":"Bob","age":7})");
  ASSERT_EQ(list.verdict.repairs.size(), 1U);
  EXPECT_EQ(list.verdict.repairs[0].kind, "trailing_comma");
}

TEST(UnwrapTest, MaybeIsAValueOrAReason) {
  const Unwrapped found =
      Judged(Wrapping::kMaybe, R"({"value":{"name":"Ada"},"absent_reason":null})");
  EXPECT_TRUE(found.verdict.valid);
  EXPECT_EQ(found.verdict.json, R"({"name":"Ada"})");
  EXPECT_FALSE(found.absent_reason.has_value());
  const Unwrapped absent =
      Judged(Wrapping::kMaybe, R"({"value":null,"absent_reason":"nobody is named"})");
  EXPECT_TRUE(absent.verdict.valid);
  EXPECT_EQ(absent.verdict.json, "");
  EXPECT_EQ(absent.absent_reason, "nobody is named");
}

TEST(UnwrapTest, MaybeWithNeitherIsAnIssue) {
  for (const auto* text :
       {R"({"value":null,"absent_reason":null})", R"({"value":null,"absent_reason":""})"}) {
    const Unwrapped neither = Judged(Wrapping::kMaybe, text);
    EXPECT_FALSE(neither.verdict.valid) << text;
    EXPECT_FALSE(neither.absent_reason.has_value()) << text;
    ASSERT_EQ(neither.verdict.issues.total, 1U) << text;
    EXPECT_EQ(neither.wrapped_issues.listed[0].path, "/absent_reason") << text;
  }
}

TEST(UnwrapTest, IssuesOfAMaybeAreInTheCallersTerms) {
  const Unwrapped wrong = Judged(Wrapping::kMaybe, R"({"value":{"name":{}},"absent_reason":null})");
  EXPECT_FALSE(wrong.verdict.valid);
  ASSERT_FALSE(wrong.verdict.issues.listed.empty());
  EXPECT_EQ(wrong.verdict.issues.listed[0].path, "/name");
}

TEST(UnwrapTest, WhatIsNoJsonHasNoParts) {
  const Unwrapped nothing = Judged(Wrapping::kList, "none");
  EXPECT_FALSE(nothing.verdict.valid);
  EXPECT_TRUE(nothing.items.empty());
}

}  // namespace
}  // namespace extractd::schema
