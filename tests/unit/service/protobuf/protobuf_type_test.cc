#include "server/service/protobuf/protobuf_type.h"

#include <cstddef>
#include <iostream>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/timestamp.pb.h>
#include <gtest/gtest.h>

#include "extractd/v1/common.pb.h"
#include "server/json/parse.h"
#include "server/schema/compiled_schema.h"
#include "tests/unit/schema/allocated_bytes.h"

namespace extractd {
namespace {

namespace pb = google::protobuf;

constexpr size_t kMaxBytes = 1U << 20U;

constexpr std::string_view kShop = R"pb(
  name: "shop.proto"
  package: "shop"
  syntax: "proto3"
  dependency: "google/protobuf/timestamp.proto"
  message_type {
    name: "Order"
    field { name: "order_id" number: 1 type: TYPE_INT64 label: LABEL_OPTIONAL json_name: "orderId" }
    field { name: "photo" number: 2 type: TYPE_BYTES label: LABEL_OPTIONAL json_name: "photo" }
    field {
      name: "state"
      number: 3
      type: TYPE_ENUM
      type_name: ".shop.State"
      label: LABEL_OPTIONAL
      json_name: "state"
    }
    field {
      name: "made"
      number: 4
      type: TYPE_MESSAGE
      type_name: ".google.protobuf.Timestamp"
      label: LABEL_OPTIONAL
      json_name: "made"
    }
    field {
      name: "parts"
      number: 5
      type: TYPE_MESSAGE
      type_name: ".shop.Order"
      label: LABEL_REPEATED
      json_name: "parts"
    }
    field {
      name: "counts"
      number: 6
      type: TYPE_MESSAGE
      type_name: ".shop.Order.CountsEntry"
      label: LABEL_REPEATED
      json_name: "counts"
    }
    field {
      name: "card"
      number: 7
      type: TYPE_STRING
      label: LABEL_OPTIONAL
      oneof_index: 0
      json_name: "card"
    }
    field {
      name: "cash"
      number: 8
      type: TYPE_BOOL
      label: LABEL_OPTIONAL
      oneof_index: 0
      json_name: "cash"
    }
    field {
      name: "address"
      number: 9
      type: TYPE_MESSAGE
      type_name: ".shop.Address"
      label: LABEL_OPTIONAL
      json_name: "address"
    }
    oneof_decl { name: "paid" }
    nested_type {
      name: "CountsEntry"
      field { name: "key" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL json_name: "key" }
      field { name: "value" number: 2 type: TYPE_UINT32 label: LABEL_OPTIONAL json_name: "value" }
      options { map_entry: true }
    }
  }
  message_type {
    name: "Address"
    field { name: "city" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL json_name: "city" }
  }
  enum_type {
    name: "State"
    value { name: "OPEN" number: 0 }
    value { name: "PAID" number: 1 }
  }
)pb";

v1::ProtobufSchema ShopSchema(std::string type) {
  pb::FileDescriptorSet set;
  pb::Timestamp::descriptor()->file()->CopyTo(set.add_file());
  EXPECT_TRUE(pb::TextFormat::ParseFromString(std::string(kShop), set.add_file()));
  v1::ProtobufSchema schema;
  schema.set_file_descriptor_set(set.SerializeAsString());
  schema.set_message_type(std::move(type));
  return schema;
}

std::shared_ptr<const ProtobufType> MakeOrDie(const v1::ProtobufSchema& schema) {
  std::vector<FieldViolation> violations;
  auto type = ProtobufType::Make(schema, "p", kMaxBytes, violations);
  EXPECT_TRUE(violations.empty()) << violations.front().description;
  return type;
}

std::string Violation(const v1::ProtobufSchema& schema, size_t max_bytes = kMaxBytes) {
  std::vector<FieldViolation> violations;
  EXPECT_EQ(ProtobufType::Make(schema, "p", max_bytes, violations), nullptr);
  return violations.at(0).field + ": " + violations.at(0).description;
}

TEST(ProtobufTypeTest, SchemaFollowsTheJsonMapping) {
  const auto type = MakeOrDie(ShopSchema("shop.Order"));
  const auto compiled = schema::Compile(type->json_schema());
  ASSERT_TRUE(compiled.ok()) << compiled.status() << type->json_schema();
  const auto valid = [&](std::string_view json) {
    const json::ParseResult parsed = json::ParseView(json);
    return (*compiled)->IsValid(std::get<json::Document>(parsed).root());
  };
  for (const std::string_view json :
       {R"({})",
        R"({"orderId":"-9223372036854775808"})",
        R"({"orderId":"9223372036854775807"})",
        R"({"photo":"aGk="})",
        R"({"state":"PAID"})",
        R"({"made":"2024-01-31T10:00:00Z"})",
        R"({"parts":[{"parts":[{"card":"x"}]}]})",
        R"({"counts":{"-7":4294967295}})",
        R"({"cash":true,"address":{"city":"Bath"}})"}) {
    EXPECT_TRUE(valid(json)) << json;
    EXPECT_TRUE(type->ToAny(std::string(json)).ok()) << json;
  }
  for (const std::string_view json :
       {R"({"orderId":7})",
        R"({"orderId":"9223372036854775808"})",
        R"({"orderId":"x"})",
        R"({"order_id":"7"})",
        R"({"photo":"a"})",
        R"({"state":"GONE"})",
        R"({"state":1})",
        R"({"made":"yesterday"})",
        R"({"counts":{"x":1}})",
        R"({"counts":{"1":-1}})",
        R"({"card":"x","cash":true})",
        R"({"address":{"street":"?"}})",
        R"([])"}) {
    EXPECT_FALSE(valid(json)) << json;
  }
}

TEST(ProtobufTypeTest, AnswerIsAMessageOfTheCallersType) {
  pb::FileDescriptorSet set;
  v1::Usage::descriptor()->file()->CopyTo(set.add_file());
  v1::ProtobufSchema schema;
  schema.set_file_descriptor_set(set.SerializeAsString());
  schema.set_message_type("extractd.v1.Usage");
  const auto type = MakeOrDie(schema);
  const auto any = type->ToAny(R"({"inputTokens":"9007199254740993"})");
  ASSERT_TRUE(any.ok()) << any.status();
  v1::Usage usage;
  ASSERT_TRUE(any->UnpackTo(&usage));
  EXPECT_EQ(usage.input_tokens(), 9007199254740993);
}

TEST(ProtobufTypeTest, WhatTheMappingCannotTakeHasNoMessage) {
  const auto type = MakeOrDie(ShopSchema("shop.Order"));
  EXPECT_FALSE(type->ToAny(R"({"made":"0000-01-01T00:00:00Z"})").ok());
}

TEST(ProtobufTypeTest, WhatIsWrongIsNamedByItsField) {
  EXPECT_EQ(
      Violation(ShopSchema("shop.Nothing")),
      "p.message_type: no message 'shop.Nothing' is in the files"
  );
  v1::ProtobufSchema empty;
  EXPECT_EQ(Violation(empty), "p.file_descriptor_set: is no FileDescriptorSet with files");
  v1::ProtobufSchema noise;
  noise.set_file_descriptor_set("\xFF\x01noise");
  EXPECT_EQ(Violation(noise), "p.file_descriptor_set: is no FileDescriptorSet with files");
}

TEST(ProtobufTypeTest, ASchemaThatWouldBeTooLongIsRefused) {
  const v1::ProtobufSchema shop = ShopSchema("shop.Order");
  EXPECT_EQ(
      Violation(shop, shop.file_descriptor_set().size()),
      fmt::format(
          "p.message_type: has a JSON Schema of more than {} bytes (setting max_schema_bytes); use "
          "a smaller message",
          shop.file_descriptor_set().size()
      )
  );
}

TEST(ProtobufTypeTest, NamesThatJsonCannotTellApartAreRefused) {
  pb::FileDescriptorSet set;
  ASSERT_TRUE(pb::TextFormat::ParseFromString(
      R"pb(
        name: "old.proto"
        message_type {
          name: "Old"
          field { name: "a_b" number: 1 type: TYPE_BOOL label: LABEL_OPTIONAL }
          field { name: "aB" number: 2 type: TYPE_BOOL label: LABEL_OPTIONAL }
        }
      )pb",
      set.add_file()
  ));
  v1::ProtobufSchema schema;
  schema.set_file_descriptor_set(set.SerializeAsString());
  schema.set_message_type("Old");
  EXPECT_EQ(
      Violation(schema),
      "p.message_type: has a field, Old.aB, whose JSON name another one has, or which is not "
      "UTF-8; "
      "set json_name"
  );
}

