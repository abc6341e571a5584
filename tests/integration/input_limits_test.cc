// What is too large, too deep or out of range for SchemaService and JsonService: each method says
// which field, which limit, and how to get by.
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

class InputLimitsTest : public DaemonTest {
 protected:
  // "field: description" of the only bad field; else the reason.
  template <class Response>
  static std::string Refusal(const Result<Response>& result) {
    if (result.ok()) return "(none)";
    const Failure& failure = result.failure();
    if (failure.bad_fields.size() != 1) return failure.reason;
    return failure.bad_fields[0].field + ": " + failure.bad_fields[0].description;
  }

  template <class Response>
  static void ExpectTooLarge(const Result<Response>& result) {
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.failure().reason, "MESSAGE_TOO_LARGE");
    EXPECT_EQ(result.failure().metadata.at("limit"), "65536");
    EXPECT_EQ(result.failure().metadata.at("flag"), "--max-request-bytes");
  }
};

TEST_F(InputLimitsTest, EveryMethodRefusesALargeRequestWithLimitAndFlag) {
  Start("max_request_bytes: 65536\n");
  const std::string large(70'000, ' ');
  v1::RegisterSchemaRequest registration;
  registration.mutable_schema()->set_json_schema(large);
  ExpectTooLarge(client->RegisterSchema(registration));
  v1::GetSchemaRequest get;
  get.set_schema_id(large);
  ExpectTooLarge(client->GetSchema(get));
  v1::ListSchemasRequest list;
  list.set_name_prefix(large);
  ExpectTooLarge(client->ListSchemas(list));
  v1::ValidateInstanceRequest validation;
  validation.set_instance_json(large);
  ExpectTooLarge(client->ValidateInstance(validation));
  v1::ParseTextRequest parse;
  parse.set_text(large);
  ExpectTooLarge(client->ParseText(parse));
  v1::InferSchemaRequest inference;
  inference.mutable_examples()->add_examples_json(large);
  ExpectTooLarge(client->InferSchema(inference));
  v1::AdaptSchemaRequest adaptation;
  adaptation.mutable_schema()->set_json_schema(large);
  ExpectTooLarge(client->AdaptSchema(adaptation));
  v1::RepairJsonRequest repair;
  repair.set_text(large);
  ExpectTooLarge(client->RepairJson(repair));
  v1::EncodeToonRequest encoding;
  encoding.set_json(large);
  ExpectTooLarge(client->EncodeToon(encoding));
  v1::DecodeToonRequest decoding;
  decoding.set_toon(large);
  ExpectTooLarge(client->DecodeToon(decoding));
}

TEST_F(InputLimitsTest, TextsThatAreTooDeepNameTheirField) {
  Start();
  const std::string deep = std::string(200, '[') + std::string(200, ']');
  const auto names = [](const std::string& refusal, std::string_view field) {
    EXPECT_TRUE(refusal.starts_with(field)) << refusal;
    EXPECT_NE(refusal.find("128"), std::string::npos) << refusal;
  };
  v1::RepairJsonRequest repair;
  repair.set_text(deep);
  names(Refusal(client->RepairJson(repair)), "text: ");
  v1::EncodeToonRequest encoding;
  encoding.set_json(deep);
  names(Refusal(client->EncodeToon(encoding)), "json: ");
  v1::InferSchemaRequest inference;
  inference.mutable_examples()->add_examples_json("{}");
  inference.mutable_examples()->add_examples_json(deep);
  names(Refusal(client->InferSchema(inference)), "examples.examples_json[1]: ");
  v1::DecodeToonRequest decoding;
  std::string toon;
  for (int i = 0; i < 200; ++i) toon += std::string(static_cast<size_t>(2 * i), ' ') + "a:\n";
  decoding.set_toon(toon);
  names(Refusal(client->DecodeToon(decoding)), "toon: ");
}

TEST_F(InputLimitsTest, NumbersAndNamesOutOfRangeSayWhatIsAllowed) {
  Start();
  v1::ListSchemasRequest list;
  list.set_page_size(501);
  EXPECT_EQ(Refusal(client->ListSchemas(list)), "page_size: 501 is not in 1…500");
  list.set_page_size(0);
  list.set_page_token("noise");
  EXPECT_EQ(
      Refusal(client->ListSchemas(list)),
      "page_token: is not from a response before; leave it out to begin anew"
  );
  v1::GetSchemaRequest get;
  EXPECT_EQ(Refusal(client->GetSchema(get)), "schema_id: name an id, a name or name@version");
  v1::RegisterSchemaRequest registration;
  registration.mutable_schema()->set_json_schema("{}");
  registration.set_name(std::string(65, 'a'));
  EXPECT_EQ(Refusal(client->RegisterSchema(registration)), "name: use 1 to 64 of a-z 0-9 _ -");
  v1::EncodeToonRequest encoding;
  encoding.set_json("1");
  encoding.set_indent(17);
  EXPECT_EQ(Refusal(client->EncodeToon(encoding)), "indent: 17 is not in 1…16");
  v1::InferSchemaRequest inference;
  EXPECT_EQ(
      Refusal(client->InferSchema(inference)), "examples.examples_json: needs at least one example"
  );
}

TEST_F(InputLimitsTest, DescriptorsAboveTheLimitOfSchemasAreRefused) {
  Start("max_schema_bytes: 1024\n");
  v1::RegisterSchemaRequest registration;
  v1::ProtobufSchema& type = *registration.mutable_schema()->mutable_protobuf();
  type.set_message_type("acme.Order");
  type.set_file_descriptor_set(std::string(2000, 'x'));
  EXPECT_EQ(
      Refusal(client->RegisterSchema(registration)),
      "schema.protobuf.file_descriptor_set: has 2000 bytes, at most 1024 (setting "
      "max_schema_bytes); leave out what the message does not need"
  );
}

}  // namespace
}  // namespace extractd::integration
