#include "server/service/protobuf/protobuf_types.h"

#include <string>
#include <vector>

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include "extractd/v1/common.pb.h"

namespace extractd {
namespace {

namespace pb = google::protobuf;

v1::ProtobufSchema UsageSchema(const std::string& message = "Usage") {
  pb::FileDescriptorSet set;
  v1::Usage::descriptor()->file()->CopyTo(set.add_file());
  v1::ProtobufSchema schema;
  schema.set_file_descriptor_set(set.SerializeAsString());
  schema.set_message_type("extractd.v1." + message);
  return schema;
}

class ProtobufTypesTest : public ::testing::Test {
 protected:
  ~ProtobufTypesTest() override { pool_.join(); }

  std::shared_ptr<const ProtobufType> Get(const v1::ProtobufSchema& schema) {
    return types_.Get(schema, "p", violations_);
  }

  asio::thread_pool pool_{1};
  schema::SchemaCache cache_{{}, pool_};
  ProtobufTypes types_{cache_, pool_};
  std::vector<FieldViolation> violations_;
};

TEST_F(ProtobufTypesTest, ATypeIsCompiledOnceAndCountedInTheSchemaCache) {
  const auto first = Get(UsageSchema());
  ASSERT_NE(first, nullptr);
  const LruStats entries = cache_.stats().entries;
  EXPECT_EQ(entries.entries, 1);
  EXPECT_GE(entries.bytes, static_cast<std::int64_t>(first->memory_bytes()));
  EXPECT_EQ(Get(UsageSchema()), first);
  EXPECT_EQ(types_.FromSource(first->source()), first);
  EXPECT_EQ(cache_.stats().hits, 0) << "hits are those of schemas";
}

TEST_F(ProtobufTypesTest, AnotherMessageOfTheSameFilesIsAnotherType) {
  const auto usage = Get(UsageSchema());
  const auto repair = Get(UsageSchema("Repair"));
  ASSERT_NE(repair, nullptr);
  EXPECT_NE(usage, repair);
  EXPECT_NE(usage->json_schema(), repair->json_schema());
  EXPECT_EQ(cache_.stats().entries.entries, 2);
}

TEST_F(ProtobufTypesTest, WhatWasPushedOutIsMadeAgainFromItsSource) {
  const auto first = Get(UsageSchema());
  schema::SchemaCache small({.max_bytes = 1}, pool_);
  const ProtobufTypes others(small, pool_);
  const auto again = others.FromSource(first->source());
  ASSERT_NE(again, nullptr);
  EXPECT_NE(again, first);
  EXPECT_EQ(again->json_schema(), first->json_schema());
  EXPECT_EQ(small.stats().entries.entries, 0);
}

TEST_F(ProtobufTypesTest, ErrorsAreNotKeptAndNameTheirField) {
  EXPECT_EQ(Get(UsageSchema("Nothing")), nullptr);
  ASSERT_EQ(violations_.size(), 1U);
  EXPECT_EQ(violations_[0].field, "p.message_type");
  EXPECT_EQ(cache_.stats().entries.entries, 0);
  EXPECT_EQ(types_.FromSource("noise"), nullptr);
}

TEST_F(ProtobufTypesTest, TheLimitIsThatOfTheSchemas) {
  schema::SchemaCache narrow({.limits = {.max_bytes = 100}}, pool_);
  EXPECT_EQ(ProtobufTypes(narrow, pool_).Get(UsageSchema(), "p", violations_), nullptr);
  ASSERT_EQ(violations_.size(), 1U);
  EXPECT_NE(violations_[0].description.find("at most 100"), std::string::npos);
}

TEST_F(ProtobufTypesTest, ALargeTypeIsMadeByThePoolAndThenKnownToAll) {
  pb::FileDescriptorSet set;
  pb::FileDescriptorProto& file = *set.add_file();
  file.set_name("large.proto");
  pb::DescriptorProto& message = *file.add_message_type();
  message.set_name("M");
  for (int i = 1; i <= 1000; ++i) {
    pb::FieldDescriptorProto& field = *message.add_field();
    field.set_name(fmt::format("field_{}", i));
    field.set_number(i);
    field.set_type(pb::FieldDescriptorProto::TYPE_STRING);
    field.set_label(pb::FieldDescriptorProto::LABEL_OPTIONAL);
  }
  v1::ProtobufSchema schema;
  schema.set_file_descriptor_set(set.SerializeAsString());
  schema.set_message_type("M");
  ASSERT_GT(schema.file_descriptor_set().size(), schema::SchemaCache::kInlineBytes);

  EXPECT_TRUE(types_.Postpones(schema.file_descriptor_set().size()));
  EXPECT_EQ(Get(schema), nullptr);
  EXPECT_TRUE(violations_.empty());
  EXPECT_EQ(types_.FromSource(ProtobufType::SourceOf(schema)), nullptr);
  EXPECT_EQ(cache_.stats().entries.entries, 0) << "nothing was made";
  std::shared_ptr<const ProtobufType> made;
  asio::post(pool_, [&] { made = Get(schema); });
  pool_.wait();
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(Get(schema), made);
  EXPECT_EQ(types_.FromSource(made->source()), made);
}

TEST_F(ProtobufTypesTest, ManyTypesStayWithinTheBytesOfTheCache) {
  constexpr size_t kLimit = 200'000;
  schema::SchemaCache cache({.max_bytes = kLimit}, pool_);
  const ProtobufTypes types(cache, pool_);
  for (int i = 0; i < 100; ++i) {
    pb::FileDescriptorSet set;
    pb::FileDescriptorProto& file = *set.add_file();
    file.set_name(fmt::format("{}.proto", i));
    file.add_message_type()->set_name("M");
    v1::ProtobufSchema schema;
    schema.set_file_descriptor_set(set.SerializeAsString());
    schema.set_message_type("M");
    ASSERT_NE(types.Get(schema, "p", violations_), nullptr);
    ASSERT_LE(cache.stats().entries.bytes, static_cast<std::int64_t>(kLimit));
  }
  EXPECT_GT(cache.stats().entries.entries, 1);
}

}  // namespace
}  // namespace extractd
