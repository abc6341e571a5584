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

TEST_F(SchemaTest, SchemasAreListedByNameTheNewestVersionFirst) {
  Start();
  const auto add = [&](std::string name, std::string text) {
    v1::RegisterSchemaRequest request;
    request.mutable_schema()->set_json_schema(std::move(text));
    request.set_name(std::move(name));
    EXPECT_TRUE(client->RegisterSchema(request).ok());
  };
  add("b", "{}");
  add("b", "true");
  add("a", "{}");
  add("c", "{}");
  v1::ListSchemasRequest request;
  request.set_page_size(3);
  const auto first = client->ListSchemas(request);
  ASSERT_TRUE(first.ok()) << first.failure().message;
  ASSERT_EQ(first->schemas_size(), 3);
  EXPECT_EQ(first->schemas(0).name(), "a");
  EXPECT_EQ(first->schemas(1).version(), 2);
  EXPECT_EQ(first->schemas(2).version(), 1);
  EXPECT_EQ(first->schemas(0).json_schema(), "");
  request.set_page_token(first->next_page_token());
  const auto second = client->ListSchemas(request);
  ASSERT_EQ(second->schemas_size(), 1);
  EXPECT_EQ(second->schemas(0).name(), "c");
  EXPECT_EQ(second->next_page_token(), "");
  v1::ListSchemasRequest of_b;
  of_b.set_name_prefix("b");
  EXPECT_EQ(client->ListSchemas(of_b)->schemas_size(), 2);
  v1::ListSchemasRequest too_many;
  too_many.set_page_size(501);
  EXPECT_EQ(client->ListSchemas(too_many).failure().bad_fields.at(0).field, "page_size");
}

TEST_F(SchemaTest, VersionThatBreaksWhatIsDemandedIsRefusedWithTheChanges) {
  Start();
  const auto add = [&](std::string text, v1::Compatibility demand) {
    v1::RegisterSchemaRequest request;
    request.mutable_schema()->set_json_schema(std::move(text));
    request.set_name("order");
    request.set_compatibility(demand);
    return client->RegisterSchema(request);
  };
  const std::string one = R"({"properties":{"n":{"type":"integer"}},"required":["n"]})";
  const std::string wider = R"({"properties":{"n":{"type":"number"}},"required":["n"]})";
  ASSERT_TRUE(add(one, v1::COMPATIBILITY_BACKWARD).ok()) << "there is no version before";
  const auto refused = add(wider, v1::COMPATIBILITY_FORWARD);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(refused.failure().reason, "SCHEMA_INCOMPATIBLE");
  ASSERT_EQ(refused.failure().bad_fields.size(), 1U);
  EXPECT_EQ(refused.failure().bad_fields[0].field, "schema#/properties/n");
  const auto kept = add(wider, v1::COMPATIBILITY_BACKWARD);
  ASSERT_TRUE(kept.ok()) << kept.failure().message;
  EXPECT_EQ(kept->schema().version(), 2);
  ASSERT_EQ(kept->changes_size(), 1);
  EXPECT_EQ(kept->changes(0).schema_path(), "/properties/n");
  EXPECT_EQ(kept->changes(0).keyword(), "type");
  EXPECT_EQ(kept->changes(0).expected(), "forward");
  EXPECT_FALSE(add(one, v1::COMPATIBILITY_BACKWARD).ok());
}

TEST_F(SchemaTest, SchemaIsInferredFromExamplesAndRefined) {
  Start();
  v1::InferSchemaRequest request;
  request.mutable_examples()->add_examples_json(R"({"name":"Ada","born":"1815-12-10"})");
  const auto first = client->InferSchema(request);
  ASSERT_TRUE(first.ok()) << first.failure().message;
  EXPECT_EQ(
      first->json_schema(),
      R"({"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",)"
      R"("properties":{"name":{"type":"string"},"born":{"type":"string","format":"date"}},)"
      R"("required":["name","born"]})"
  );
  ASSERT_EQ(first->warnings_size(), 1);
  EXPECT_EQ(first->warnings(0).code(), "ONE_EXAMPLE");

  v1::InferSchemaRequest more;
  more.set_previous_json_schema(first->json_schema());
  more.mutable_examples()->add_examples_json(R"({"name":"Bo"})");
  more.mutable_examples()->mutable_options()->set_closed_objects(true);
  const auto refined = client->InferSchema(more);
  ASSERT_TRUE(refined.ok()) << refined.failure().message;
  EXPECT_NE(
      refined->json_schema().find(R"("required":["name"],"additionalProperties":false)"),
      std::string::npos
  ) << refined->json_schema();

  v1::InferSchemaRequest bad;
  bad.mutable_examples()->add_examples_json("1");
  bad.mutable_examples()->add_examples_json("{");
  const auto refused = client->InferSchema(bad);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().bad_fields.at(0).field, "examples.examples_json[1]");
}

TEST_F(SchemaTest, ExamplesStandForASchemaInAnExtraction) {
  Start();
  Script({ToolAnswer(R"({"name":"Ada","age":"old"})"), ToolAnswer(kAda)});
  v1::ExtractRequest request = PersonRequest();
  request.clear_schema();
  request.mutable_schema()->mutable_examples()->add_examples_json(R"({"name":"Bo","age":7})");
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->json(), kAda);
  EXPECT_EQ(result->attempts_size(), 2) << "the first answer breaks what the example shows";
  ASSERT_EQ(result->warnings_size(), 1);
  EXPECT_EQ(result->warnings(0).code(), "ONE_EXAMPLE");

  request.mutable_schema()->mutable_examples()->set_examples_json(0, "{");
  EXPECT_EQ(
      client->Extract(request).failure().bad_fields.at(0).field, "schema.examples.examples_json[0]"
  );
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

TEST_F(SchemaTest, AdaptSchemaListsEveryConstraintThatIsLost) {
  Start();
  constexpr int kMembers = 150;
  std::string members;
  for (int i = 0; i < kMembers; ++i) {
    members += fmt::format(R"({}"m{}":{{"type":"string","minLength":2}})", i == 0 ? "" : ",", i);
  }
  v1::AdaptSchemaRequest request;
  request.mutable_schema()->set_json_schema(fmt::format(
      R"({{"type":"object","properties":{{{}}},"additionalProperties":false}})", members
  ));
  request.mutable_target()->set_model("openai/gpt-6-luna");
  const auto adapted = client->AdaptSchema(request);
  ASSERT_TRUE(adapted.ok()) << adapted.failure().message;
  ASSERT_EQ(adapted->downgrades_size(), kMembers);
  for (int i = 0; i < kMembers; ++i) {
    EXPECT_EQ(adapted->downgrades(i).schema_path(), fmt::format("/properties/m{}", i));
    EXPECT_EQ(adapted->downgrades(i).keyword(), "minLength");
  }
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
