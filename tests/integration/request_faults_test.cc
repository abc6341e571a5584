// Requests and schemas that are wrong. The numbers are those of the catalogue of faults.

#include <fmt/format.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include "tests/integration/raw_call.h"
#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

constexpr const char* kExtract = "/extractd.v1.ExtractionService/Extract";

class RequestFaultsTest : public DaemonTest {
 protected:
  // What a schema is refused for; fails the test if it is not.
  Failure RefusalOf(std::string schema) {
    v1::ExtractRequest request = PersonRequest();
    request.mutable_schema()->set_json_schema(std::move(schema));
    const auto result = client->Extract(request);
    EXPECT_FALSE(result.ok());
    EXPECT_TRUE(acme.connections().empty());
    return result.ok() ? Failure{} : result.failure();
  }
};

TEST_F(RequestFaultsTest, Case01_EveryProblemOfARequestIsNamedAtOnce) {
  Start();
  const auto empty = client->Extract(v1::ExtractRequest());
  ASSERT_FALSE(empty.ok());
  EXPECT_EQ(empty.failure().code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(empty.failure().reason, "INVALID_REQUEST");
  EXPECT_FALSE(empty.failure().request_id.empty());
  ASSERT_EQ(empty.failure().bad_fields.size(), 2U);
  EXPECT_EQ(empty.failure().bad_fields[0].field, "schema");
  EXPECT_EQ(empty.failure().bad_fields[1].field, "input");

  v1::ExtractRequest unknown_number = PersonRequest();
  unknown_number.set_mode(static_cast<v1::Mode>(77));
  const auto refused = client->Extract(unknown_number);
  ASSERT_FALSE(refused.ok());
  ASSERT_EQ(refused.failure().bad_fields.size(), 1U);
  EXPECT_EQ(refused.failure().bad_fields[0].field, "mode");
}

TEST_F(RequestFaultsTest, Case01_UnknownProviderIsNotFoundAndTheNearestIsNamed) {
  Start();
  v1::ExtractRequest request = PersonRequest();
  request.set_model("opnai/gpt");
  const auto result = client->Extract(request);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(result.failure().reason, "UNKNOWN_PROVIDER");
  EXPECT_EQ(result.failure().metadata.at("nearest"), "openai");
}

TEST_F(RequestFaultsTest, Case01_UnknownFieldsAreRefusedByNumber) {
  Start();
  v1::ExtractRequest request = PersonRequest();
  request.GetReflection()->MutableUnknownFields(&request)->AddVarint(999, 1);
  const auto result = client->Extract(request);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().reason, "INVALID_REQUEST");
  ASSERT_EQ(result.failure().bad_fields.size(), 1U);
  EXPECT_EQ(result.failure().bad_fields[0].field, "#999");
}