TEST(ProtobufTypeTest, TheSourceOfATypeMakesItAgain) {
  const v1::ProtobufSchema shop = ShopSchema("shop.Order");
  const auto type = MakeOrDie(shop);
  const v1::ProtobufSchema again = ProtobufType::FromSource(type->source());
  EXPECT_EQ(again.message_type(), "shop.Order");
  EXPECT_EQ(again.file_descriptor_set(), shop.file_descriptor_set());
  EXPECT_EQ(MakeOrDie(again)->json_schema(), type->json_schema());
}

// The sanitizer's allocator tells what the type really takes.
TEST(ProtobufTypeTest, MemoryIsCountedFromAbove) {
  const v1::ProtobufSchema schema = ShopSchema("shop.Order");
  ASSERT_TRUE(MakeOrDie(schema)->ToAny(R"({"address":{"city":"x"}})").ok());  // warms protobuf up
  const size_t before = schema::AllocatedBytes();
  const auto type = MakeOrDie(schema);
  ASSERT_TRUE(type->ToAny(R"({"address":{"city":"x"}})").ok());
  const size_t taken = schema::AllocatedBytes() - before;
  std::cout << "a type takes " << taken << " bytes, counted " << type->memory_bytes() << "\n";
  EXPECT_GE(type->memory_bytes(), taken);
}

}  // namespace
}  // namespace extractd
