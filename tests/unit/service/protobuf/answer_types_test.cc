#include "server/service/protobuf/answer_types.h"

#include <string>
#include <vector>

#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include "extractd/v1/common.pb.h"

namespace extractd {
namespace {

namespace pb = google::protobuf;

std::string UsageSource() {
  pb::FileDescriptorSet set;
  v1::Usage::descriptor()->file()->CopyTo(set.add_file());
  v1::ProtobufSchema schema;
  schema.set_file_descriptor_set(set.SerializeAsString());
  schema.set_message_type("extractd.v1.Usage");
  return ProtobufType::SourceOf(schema);
}

class RegisteredTypesTest : public ::testing::Test {
 protected:
  RegisteredTypesTest() {
    library_.Add("sha256:1", "the text", "usage", UsageSource());
    library_.Add("sha256:2", "{}", "plain");
  }

  AnswerTypes Find(ExtractCall& call) {
    AnswerTypes types;
    FindRegisteredTypes(library_, known_, call, types);
    return types;
  }

  schema::SchemaLibrary library_{1U << 20U};
  ProtobufTypes known_;
};

TEST_F(RegisteredTypesTest, ASchemaOfAMessageTypeIsPinnedWithItsType) {
  ExtractCall call;
  call.schema_id = "usage@1";
  const AnswerTypes types = Find(call);
  ASSERT_NE(types.Of(""), nullptr);
  EXPECT_TRUE(types.Of("")->ToAny(R"({"inputTokens":"7"})").ok());
  EXPECT_EQ(call.schema_id, "");
  EXPECT_EQ(call.json_schema, "the text");
}

TEST_F(RegisteredTypesTest, SoAreThoseOfTools) {
  ExtractCall call;
  call.tools = {{.name = "a", .schema_id = "plain"}, {.name = "b", .schema_id = "sha256:1"}};
  const AnswerTypes types = Find(call);
  EXPECT_EQ(types.Of("a"), nullptr);
  EXPECT_NE(types.Of("b"), nullptr);
  EXPECT_EQ(call.tools[0].schema_id, "plain");
  EXPECT_EQ(call.tools[1].json_schema, "the text");
}

TEST_F(RegisteredTypesTest, OthersAreLeftToThePlanner) {
  for (const char* reference : {"plain", "gone", ""}) {
    ExtractCall call;
    call.schema_id = reference;
    EXPECT_TRUE(Find(call).empty()) << reference;
    EXPECT_EQ(call.schema_id, reference);
  }
}

}  // namespace
}  // namespace extractd
