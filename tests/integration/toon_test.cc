// TOON as callers see it.
#include <gtest/gtest.h>

#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

class ToonTest : public DaemonTest {
 protected:
  Result<v1::EncodeToonResponse> Encode(std::string json, std::string delimiter = "") {
    v1::EncodeToonRequest request;
    request.set_json(std::move(json));
    request.set_delimiter(std::move(delimiter));
    return client->EncodeToon(request);
  }
  Result<v1::DecodeToonResponse> Decode(std::string toon, bool lenient = false) {
    v1::DecodeToonRequest request;
    request.set_toon(std::move(toon));
    request.set_lenient(lenient);
    return client->DecodeToon(request);
  }
};

TEST_F(ToonTest, TableGoesThereAndBackAndSavesTokens) {
  Start();
  const std::string json =
      R"([{"name":"Ada","born":1815},{"name":"Grace","born":1906},{"name":"Alan","born":1912}])";
  const auto encoded = Encode(json);
  ASSERT_TRUE(encoded.ok()) << encoded.failure().message;
  EXPECT_EQ(encoded->toon(), "[3]{name,born}:\n  Ada,1815\n  Grace,1906\n  Alan,1912");
  EXPECT_GT(encoded->saved_tokens(), 0);
  EXPECT_LT(encoded->saved_tokens(), 30);
  EXPECT_EQ(Decode(encoded->toon())->json(), json);
}

TEST_F(ToonTest, OptionsShapeTheText) {
  Start();
  v1::EncodeToonRequest request;
  request.set_json(R"({"a":{"b":["x","y"]}})");
  request.set_delimiter("|");
  request.set_indent(4);
  EXPECT_EQ(client->EncodeToon(request)->toon(), "a:\n    b[2|]: x|y");
}

TEST_F(ToonTest, LenientDecodingTakesWhatStrictRefuses) {
  Start();
  const auto strict = Decode("a[2]: 1");
  ASSERT_FALSE(strict.ok());
  EXPECT_EQ(strict.failure().reason, "INVALID_REQUEST");
  ASSERT_EQ(strict.failure().bad_fields.size(), 1U);
  EXPECT_EQ(strict.failure().bad_fields[0].field, "toon");
  EXPECT_EQ(
      strict.failure().bad_fields[0].description,
      "line 1: the header declares 2 entries, there are 1"
  );
  const auto lenient = Decode("a[2]: 1", /*lenient=*/true);
  ASSERT_TRUE(lenient.ok()) << lenient.failure().message;
  EXPECT_EQ(lenient->json(), R"({"a":[1]})");
  ASSERT_EQ(lenient->repairs_size(), 1);
  EXPECT_EQ(lenient->repairs(0).kind(), "toon_length");
  EXPECT_EQ(lenient->repairs(0).path(), "/a");
  EXPECT_EQ(lenient->repairs(0).before(), "[2]");
  EXPECT_FALSE(lenient->repairs(0).lossless());
  EXPECT_EQ(Decode("a[1]: 1", /*lenient=*/true)->repairs_size(), 0);
}

TEST_F(ToonTest, BadRequestsNameTheField) {
  Start();
  const auto field = [](const auto& result) {
    return result.ok() ? std::string("(none)") : result.failure().bad_fields.at(0).field;
  };
  EXPECT_EQ(field(Encode("{")), "json");
  EXPECT_EQ(field(Encode(R"({"a":1,"a":2})")), "json");
  EXPECT_EQ(field(Encode(R"("\ud800")")), "json");
  EXPECT_EQ(field(Encode("1", ";")), "delimiter");
  v1::EncodeToonRequest request;
  request.set_json("1");
  request.set_indent(0);
  EXPECT_EQ(field(client->EncodeToon(request)), "indent");
}

constexpr std::string_view kRows =
    R"([{"name":"Ada","born":1815},{"name":"Grace","born":1906},{"name":"Alan","born":1912}])";

v1::ExtractRequest WithRows() {
  v1::ExtractRequest request = PersonRequest();
  v1::Message& message = *request.add_messages();
  message.set_role(v1::ROLE_USER);
  message.add_parts()->set_json(std::string(kRows));
  return request;
}

TEST_F(ToonTest, JsonInMessagesBecomesToonAndTheReplySaysWhatThatSaves) {
  Start();
  Script({ToolAnswer(kAdaWithNegativeAge), ToolAnswer(kAda)});
  v1::ExtractRequest request = WithRows();
  const auto as_json = client->Extract(request);
  ASSERT_TRUE(as_json.ok()) << as_json.failure().message;
  EXPECT_EQ(as_json->usage().toon_saved_tokens(), 0);
  EXPECT_EQ(acme.requests().back().body.find("Grace,1906"), std::string::npos);

  Script({ToolAnswer(kAdaWithNegativeAge), ToolAnswer(kAda)});
  request.set_input_encoding(v1::TEXT_ENCODING_TOON);
  const auto as_toon = client->Extract(request);
  ASSERT_TRUE(as_toon.ok()) << as_toon.failure().message;
  EXPECT_NE(
      acme.requests().back().body.find(R"([3]{name,born}:\n  Ada,1815\n  Grace,1906)"),
      std::string::npos
  );
  ASSERT_EQ(as_toon->attempts_size(), 2);
  EXPECT_GT(as_toon->attempts(0).usage().toon_saved_tokens(), 0);
  EXPECT_EQ(
      as_toon->usage().toon_saved_tokens(), 2 * as_toon->attempts(0).usage().toon_saved_tokens()
  ) << "the rows were sent twice";
}

TEST_F(ToonTest, AnswerInToonComesBackAsJson) {
  Start();
  Script(
      {TextAnswer("```toon\nname: Ada\nage: old\n```"),
       TextAnswer("```toon\nname: Ada\nage: 36\n```")}
  );
  v1::ExtractRequest request = PersonRequest();
  request.set_output_encoding(v1::TEXT_ENCODING_TOON);
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->json(), kAda);
  EXPECT_EQ(result->mode(), v1::MODE_MD_JSON) << "the mode with free text";
  EXPECT_EQ(result->warnings_size(), 0);
  ASSERT_EQ(result->attempts_size(), 2);
  EXPECT_EQ(result->attempts(0).issues(0).path(), "/age");
  EXPECT_EQ(result->usage().toon_saved_tokens(), result->attempts(1).usage().toon_saved_tokens());
  EXPECT_NE(acme.requests().front().body.find("```toon"), std::string::npos) << "a worked example";
}

TEST_F(ToonTest, AnswerInJsonIsTakenWithAWarning) {
  Start();
  Script({TextAnswer("```json\n{\"name\":\"Ada\",\"age\":36}\n```")});
  v1::ExtractRequest request = PersonRequest();
  request.set_output_encoding(v1::TEXT_ENCODING_TOON);
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_EQ(result->json(), kAda);
  EXPECT_EQ(result->usage().toon_saved_tokens(), 0);
  ASSERT_EQ(result->warnings_size(), 1);
  EXPECT_EQ(result->warnings(0).code(), "OUTPUT_ENCODING_NOT_USED");
}

TEST_F(ToonTest, ToonInAModeWhoseProviderWritesJsonIsRefused) {
  Start();
  v1::ExtractRequest request = PersonRequest();
  request.set_output_encoding(v1::TEXT_ENCODING_TOON);
  request.set_mode(v1::MODE_TOOLS);
  const auto result = client->Extract(request);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().bad_fields.at(0).field, "output_encoding");
}

}  // namespace
}  // namespace extractd::integration
