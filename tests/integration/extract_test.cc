// Extract as callers see it when nothing goes wrong, and when only the model does.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

using ExtractTest = DaemonTest;

TEST_F(ExtractTest, ToolsModeReturnsTheArgumentsOfTheForcedCall) {
  Start();
  Script({ToolAnswer(kAda)});
  v1::ExtractRequest request = PersonRequest();
  request.set_mode(v1::MODE_TOOLS);
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->json(), kAda);
  EXPECT_TRUE(result->valid());
  EXPECT_EQ(result->provider(), "acme");
  EXPECT_EQ(result->model(), "acme-1");
  EXPECT_EQ(result->mode(), v1::MODE_TOOLS);
  EXPECT_EQ(result->mode_name(), "TOOLS");
  EXPECT_EQ(result->usage().input_tokens(), 100);
  EXPECT_EQ(result->usage().output_tokens(), 20);
  EXPECT_TRUE(result->schema_id().starts_with("sha256:"));
  ASSERT_EQ(result->attempts_size(), 1);
  EXPECT_EQ(result->attempts(0).outcome(), v1::ATTEMPT_OUTCOME_VALID);
  EXPECT_EQ(result->attempts(0).kind(), v1::ATTEMPT_KIND_FIRST);
  EXPECT_EQ(result->attempts(0).http_status(), 200);
  EXPECT_EQ(result->attempts(0).provider_request_id(), "acme-7");
  const std::string body = acme.requests().front().body;
  EXPECT_NE(body.find(R"("tool_choice":{"type":"function")"), std::string::npos) << body;
  EXPECT_NE(body.find(kPersonSchema), std::string::npos) << body;
}

TEST_F(ExtractTest, JsonSchemaModeSendsTheSchemaAsTheResponseFormat) {
  Start();
  Script({TextAnswer(kAda)});
  v1::ExtractRequest request = PersonRequest();
  request.set_mode(v1::MODE_JSON_SCHEMA);
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->json(), kAda);
  const std::string body = acme.requests().front().body;
  EXPECT_NE(body.find(R"("type":"json_schema")"), std::string::npos) << body;
}

TEST_F(ExtractTest, JsonModePutsTheSchemaIntoThePrompt) {
  Start();
  Script({TextAnswer(kAda)});
  v1::ExtractRequest request = PersonRequest();
  request.set_mode(v1::MODE_JSON);
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->json(), kAda);
  const std::string body = acme.requests().front().body;
  EXPECT_NE(body.find(R"("type":"json_object")"), std::string::npos) << body;
  EXPECT_NE(body.find(R"(\"minimum\":0)"), std::string::npos) << body;
}

TEST_F(ExtractTest, MarkdownModeTakesTheCodeBlock) {
  Start();
  Script({TextAnswer("Here you are:\n```json\n" + std::string(kAda) + "\n```\nAnything else?")});
  v1::ExtractRequest request = PersonRequest();
  request.set_mode(v1::MODE_MD_JSON);
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->json(), kAda);
  EXPECT_EQ(acme.requests().front().body.find("response_format"), std::string::npos);
}

TEST_F(ExtractTest, InvalidAnswerIsAskedForAgainWithItsIssuesAndTokensAddUp) {
  Start();
  Script({ToolAnswer(kAdaWithNegativeAge), ToolAnswer(kAda)});
  const auto result = client->Extract(PersonRequest());
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->json(), kAda);
  EXPECT_EQ(result->usage().input_tokens(), 200);
  ASSERT_EQ(result->attempts_size(), 2);
  const v1::Attempt& first = result->attempts(0);
  EXPECT_EQ(first.outcome(), v1::ATTEMPT_OUTCOME_INVALID);
  ASSERT_EQ(first.issues_size(), 1);
  EXPECT_EQ(first.issues(0).path(), "/age");
  EXPECT_EQ(first.issues(0).schema_path(), "/properties/age/minimum");
  EXPECT_EQ(first.issues(0).keyword(), "minimum");
  EXPECT_EQ(first.issues(0).found(), "-36");
  EXPECT_EQ(result->attempts(1).kind(), v1::ATTEMPT_KIND_REASK);
  EXPECT_EQ(result->attempts(1).turn(), 2);
  const std::string second = acme.requests().at(1).body;
  EXPECT_NE(second.find("-36"), std::string::npos) << second;
  EXPECT_NE(second.find("/age"), std::string::npos) << second;
}

TEST_F(ExtractTest, DamageIsRepairedLocallyAndListed) {
  Start();
  Script({ToolAnswer(R"({"name":"Ada","age":36,})")});
  const auto result = client->Extract(PersonRequest());
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->json(), kAda);
  EXPECT_EQ(result->attempts_size(), 1);
  ASSERT_EQ(result->repairs_size(), 1);
  EXPECT_EQ(result->repairs(0).kind(), "trailing_comma");
  EXPECT_TRUE(result->repairs(0).lossless());
}

