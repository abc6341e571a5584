// A protobuf message type as schema: the caller gets its own type back.
#include <string>

#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include "extractd/v1/common.pb.h"
#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

namespace pb = google::protobuf;

class ProtobufTest : public DaemonTest {
 protected:
  // For a message that this program has, as its callers have theirs.
  static v1::ExtractRequest UsageRequest() {
    pb::FileDescriptorSet set;
    v1::Usage::descriptor()->file()->CopyTo(set.add_file());
    v1::ExtractRequest request = PersonRequest();
    v1::ProtobufSchema& schema = *request.mutable_schema()->mutable_protobuf();
    schema.set_file_descriptor_set(set.SerializeAsString());
    schema.set_message_type(v1::Usage::descriptor()->full_name());
    return request;
  }
};

TEST_F(ProtobufTest, AnswerComesBackAsAMessage) {
  Start();
  Script({ToolAnswer(R"({"inputTokens":[]})"), ToolAnswer(R"({"inputTokens":"9007199254740993"})")}
  );
  const auto result = client->Extract(UsageRequest());
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->attempts_size(), 2);
  EXPECT_EQ(result->json(), R"({"inputTokens":"9007199254740993"})");
  v1::Usage usage;
  ASSERT_TRUE(result->protobuf().UnpackTo(&usage));
  EXPECT_EQ(usage.input_tokens(), 9007199254740993);
  EXPECT_NE(acme.requests().back().body.find("inputTokens"), std::string::npos);
}

TEST_F(ProtobufTest, ANumberOf64BitsIsTakenForTheStringThatItIsInJson) {
  Start();
  Script({ToolAnswer(R"({"inputTokens":9007199254740993})")});
  const auto result = client->Extract(UsageRequest());
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->json(), R"({"inputTokens":"9007199254740993"})");
  ASSERT_EQ(result->repairs_size(), 1);
  EXPECT_TRUE(result->repairs(0).lossless());
}

TEST_F(ProtobufTest, OtherSchemasHaveNoMessage) {
  Start();
  Script({ToolAnswer(kAda)});
  const auto result = client->Extract(PersonRequest());
  ASSERT_TRUE(result.ok());
  EXPECT_FALSE(result->has_protobuf());
}

TEST_F(ProtobufTest, ServesEveryMethodThatTakesASchema) {
  Start();
  v1::ValidateInstanceRequest request;
  *request.mutable_schema() = UsageRequest().schema();
  request.set_instance_json(R"({"outputTokens":"-1"})");
  EXPECT_TRUE(client->ValidateInstance(request)->valid());
  request.set_instance_json(R"({"tokens":"-1"})");
  EXPECT_FALSE(client->ValidateInstance(request)->valid());
  v1::RegisterSchemaRequest registration;
  *registration.mutable_schema() = UsageRequest().schema();
  registration.set_name("usage");
  const auto registered = client->RegisterSchema(registration);
  ASSERT_TRUE(registered.ok()) << registered.failure().message;
  EXPECT_NE(registered->schema().json_schema().find("cachedInputTokens"), std::string::npos);
}

TEST_F(ProtobufTest, BadDescriptorsNameTheirField) {
  Start();
  v1::ExtractRequest request = UsageRequest();
  request.mutable_schema()->mutable_protobuf()->set_message_type("extractd.v1.Nothing");
  EXPECT_EQ(
      client->Extract(request).failure().bad_fields.at(0).field, "schema.protobuf.message_type"
  );
  request.mutable_schema()->mutable_protobuf()->set_file_descriptor_set("noise");
  EXPECT_EQ(
      client->Extract(request).failure().bad_fields.at(0).field,
      "schema.protobuf.file_descriptor_set"
  );
}

}  // namespace
}  // namespace extractd::integration