TEST_F(RequestFaultsTest, Case02_SchemaThatIsNotJsonIsRefusedWithItsPlace) {
  Start();
  const Failure broken = RefusalOf("{\"type\":\n  \"object\",,}");
  EXPECT_EQ(broken.code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(broken.reason, "INVALID_SCHEMA");
  EXPECT_EQ(broken.metadata.at("line"), "2");
  const Failure list = RefusalOf("[]");
  EXPECT_EQ(list.reason, "INVALID_SCHEMA");
  const Failure wrong_kind = RefusalOf(R"({"properties":{"a":{"type":7}}})");
  EXPECT_EQ(wrong_kind.reason, "INVALID_SCHEMA");
  EXPECT_EQ(wrong_kind.metadata.at("pointer"), "/properties/a/type");
}

TEST_F(RequestFaultsTest, Case03_ReferencesAreNeverFetched) {
  Start();
  const Failure local = RefusalOf(R"({"properties":{"a":{"$ref":"#/$defs/none"}}})");
  EXPECT_EQ(local.reason, "INVALID_SCHEMA");
  EXPECT_EQ(local.metadata.at("pointer"), "/properties/a/$ref");
  const Failure remote = RefusalOf(fmt::format(R"({{"$ref":"{}/schema.json"}})", acme.url()));
  EXPECT_EQ(remote.reason, "INVALID_SCHEMA");
  EXPECT_TRUE(acme.connections().empty());
}

TEST_F(RequestFaultsTest, Case03_UnknownKeywordsAreAnnotations) {
  Start();
  Script({ToolAnswer(kAda)});
  v1::ExtractRequest request = PersonRequest();
  request.mutable_schema()->set_json_schema(R"({"type":"object","x-colour":"red"})");
  const auto result = client->Extract(request);
  EXPECT_TRUE(result.ok()) << result.failure().message;
}

TEST_F(RequestFaultsTest, Case04_RecursiveSchemaValidatesToAnyDepthOfTheAnswer) {
  Start();
  Script({ToolAnswer(R"({"v":1,"next":{"v":2,"next":{"v":3}}})")});
  v1::ExtractRequest request = PersonRequest();
  request.mutable_schema()->set_json_schema(
      R"({"type":"object","properties":{"v":{"type":"integer"},"next":{"$ref":"#"}},"required":["v"]})"
  );
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  Script({ToolAnswer(R"({"v":1,"next":{"v":2,"next":{"v":"x"}}})"), ToolAnswer(R"({"v":1})")});
  const auto reasked = client->Extract(request);
  ASSERT_TRUE(reasked.ok()) << reasked.failure().message;
  EXPECT_EQ(reasked->attempts(0).issues(0).path(), "/next/next/v");
}

TEST_F(RequestFaultsTest, Case04_SchemaThatRefersToItselfForeverIsRefused) {
  Start();
  const Failure loop = RefusalOf(R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/a"}}})");
  EXPECT_EQ(loop.reason, "INVALID_SCHEMA");
}

TEST_F(RequestFaultsTest, Case05_DeepNestingIsRefusedWithoutRecursion) {
  Start();
  std::string schema;
  for (int i = 0; i < 10'000; ++i) schema += R"({"items":)";
  schema += "{}";
  schema += std::string(10'000, '}');
  const Failure deep = RefusalOf(schema);
  EXPECT_EQ(deep.code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(deep.reason, "INVALID_SCHEMA");

  v1::ParseTextRequest parse;
  parse.mutable_schema()->set_json_schema("{}");
  parse.set_text(std::string(100'000, '['));
  const auto parsed = client->ParseText(parse);
  ASSERT_TRUE(parsed.ok()) << parsed.failure().message;
  EXPECT_FALSE(parsed->valid());
}

TEST_F(RequestFaultsTest, Case06_LargeSchemasAreRefusedByNameOfTheLimit) {
  Start();
  const Failure bytes =
      RefusalOf(fmt::format(R"({{"description":"{}"}})", std::string(5U << 20U, 'x')));
  EXPECT_EQ(bytes.code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(bytes.reason, "SCHEMA_TOO_LARGE");
  EXPECT_EQ(bytes.metadata.at("limit"), "1048576");
  EXPECT_EQ(bytes.metadata.at("what"), "bytes");

  std::string properties = R"({"properties":{"p":true)";
  for (int i = 0; i < 50'000; ++i) properties += fmt::format(R"(,"p{}":{{}})", i);
  const Failure many = RefusalOf(properties + "}}");
  EXPECT_EQ(many.reason, "SCHEMA_TOO_LARGE");
}

TEST_F(RequestFaultsTest, Case07_PatternsRunInLinearTime) {
  Start();
  v1::ValidateInstanceRequest request;
  request.mutable_schema()->set_json_schema(R"({"pattern":"(a+)+$"})");
  request.set_instance_json("\"" + std::string(100'000, 'a') + "!\"");
  const double before = daemon->Metric("process_cpu_seconds_total");
  const auto result = client->ValidateInstance(request);
  EXPECT_LT(daemon->Metric("process_cpu_seconds_total") - before, 5);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_FALSE(result->valid());

  const Failure look_behind = RefusalOf(R"({"properties":{"a":{"pattern":"(?<=x)y"}}})");
  EXPECT_EQ(look_behind.reason, "INVALID_SCHEMA");
  EXPECT_EQ(look_behind.metadata.at("pointer"), "/properties/a/pattern");
  EXPECT_NE(look_behind.message.find("(?<=x)"), std::string::npos) << look_behind.message;
}

TEST_F(RequestFaultsTest, Case09_MessageAboveTheLimitIsRefusedWithLimitAndFlag) {
  Start();
  v1::ExtractRequest request = PersonRequest();
  request.set_input(std::string(33U << 20U, 'x'));
  const auto result = client->Extract(request);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(result.failure().reason, "MESSAGE_TOO_LARGE");
  EXPECT_EQ(result.failure().metadata.at("limit"), "33554432");
  EXPECT_EQ(result.failure().metadata.at("flag"), "--max-request-bytes");
}

TEST_F(RequestFaultsTest, Case09_AboveTheHardLimitThereIsTheBareCode) {
  Start("max_request_bytes: 65536\n");
  v1::ExtractRequest request = PersonRequest();
  request.set_input(std::string(200'000, 'x'));
  const auto result = client->Extract(request);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(result.failure().reason, "");
}

TEST_F(RequestFaultsTest, Case10_BytesThatAreNotUtf8AreRefusedByField) {
  Start();
  std::string bytes = PersonRequest().SerializeAsString();
  const size_t at = bytes.find("Ada is 36");
  bytes[at] = '\xFF';
  const Failure failure = ReadFailure(CallRaw(daemon->address(), kExtract, bytes).status);
  EXPECT_EQ(failure.code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(failure.reason, "INVALID_REQUEST");
  ASSERT_EQ(failure.bad_fields.size(), 1U);
  EXPECT_EQ(failure.bad_fields[0].field, "input");
}

TEST_F(RequestFaultsTest, Case10_BytesThatAreNoMessageAreRefused) {
  Start();
  const Failure failure =
      ReadFailure(CallRaw(daemon->address(), kExtract, "\x0A\xFF\xFF\xFF").status);
  EXPECT_EQ(failure.code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(failure.reason, "INVALID_REQUEST");
}

TEST_F(RequestFaultsTest, Case10_AnswersThatAreNotUtf8AreNeverPassedOnSilently) {
  Start();
  fakes::ScriptedReply broken = ToolAnswer(kAda);
  broken.body.replace(
      broken.body.find("Ada"),
      3,
      "A\xFF"
      "a"
  );
  Script({broken, ToolAnswer(kAda)});
  const auto reasked = client->Extract(PersonRequest());
  ASSERT_TRUE(reasked.ok()) << reasked.failure().message;
  EXPECT_EQ(reasked->attempts_size(), 2);

  Script({broken});
  v1::ExtractRequest lossy = PersonRequest();
  lossy.mutable_validation()->set_max_loss(v1::MAX_LOSS_LOSSY);
  const auto mended = client->Extract(lossy);
  ASSERT_TRUE(mended.ok()) << mended.failure().message;
  EXPECT_EQ(
      mended->json(),
      "{\"name\":\"A\xEF\xBF\xBD"
      "a\",\"age\":36}"
  );
  ASSERT_EQ(mended->repairs_size(), 1);
  EXPECT_EQ(mended->repairs(0).kind(), "invalid_utf8");
}

TEST_F(RequestFaultsTest, Case10_NulIsTextAndLoneSurrogatesAreNot) {
  Start();
  v1::ExtractRequest request = PersonRequest();
  request.set_input(std::string("a\0b", 3));
  Script({ToolAnswer(R"({"name":"A\u0000","age":1})")});
  const auto nul = client->Extract(request);
  ASSERT_TRUE(nul.ok()) << nul.failure().message;
  EXPECT_EQ(nul->json(), R"({"name":"A\u0000","age":1})");
  Script({ToolAnswer(R"({"name":"\ud800","age":1})"), ToolAnswer(kAda)});
  const auto lone = client->Extract(PersonRequest());
  ASSERT_TRUE(lone.ok()) << lone.failure().message;
  EXPECT_EQ(lone->attempts_size(), 2);
}

TEST_F(RequestFaultsTest, Case15_MissingKeyIsNamedAndNothingIsSent) {
  Start("", "    key_variable: ACME_API_KEY\n");
  const auto result = client->Extract(PersonRequest());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(result.failure().reason, "CREDENTIALS_MISSING");
  EXPECT_EQ(result.failure().metadata.at("variable"), "ACME_API_KEY");
  EXPECT_TRUE(acme.connections().empty());
}

}  // namespace
}  // namespace extractd::integration