TEST_F(ExtractTest, RepairsAboveTheGateAreNotMade) {
  Start();
  Script({ToolAnswer(R"({"name":"Ada","age":36,})"), ToolAnswer(kAda)});
  v1::ExtractRequest request = PersonRequest();
  request.mutable_validation()->set_max_loss(v1::MAX_LOSS_NONE);
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->attempts_size(), 2);
  EXPECT_EQ(result->repairs_size(), 0);
}

TEST_F(ExtractTest, NumbersAndKeyOrderPassThroughUnchanged) {
  Start();
  constexpr std::string_view kExact =
      R"({"z":123456789012345678901234567890,"a":0.10000000000000000001,"m":1e400})";
  Script({ToolAnswer(kExact)});
  v1::ExtractRequest request = PersonRequest();
  request.mutable_schema()->set_json_schema(
      R"({"type":"object","additionalProperties":{"type":"number"}})"
  );
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->json(), kExact);
}

TEST_F(ExtractTest, BestEffortReturnsTheBestAnswerWithItsIssues) {
  Start();
  Script({ToolAnswer(kAdaWithNegativeAge), ToolAnswer(R"({"name":7,"age":"x"})")});
  v1::ExtractRequest request = PersonRequest();
  request.mutable_validation()->set_on_invalid(v1::ON_INVALID_RETURN_BEST_EFFORT);
  request.mutable_retry()->set_max_reasks(1);
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_FALSE(result->valid());
  EXPECT_EQ(result->json(), kAdaWithNegativeAge);
  ASSERT_EQ(result->issues_size(), 1);
  EXPECT_EQ(result->issues(0).path(), "/age");
  EXPECT_EQ(result->attempts_size(), 2);
}

TEST_F(ExtractTest, RequestIdIsInTheInitialMetadataTheAnswerAndTheLog) {
  Start("log_level: debug\n");
  Script({ToolAnswer(kAda)});
  PendingExtract call(daemon->address(), PersonRequest());
  ASSERT_TRUE(call.status().ok());
  const std::string id = call.response().request_id();
  const auto& metadata = call.context().GetServerInitialMetadata();
  const auto found = metadata.find("extractd-request-id");
  ASSERT_NE(found, metadata.end());
  EXPECT_EQ(std::string(found->second.data(), found->second.size()), id);
  for (const auto* event : {"call_planned", "attempt_started", "attempt_ended", "call_ended"}) {
    EXPECT_TRUE(daemon->WaitForLog(std::string("\"event\":\"") + event)) << event;
  }
  EXPECT_TRUE(daemon->WaitForLog(id));
}

TEST_F(ExtractTest, UnixSocketServesTheSame) {
  Start();
  Script({ToolAnswer(kAda)});
  Client local({.address = daemon->socket_address()});
  const auto result = local.Extract(PersonRequest());
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->json(), kAda);
}

TEST_F(ExtractTest, RenderShowsTheExactRequestAndSendsNothing) {
  options.environment["ACME_API_KEY"] = "acme-secret-key-1234";
  Start("", "    key_variable: ACME_API_KEY\n");
  v1::RenderRequest render;
  *render.mutable_request() = PersonRequest();
  const auto shown = client->Render(render);
  ASSERT_TRUE(shown.ok()) << shown.failure().message;
  EXPECT_TRUE(acme.requests().empty());
  Script({ToolAnswer(kAda)});
  ASSERT_TRUE(client->Extract(PersonRequest()).ok());
  EXPECT_EQ(shown->body(), acme.requests().front().body);
  EXPECT_EQ(shown->http_method(), acme.requests().front().method);
  bool redacted = false;
  for (const v1::Header& header : shown->headers()) {
    EXPECT_EQ(header.value().find("acme-secret"), std::string::npos);
    redacted |= header.name() == "authorization" && header.value() == "[redacted]";
  }
  EXPECT_TRUE(redacted);
  EXPECT_EQ(shown->effective_request().mode(), v1::MODE_TOOLS);
  EXPECT_EQ(shown->effective_request().retry().max_reasks(), 3);
}

TEST_F(ExtractTest, DefaultsOfTheRequestPrecedeThoseOfProviderAndServer) {
  Start("max_reasks: 0\nmax_transport_retries: 0\n", "    max_reasks: 1\n");
  v1::RenderRequest render;
  *render.mutable_request() = PersonRequest();
  auto shown = client->Render(render);
  ASSERT_TRUE(shown.ok()) << shown.failure().message;
  EXPECT_EQ(shown->effective_request().retry().max_transport_retries(), 0);
  EXPECT_EQ(shown->effective_request().retry().max_reasks(), 1);
  render.mutable_request()->mutable_retry()->set_max_reasks(2);
  shown = client->Render(render);
  ASSERT_TRUE(shown.ok()) << shown.failure().message;
  EXPECT_EQ(shown->effective_request().retry().max_reasks(), 2);
}

