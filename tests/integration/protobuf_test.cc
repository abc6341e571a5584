// A protobuf message type as schema: the caller gets its own type back.
#include <algorithm>
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

// Large ones are made aside from the loop.
TEST_F(ProtobufTest, ALargeTypeServesEveryMethodAsASmallOneDoes) {
  Start();
  v1::ExtractRequest request = UsageRequest();
  v1::ProtobufSchema& schema = *request.mutable_schema()->mutable_protobuf();
  pb::FileDescriptorSet set;
  ASSERT_TRUE(set.ParseFromString(schema.file_descriptor_set()));
  const auto make_large = [&](int number) {
    pb::FileDescriptorSet large = set;
    pb::DescriptorProto& usage = *std::ranges::find(
        *large.mutable_file(0)->mutable_message_type(), "Usage", &pb::DescriptorProto::name
    );
    for (int i = 0; i < 1000; ++i) {
      pb::FieldDescriptorProto& field = *usage.add_field();
      field.set_name("further_" + std::to_string(i));
      field.set_number(number + i);
      field.set_type(pb::FieldDescriptorProto::TYPE_STRING);
      field.set_label(pb::FieldDescriptorProto::LABEL_OPTIONAL);
    }
    schema.set_file_descriptor_set(large.SerializeAsString());
  };
  const auto expect_usage = [&](const auto& result) {
    ASSERT_TRUE(result.ok()) << result.failure().message;
    v1::Usage usage;
    ASSERT_TRUE(result->protobuf().UnpackTo(&usage));
    EXPECT_EQ(usage.input_tokens(), 7);
  };
  for (const int number : {1000, 2000}) {
    make_large(number);
    Script({ToolAnswer(R"({"inputTokens":"7"})")});
    expect_usage(client->Extract(request));
  }
  make_large(3000);
  v1::RenderRequest render;
  *render.mutable_request() = request;
  EXPECT_TRUE(client->Render(render).ok());

  make_large(4000);
  v1::RegisterSchemaRequest registration;
  *registration.mutable_schema() = request.schema();
  registration.set_name("large");
  ASSERT_TRUE(client->RegisterSchema(registration).ok());
  Script({ToolAnswer(R"({"inputTokens":"7"})")});
  request.mutable_schema()->set_schema_id("large");
  expect_usage(client->Extract(request));
}

TEST_F(ProtobufTest, ALargeSetWithAMistakeIsRefusedForTheMistake) {
  Start();
  v1::ExtractRequest request = PersonRequest();
  v1::ProtobufSchema& schema = *request.mutable_schema()->mutable_protobuf();
  schema.set_file_descriptor_set(std::string(100'000, '\xFF'));
  schema.set_message_type("M");
  const auto result = client->Extract(request);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(result.failure().message.find("file_descriptor_set"), std::string::npos)
      << result.failure().message;
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

TEST_F(ProtobufTest, ARegisteredTypeComesBackByItsIdAndItsVersion) {
  Start();
  v1::RegisterSchemaRequest registration;
  *registration.mutable_schema() = UsageRequest().schema();
  registration.set_name("usage");
  const auto registered = client->RegisterSchema(registration);
  ASSERT_TRUE(registered.ok()) << registered.failure().message;
  EXPECT_FALSE(client->RegisterSchema(registration)->created());
  for (const std::string& reference :
       {std::string("usage"), std::string("usage@1"), registered->schema().schema_id()}) {
    Script({ToolAnswer(R"({"inputTokens":"9007199254740993"})")});
    v1::ExtractRequest request = PersonRequest();
    request.mutable_schema()->set_schema_id(reference);
    const auto result = client->Extract(request);
    ASSERT_TRUE(result.ok()) << result.failure().message;
    v1::Usage usage;
    ASSERT_TRUE(result->protobuf().UnpackTo(&usage)) << reference;
    EXPECT_EQ(usage.input_tokens(), 9007199254740993);
  }
}

TEST_F(ProtobufTest, TypesOfTheSameJsonAreDifferentVersions) {
  Start();
  v1::RegisterSchemaRequest registration;
  registration.set_name("usage");
  for (const int number : {1, 2}) {
    pb::FileDescriptorSet set;
    pb::FileDescriptorProto& file = *set.add_file();
    file.set_name("m.proto");
    pb::DescriptorProto& message = *file.add_message_type();
    message.set_name("M");
    pb::FieldDescriptorProto& field = *message.add_field();
    field.set_name("a");
    field.set_number(number);
    field.set_type(pb::FieldDescriptorProto::TYPE_STRING);
    field.set_label(pb::FieldDescriptorProto::LABEL_OPTIONAL);
    v1::ProtobufSchema& schema = *registration.mutable_schema()->mutable_protobuf();
    schema.set_file_descriptor_set(set.SerializeAsString());
    schema.set_message_type("M");
    const auto registered = client->RegisterSchema(registration);
    ASSERT_TRUE(registered.ok()) << registered.failure().message;
    EXPECT_EQ(registered->schema().version(), number);
    EXPECT_EQ(registered->schema().json_schema().find("\"number\""), std::string::npos);

    Script({ToolAnswer(R"({"a":"x"})")});
    v1::ExtractRequest request = PersonRequest();
    request.mutable_schema()->set_schema_id("usage@" + std::to_string(number));
    const auto result = client->Extract(request);
    ASSERT_TRUE(result.ok()) << result.failure().message;
    EXPECT_EQ(
        result->protobuf().value(), std::string({static_cast<char>((number * 8) + 2), 1, 'x'})
    );
  }
}

TEST_F(ProtobufTest, ToolsOfRegisteredTypesHaveTheirMessages) {
  Start();
  v1::RegisterSchemaRequest registration;
  *registration.mutable_schema() = UsageRequest().schema();
  registration.set_name("usage");
  ASSERT_TRUE(client->RegisterSchema(registration).ok());
  v1::ExtractRequest request = PersonRequest();
  request.clear_schema();
  v1::Tool& tool = *request.add_tools();
  tool.set_name("answer");
  tool.mutable_schema()->set_schema_id("usage@1");
  Script({ToolAnswer(R"({"inputTokens":"7"})")});
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  ASSERT_EQ(result->items_size(), 1);
  v1::Usage usage;
  ASSERT_TRUE(result->items(0).protobuf().UnpackTo(&usage));
  EXPECT_EQ(usage.input_tokens(), 7);
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
