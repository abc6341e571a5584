#include "server/schema/prepared_schema.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "server/base/error.h"

namespace extractd::schema {
namespace {

std::shared_ptr<const PreparedSchema> PrepareOrDie(std::string text) {
  auto prepared = Prepare(std::move(text), {});
  EXPECT_TRUE(prepared.ok()) << prepared.status();
  return prepared.ok() ? *std::move(prepared) : *Prepare("{}", {});
}

TEST(PreparedSchemaTest, TheCompactTextKeepsOrderAndNumbers) {
  const auto prepared =
      PrepareOrDie("{ \"type\" : \"number\",\n \"minimum\": 1.50, \"a\": [ 1e2 ] }");
  EXPECT_EQ(prepared->compact, R"({"type":"number","minimum":1.50,"a":[1e2]})");
  EXPECT_EQ(
      prepared->compiled->text(), "{ \"type\" : \"number\",\n \"minimum\": 1.50, \"a\": [ 1e2 ] }"
  );
}

TEST(PreparedSchemaTest, TheOutlineIsMadeOnce) {
  const auto prepared = PrepareOrDie(R"({"type":"object","properties":{"a":{"type":"string"}}})");
  EXPECT_EQ(prepared->outline, "{a?: string}");
}

TEST(PreparedSchemaTest, OnlyTypeObjectCountsAsAnObjectRoot) {
  EXPECT_TRUE(PrepareOrDie(R"({"type":"object"})")->object_root);
  for (const auto* schema :
       {R"({"type":["object","null"]})", R"({"properties":{}})", R"({"type":"array"})", "true"}) {
    EXPECT_FALSE(PrepareOrDie(schema)->object_root) << schema;
  }
}

TEST(PreparedSchemaTest, ItIsLoweredOnceForEachSubset) {
  const auto schema = PrepareOrDie(R"({"type":"object","properties":{"a":{"type":"string"}}})");
  const lower::Subset& strict = *lower::FindSubset("openai_strict");
  EXPECT_EQ(schema->FindLowered(strict), nullptr);
  const size_t before = schema->memory_bytes();
  const LoweredSchema& lowered = schema->Lower(strict);
  EXPECT_EQ(&schema->Lower(strict), &lowered);
  EXPECT_EQ(schema->FindLowered(strict), &lowered);
  EXPECT_NE(&schema->Lower(*lower::FindSubset("cohere")), &lowered);
  EXPECT_EQ(lowered.outline, "{a: string | null}");
  EXPECT_GT(schema->memory_bytes(), before + lowered.lowered.json.size());
}

TEST(PreparedSchemaTest, ItsNameIsItsTitle) {
  EXPECT_EQ(PrepareOrDie(R"({"title":"Sales order"})")->name, "Sales_order");
  EXPECT_EQ(PrepareOrDie("{}")->name, "answer");
}

TEST(PreparedSchemaTest, NamesHoldOnlyWhatProvidersTake) {
  EXPECT_EQ(SchemaNameFrom("invoice-2_b"), "invoice-2_b");
  EXPECT_EQ(SchemaNameFrom("  Größe & Form!! "), "Gr_e_Form");
  EXPECT_EQ(SchemaNameFrom("a__b"), "a__b");
  EXPECT_EQ(SchemaNameFrom("日本"), "answer");
  EXPECT_EQ(SchemaNameFrom(""), "answer");
  EXPECT_EQ(SchemaNameFrom(std::string(100, 'x')), std::string(64, 'x'));
  EXPECT_EQ(SchemaNameFrom(std::string(63, 'x') + " y"), std::string(63, 'x'));
}

TEST(PreparedSchemaTest, MemoryCountsEveryText) {
  const std::string words(10'000, 'x');
  const auto small = PrepareOrDie(R"({"type":"object"})");
  const auto large = PrepareOrDie(R"({"type":"object","description":")" + words + "\"}");
  // The caller's text, and the compact one.
  EXPECT_GE(large->memory_bytes(), small->memory_bytes() + (2 * words.size()));
}

TEST(PreparedSchemaTest, FailsAsCompilingDoes) {
  const auto reason_for = [](std::string text, const CompileLimits& limits) {
    return DetailsOf(Prepare(std::move(text), limits).status()).value_or(ErrorDetails{}).reason;
  };
  EXPECT_EQ(reason_for(R"({"type":1})", {}), Reason::kInvalidSchema);
  EXPECT_EQ(reason_for(R"({"type":"object"})", {.max_bytes = 5}), Reason::kSchemaTooLarge);
}

}  // namespace
}  // namespace extractd::schema