TEST_F(ExtractTest, DeprecatedModeNamesComeBackAsWarnings) {
  Start();
  v1::ExtractRequest request = PersonRequest();
  request.set_mode_name("openrouter_structured_outputs");
  auto foreign = client->Extract(request);
  ASSERT_FALSE(foreign.ok());
  EXPECT_EQ(foreign.failure().code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(foreign.failure().message.find("openrouter"), std::string::npos);
  EXPECT_NE(foreign.failure().message.find("acme"), std::string::npos);
  Script({ToolAnswer(kAda)});
  request.set_mode_name("functions");
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  ASSERT_EQ(result->warnings_size(), 1);
  EXPECT_EQ(result->warnings(0).code(), "DEPRECATED_MODE_NAME");
}

TEST_F(ExtractTest, AModeThatIsNotServedIsRefusedWithThoseThatAre) {
  Start();
  v1::ExtractRequest request = PersonRequest();
  request.set_mode_name("responses_tools");
  const auto result = client->Extract(request);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(result.failure().reason, "MODE_NOT_SUPPORTED");
  EXPECT_EQ(
      result.failure().metadata.at("supported"),
      "TOOLS, JSON_SCHEMA, JSON, MD_JSON, PARALLEL_TOOLS, REASONING_TOOLS"
  );
}

constexpr std::string_view kStrict =
    "    enforcement: openai_strict\n    sends_strict_tools: true\n";

TEST_F(ExtractTest, ASchemaOfASubsetIsLoweredAndItsAnswerCarriedBack) {
  Start({}, kStrict);
  Script({TextAnswer(R"({"value":[{"name":"Ada","born":null,"ages":[{"key":"now","value":36}]}]})")}
  );
  v1::ExtractRequest request = PersonRequest();
  request.mutable_schema()->set_json_schema(
      R"({"type":"array","items":{"type":"object","properties":{"name":{"type":"string",)"
      R"("minLength":1},"born":{"type":"string"},"ages":{"type":"object",)"
      R"("additionalProperties":{"type":"integer"}}},"required":["name"]}})"
  );
  request.set_mode(v1::MODE_JSON_SCHEMA);
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_TRUE(result->valid());
  EXPECT_EQ(result->json(), R"([{"name":"Ada","ages":{"now":36}}])");
  const std::string body = acme.requests().front().body;
  EXPECT_NE(body.find(R"("strict":true)"), std::string::npos) << body;
  EXPECT_NE(body.find(R"("required":["name","born","ages"])"), std::string::npos) << body;
  ASSERT_EQ(result->downgrades_size(), 1);
  EXPECT_EQ(result->downgrades(0).keyword(), "minLength");
  EXPECT_EQ(result->downgrades(0).schema_path(), "/items/properties/name");
}

TEST_F(ExtractTest, WhatComesBackIsValidatedUnderTheCallersSchema) {
  Start({}, kStrict);
  Script({ToolAnswer(R"({"name":"","age":null})"), ToolAnswer(R"({"name":"Ada","age":null})")});
  v1::ExtractRequest request = PersonRequest();
  request.mutable_schema()->set_json_schema(
      R"({"type":"object","properties":{"name":{"type":"string","minLength":1},)"
      R"("age":{"type":"integer"}},"required":["name"]})"
  );
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->json(), R"({"name":"Ada"})");
  ASSERT_EQ(result->attempts_size(), 2);
  ASSERT_EQ(result->attempts(0).issues_size(), 1);
  EXPECT_EQ(result->attempts(0).issues(0).path(), "/name");
  EXPECT_EQ(result->attempts(0).issues(0).keyword(), "minLength");
}

TEST_F(ExtractTest, ASchemaBeyondItsSubsetIsSentInTheNextModeWithTheReason) {
  Start({}, std::string(kStrict) + "    modes: [JSON_SCHEMA, TOOLS, JSON]\n");
  Script({ToolAnswer(R"({"p7":"x"})")});
  std::string schema = R"({"type":"object","properties":{"p0":{"type":"string"})";
  for (int i = 1; i < 5100; ++i) schema += fmt::format(R"(,"p{}":{{"type":"string"}})", i);
  v1::ExtractRequest request = PersonRequest();
  request.mutable_schema()->set_json_schema(schema + "}}");
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->mode(), v1::MODE_TOOLS);
  ASSERT_GE(result->downgrades_size(), 1);
  EXPECT_EQ(result->downgrades(0).action(), "mode JSON_SCHEMA -> TOOLS");
  EXPECT_EQ(result->downgrades(0).reason(), "subset openai_strict takes at most 5000 properties");
  EXPECT_NE(acme.requests().front().body.find(R"("strict":false)"), std::string::npos);
}

}  // namespace
}  // namespace extractd::integration
