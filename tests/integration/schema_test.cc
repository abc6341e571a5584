// Schemas as callers see them: the process-wide cache, the library, validation and parsing alone.
#include <array>
#include <cmath>
#include <random>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

class SchemaTest : public DaemonTest {
 protected:
  static v1::ValidateInstanceRequest Validation(std::string schema, std::string instance) {
    v1::ValidateInstanceRequest request;
    request.mutable_schema()->set_json_schema(std::move(schema));
    request.set_instance_json(std::move(instance));
    return request;
  }
};

TEST_F(SchemaTest, SixtyFourFirstCallsAtOnceCompileOnce) {
  Start();
  // Large enough to compile on the pool, so that the calls overlap.
  std::string schema = R"({"type":"object","properties":{"p":{"type":"string"})";
  for (int i = 0; i < 2000; ++i) schema += fmt::format(R"(,"p{}":{{"type":"integer"}})", i);
  schema += "}}";
  std::vector<std::thread> callers;
  std::atomic<int> valid = 0;
  callers.reserve(64);
  for (int i = 0; i < 64; ++i) {
    callers.emplace_back([&] {
      const auto result = client->ValidateInstance(Validation(schema, R"({"p":"x"})"));
      if (result.ok() && result->valid()) ++valid;
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(valid, 64);
  EXPECT_EQ(daemon->Metric("extractd_schema_cache_misses_total"), 1);
  EXPECT_EQ(
      daemon->Metric("extractd_schema_cache_hits_total") +
          daemon->Metric("extractd_schema_cache_joined_total"),
      63
  );
}

TEST_F(SchemaTest, ZipfMixOfAHundredSchemasFromTwoClientsHitsFourTimesInFive) {
  Start();
  constexpr int kSchemas = 100;
  constexpr int kRequests = 1000;
  std::vector<double> weights;
  for (int rank = 1; rank <= kSchemas; ++rank) weights.push_back(1.0 / rank);
  const auto call = [&](unsigned seed) {
    Client own({.address = daemon->address()});
    std::mt19937 random(seed);
    std::discrete_distribution<int> rank(weights.begin(), weights.end());
    for (int i = 0; i < kRequests / 2; ++i) {
      const std::string schema = fmt::format(R"({{"type":"integer","minimum":{}}})", rank(random));
      EXPECT_TRUE(own.ValidateInstance(Validation(schema, "1000"))->valid());
    }
  };
  std::thread other(call, 2);
  call(1);
  other.join();
  const double hits = daemon->Metric("extractd_schema_cache_hits_total");
  EXPECT_GE(hits, 0.8 * kRequests);
  EXPECT_EQ(
      hits + daemon->Metric("extractd_schema_cache_misses_total") +
          daemon->Metric("extractd_schema_cache_joined_total"),
      kRequests
  );
  EXPECT_LE(daemon->Metric("extractd_schema_cache_entries"), kSchemas);
}

TEST_F(SchemaTest, CacheStaysWithinItsBytes) {
  Start("schema_cache_bytes: 200000\n");
  for (int i = 0; i < 300; ++i) {
    const std::string schema = fmt::format(R"({{"const":"{}{}"}})", std::string(1000, 'x'), i);
    ASSERT_TRUE(client->ValidateInstance(Validation(schema, "1")).ok());
  }
  EXPECT_LE(daemon->Metric("extractd_schema_cache_bytes"), 200'000);
  EXPECT_GT(daemon->Metric("extractd_schema_cache_evictions_total"), 0);
}

TEST_F(SchemaTest, WithoutTheCacheEveryCallCompiles) {
  Start("cache_schemas: false\n");
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(client->ValidateInstance(Validation("{}", "1")).ok());
  EXPECT_EQ(daemon->Metric("extractd_schema_cache_misses_total"), 3);
}

TEST_F(SchemaTest, RegisteredSchemasHaveVersionsAndAreFoundByIdNameAndVersion) {
  Start();
  const auto add = [&](std::string text) {
    v1::RegisterSchemaRequest request;
    request.mutable_schema()->set_json_schema(std::move(text));
    request.set_name("person");
    return client->RegisterSchema(request);
  };
  const auto first = add(R"({"title":"one"})");
  ASSERT_TRUE(first.ok()) << first.failure().message;
  EXPECT_TRUE(first->created());
  EXPECT_EQ(first->schema().version(), 1);
  EXPECT_FALSE(add(R"({"title":"one"})")->created());
  EXPECT_EQ(add(R"({"title":"two"})")->schema().version(), 2);
  const auto get = [&](std::string id) {
    v1::GetSchemaRequest request;
    request.set_schema_id(std::move(id));
    return client->GetSchema(request);
  };
  EXPECT_EQ(get("person")->schema().json_schema(), R"({"title":"two"})");
  EXPECT_EQ(get("person@1")->schema().json_schema(), R"({"title":"one"})");
  EXPECT_EQ(get(first->schema().schema_id())->schema().json_schema(), R"({"title":"one"})");
  const auto missing = get("person@9");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.failure().code, grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(missing.failure().reason, "SCHEMA_NOT_FOUND");
}

TEST_F(SchemaTest, ValidationListsEveryIssueAndTextThatIsNoJsonIsOne) {
  Start();
  const auto result =
      client->ValidateInstance(Validation(std::string(kPersonSchema), R"({"age":-1,"x":0})"));
  ASSERT_TRUE(result.ok());
  EXPECT_FALSE(result->valid());
  EXPECT_EQ(result->issue_count(), 3);
  const auto broken = client->ValidateInstance(Validation("{}", "{"));
  ASSERT_TRUE(broken.ok());
  EXPECT_FALSE(broken->valid());
  EXPECT_EQ(broken->issues(0).keyword(), "syntax");
}

TEST_F(SchemaTest, ParseTextFindsAndRepairsTheAnswer) {
  Start();
  v1::ParseTextRequest request;
  request.mutable_schema()->set_json_schema(std::string(kPersonSchema));
  request.set_text("Sure! {'name': 'Ada', age: 36,} Bye.");
  const auto result = client->ParseText(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_TRUE(result->valid());
  EXPECT_EQ(result->json(), kAda);
  EXPECT_GE(result->repairs_size(), 3);
}

TEST_F(SchemaTest, AdaptSchemaShowsWhatAProviderWouldGet) {
  Start();
  v1::AdaptSchemaRequest request;
  request.mutable_schema()->set_json_schema(
      R"({"type":"array","items":{"type":"object","properties":{"name":{"type":"string",)"
      R"("minLength":1},"age":{"type":"integer"}},"required":["name"]}})"
  );
  request.mutable_target()->set_model("openai/gpt-6-luna");
  const auto strict = client->AdaptSchema(request);
  ASSERT_TRUE(strict.ok()) << strict.failure().message;
  EXPECT_EQ(strict->mode_name(), "JSON_SCHEMA");
  EXPECT_EQ(
      strict->adapted_json_schema(),
      R"({"type":"object","properties":{"value":{"type":"array","items":{"type":"object",)"
      R"j("properties":{"name":{"type":"string","description":"(minLength: 1)"},)j"
      R"("age":{"type":["integer","null"]}},"required":["name","age"],)"
      R"("additionalProperties":false}}},"required":["value"],"additionalProperties":false})"
  );
  EXPECT_EQ(strict->prompt_text(), "{name: string, age?: integer}[]");
  ASSERT_EQ(strict->downgrades_size(), 2);
  EXPECT_EQ(strict->downgrades(0).schema_path(), "/items/properties/name");
  EXPECT_EQ(strict->downgrades(0).keyword(), "minLength");
  EXPECT_EQ(strict->downgrades(0).action(), "moved to description");
  EXPECT_EQ(strict->downgrades(1).keyword(), "additionalProperties");
  EXPECT_EQ(strict->downgrades(1).action(), "narrowed");

  request.mutable_target()->set_mode_name("MD_JSON");
  const auto prompt = client->AdaptSchema(request);
  ASSERT_TRUE(prompt.ok()) << prompt.failure().message;
  EXPECT_EQ(prompt->adapted_json_schema(), request.schema().json_schema());
  EXPECT_EQ(prompt->downgrades_size(), 0);
}

TEST_F(SchemaTest, AdaptSchemaNamesAFieldThatIsWrong) {
  Start();
  v1::AdaptSchemaRequest request;
  const auto empty = client->AdaptSchema(request);
  ASSERT_FALSE(empty.ok());
  EXPECT_EQ(empty.failure().reason, "INVALID_REQUEST");
  request.mutable_schema()->set_json_schema("{}");
  request.mutable_target()->set_model("nobody/x");
  EXPECT_EQ(client->AdaptSchema(request).failure().reason, "UNKNOWN_PROVIDER");
}

}  // namespace
}  // namespace extractd::integration
