#include "server/schema/patch/patch.h"

#include <string>
#include <variant>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "server/schema/compiled_schema.h"

namespace extractd::schema {
namespace {

json::Document Parsed(std::string text) {
  json::ParseResult parsed = json::Parse(std::move(text));
  return std::move(std::get<json::Document>(parsed));
}

constexpr const char* kSchema =
    R"({"type":"object","properties":{"title":{"type":"string"},"people":{"type":"array","items":)"
    R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},)"
    R"("required":["name","age"],"additionalProperties":false}}},"required":["title","people"]})";

class PatchTest : public testing::Test {
 protected:
  std::optional<Patch> PatchOf(const std::string& answer, const char* schema = kSchema) {
    compiled_ = *Compile(schema);
    answer_ = Parsed(answer);
    return MakePatch(compiled_->root(), answer_.root(), compiled_->Validate(answer_.root()));
  }
  static std::string PathsOf(const std::optional<Patch>& patch) {
    if (!patch.has_value()) return "the whole";
    std::string paths;
    for (const PatchPart& part : patch->parts) paths += part.path + ";";
    return paths;
  }

  std::shared_ptr<const CompiledSchema> compiled_;
  json::Document answer_;
};

TEST_F(PatchTest, AWrongValueIsAskedForWithWhatStandsAroundIt) {
  const auto patch = PatchOf(
      R"({"title":"a long enough title","people":[{"name":"Ada","age":1},{"name":"Bob","age":"x"}]})"
  );
  ASSERT_EQ(PathsOf(patch), "/people/1/age;");
  EXPECT_EQ(patch->parts[0].context, R"({"name":"Bob","age":"x"})");
  EXPECT_EQ(patch->parts[0].problems.size(), 1U);
  EXPECT_EQ(
      patch->schema,
      R"({"type":"object","properties":{"fix_1":{"type":"integer"}},"required":["fix_1"],)"
      R"("additionalProperties":false})"
  );
}

TEST_F(PatchTest, AMissingMemberIsAskedForByItsName) {
  EXPECT_EQ(PathsOf(PatchOf(R"({"title":"t","people":[{"name":"Ada"}]})")), "/people/0/age;");
}

TEST_F(PatchTest, AMemberTooMuchMeansItsWholeObject) {
  EXPECT_EQ(
      PathsOf(PatchOf(
          R"({"title":"a title that is long enough","people":[{"name":"Ada","age":1,"x":2}]})"
      )),
      "/people/0;"
  );
}

TEST_F(PatchTest, PlacesWithinOthersAreAskedForOnce) {
  EXPECT_EQ(
      PathsOf(PatchOf(
          R"({"title":"a title that is long enough indeed","people":[{"name":1,"age":"y","x":2}]})"
      )),
      "/people/0;"
  );
}

TEST_F(PatchTest, WhatIsWrongAsAWholeIsNotPatched) {
  EXPECT_EQ(PathsOf(PatchOf("[]")), "the whole");
  EXPECT_EQ(PathsOf(PatchOf(R"({"title":"t","people":7})")), "/people;");
  EXPECT_EQ(
      PathsOf(PatchOf(R"({"title":777777777777777777777777777777,"people":[]})")), "the whole"
  ) << "more than half of it";
  EXPECT_EQ(PathsOf(PatchOf("{}", R"({"minProperties":1})")), "the whole");
}

TEST_F(PatchTest, ManyWrongPlacesAreTheWhole) {
  std::string people;
  for (size_t i = 0; i <= kMaxPatchParts; ++i) {
    people += fmt::format(R"({}{{"name":"a name","age":""}})", i == 0 ? "" : ",");
  }
  EXPECT_EQ(PathsOf(PatchOf(fmt::format(R"({{"title":"t","people":[{}]}})", people))), "the whole");
}

TEST_F(PatchTest, APatchReplacesAndAddsAndLeavesTheRestAsItWas) {
  const auto patch =
      PatchOf(R"({"title":"1.50","people":[{"name":"Ada"},{"name":"Bob","age":"x"}]})");
  ASSERT_EQ(PathsOf(patch), "/people/0/age;/people/1/age;");
  const json::Document reply = Parsed(R"({"fix_2":1e2,"fix_1":36,"other":1})");
  EXPECT_EQ(
      ApplyPatch(answer_.root(), *patch, reply.root()),
      R"({"title":"1.50","people":[{"name":"Ada","age":36},{"name":"Bob","age":1e2}]})"
  );
}

TEST_F(PatchTest, WhatAReplyDoesNotBringStaysAsItWas) {
  const auto patch = PatchOf(R"({"title":"title","people":[{"name":"Bob","age":"x"}]})");
  ASSERT_TRUE(patch.has_value());
  const json::Document reply = Parsed("{}");
  EXPECT_EQ(
      ApplyPatch(answer_.root(), *patch, reply.root()),
      R"({"title":"title","people":[{"name":"Bob","age":"x"}]})"
  );
}

TEST_F(PatchTest, NamesWithSlashesAndTildesAreFound) {
  const auto patch = PatchOf(
      R"({"a/b":{"c~d":"x","e":"a long enough text"}})",
      R"({"properties":{"a/b":{"properties":{"c~d":{"type":"integer"}}}}})"
  );
  ASSERT_EQ(PathsOf(patch), "/a~1b/c~0d;");
  const json::Document reply = Parsed(R"({"fix_1":1})");
  EXPECT_EQ(
      ApplyPatch(answer_.root(), *patch, reply.root()),
      R"({"a/b":{"c~d":1,"e":"a long enough text"}})"
  );
}

}  // namespace
}  // namespace extractd::schema
