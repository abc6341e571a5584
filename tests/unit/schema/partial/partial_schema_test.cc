#include "server/schema/partial/partial_schema.h"

#include <memory>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/json/write.h"

namespace extractd::schema {
namespace {

using json::Type;
using Showing = PartialSchema::Showing;
using Worth = PartialSchema::Judged::Worth;

class PartialSchemaTest : public ::testing::Test {
 protected:
  void Use(const std::string& schema, const PartialSchema::Options& options = {}) {
    compiled_ = *Compile(schema);
    partial_ = std::make_unique<PartialSchema>(*compiled_, options);
  }
  BlockIndex Member(std::string_view name) { return partial_->Member(partial_->root(), name); }
  // Of a member of the root.
  Showing ShowingOf(std::string_view name, Type type) {
    return partial_->ShowingOf(Member(name), type);
  }
  PartialSchema::Judged Judge(BlockIndex block, std::string_view text) {
    const json::ParseResult parsed = json::ParseView(text);
    return partial_->Judge(block, std::get<json::Document>(parsed).root());
  }

  std::shared_ptr<const CompiledSchema> compiled_;
  std::unique_ptr<PartialSchema> partial_;
};

TEST_F(PartialSchemaTest, TextsGrowUnlessAPartOfThemWouldNotBeValid) {
  Use(R"({"properties":{
    "text":{"type":"string"}, "color":{"enum":["red","blue"]}, "code":{"pattern":"^[A-Z]{3}$"},
    "day":{"type":"string","format":"date"}, "whole":{"type":"string","x-stream":"atomic"}}})");
  EXPECT_EQ(ShowingOf("text", Type::kString), Showing::kGrows);
  for (const auto* name : {"color", "code", "day", "whole"}) {
    EXPECT_EQ(ShowingOf(name, Type::kString), Showing::kWhole) << name;
  }
}

TEST_F(PartialSchemaTest, FormatsThatAreNotAssertedHoldNothingUp) {
  Use(R"({"properties":{"day":{"format":"date"}}})", {.assert_formats = false});
  EXPECT_EQ(ShowingOf("day", Type::kString), Showing::kGrows);
}

TEST_F(PartialSchemaTest, WhatHasTheWrongTypeIsNotShown) {
  Use(R"({"properties":{"age":{"type":"integer"},"tags":{"type":"array"}}})");
  EXPECT_EQ(ShowingOf("age", Type::kString), Showing::kNever);
  EXPECT_EQ(ShowingOf("tags", Type::kObject), Showing::kNever);
  EXPECT_EQ(ShowingOf("tags", Type::kArray), Showing::kGrows);
}

TEST_F(PartialSchemaTest, AtomicArraysAndObjectsComeWhole) {
  Use(R"({"properties":{"point":{"type":"object","x-stream":"atomic"}}})");
  EXPECT_EQ(ShowingOf("point", Type::kObject), Showing::kWhole);
}

TEST_F(PartialSchemaTest, ChildrenAreFoundThroughReferencesAndTheOnlyBranchOfTheirType) {
  Use(R"({"properties":{"home":{"anyOf":[{"$ref":"#/$defs/place"},{"type":"null"}]}},
          "$defs":{"place":{"type":"object","properties":{"zip":{"type":"integer"}},
                   "additionalProperties":false}}})");
  const BlockIndex home = Member("home");
  EXPECT_EQ(partial_->ShowingOf(home, Type::kObject), Showing::kGrows);
  EXPECT_EQ(partial_->ShowingOf(home, Type::kArray), Showing::kNever);
  EXPECT_EQ(partial_->ShowingOf(partial_->Member(home, "zip"), Type::kArray), Showing::kNever);
  EXPECT_TRUE(partial_->Forbids(home, "city"));
  EXPECT_FALSE(partial_->Forbids(home, "zip"));
}

TEST_F(PartialSchemaTest, OfSeveralBranchesNothingIsKnown) {
  Use(R"({"properties":{"v":{"anyOf":[{"type":"string"},{"enum":["a"]}]},
      "o":{"oneOf":[{"properties":{"a":{"type":"integer"}}},{"properties":{"a":{"type":"null"}}}]}}})"
  );
  EXPECT_EQ(ShowingOf("v", Type::kString), Showing::kWhole);
  EXPECT_EQ(partial_->Member(Member("o"), "a"), kNoBlock);
  EXPECT_EQ(Judge(kNoBlock, "7").worth, Worth::kValid);
}

TEST_F(PartialSchemaTest, ElementsHaveTheSchemaOfTheirPlace) {
  Use(R"({"prefixItems":[{"type":"string"}],"items":{"type":"integer"}})");
  EXPECT_EQ(
      partial_->ShowingOf(partial_->Element(partial_->root(), 0), Type::kString), Showing::kGrows
  );
  EXPECT_EQ(
      partial_->ShowingOf(partial_->Element(partial_->root(), 5), Type::kString), Showing::kNever
  );
}

TEST_F(PartialSchemaTest, APartIsValidCoercedOrHopeless) {
  Use(R"({"properties":{"age":{"type":"integer","minimum":0}}})");
  EXPECT_EQ(Judge(Member("age"), "36").worth, Worth::kValid);
  const PartialSchema::Judged coerced = Judge(Member("age"), "\"36\"");
  ASSERT_EQ(coerced.worth, Worth::kCoerced);
  EXPECT_EQ(json::ToText(coerced.coerced->root()), "36");
  EXPECT_EQ(Judge(Member("age"), "-1").worth, Worth::kHopeless);
  EXPECT_EQ(Judge(Member("age"), "\"old\"").worth, Worth::kHopeless);
}

TEST_F(PartialSchemaTest, WithoutCoercionTheWrongTypeIsHopeless) {
  Use(R"({"properties":{"age":{"type":"integer"}}})", {.coerces = false});
  EXPECT_EQ(Judge(Member("age"), "\"36\"").worth, Worth::kHopeless);
}

TEST_F(PartialSchemaTest, IssuesStandAtTheirPlaceInTheAnswer) {
  Use(R"({"properties":{"p":{"properties":{"age":{"minimum":0}}}}})");
  const json::ParseResult parsed = json::ParseView(R"({"age":-1})");
  const IssueList issues =
      partial_->IssuesOf(Member("p"), std::get<json::Document>(parsed).root(), "/p");
  ASSERT_EQ(issues.total, 1U);
  EXPECT_EQ(issues.listed[0].path, "/p/age");
  EXPECT_EQ(issues.listed[0].keyword, "minimum");
}

TEST_F(PartialSchemaTest, DynamicReferencesLeaveEverythingOpen) {
  Use(R"({"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://x.test/a",
          "$dynamicAnchor":"node","properties":{"next":{"$dynamicRef":"#node"},"n":{"type":"null"}}})"
  );
  EXPECT_EQ(partial_->root(), kNoBlock);
}

TEST_F(PartialSchemaTest, ATextWaitsForItsLeastLength) {
  Use(R"({"properties":{"a":{"type":"string","minLength":3},"b":{"type":"string"}}})");
  EXPECT_EQ(partial_->LeastTextOf(Member("a")), 3U);
  EXPECT_EQ(partial_->LeastTextOf(Member("b")), 0U);
}

}  // namespace
}  // namespace extractd::schema
