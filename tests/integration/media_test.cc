// Images, audio and documents: what a provider takes reaches it, anything else is refused before a
// byte is sent.
#include <string>

#include <gtest/gtest.h>

#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

class MediaTest : public DaemonTest {
 protected:
  static v1::Media& AddImage(v1::ExtractRequest& request) {
    v1::Message& message = *request.add_messages();
    message.set_role(v1::ROLE_USER);
    message.add_parts()->set_text("Who is it?");
    return *message.add_parts()->mutable_image();
  }

  Failure Refused(const v1::ExtractRequest& request) {
    const auto result = client->Extract(request);
    EXPECT_FALSE(result.ok());
    return result.ok() ? Failure{} : result.failure();
  }
};

TEST_F(MediaTest, BytesReachTheProviderWithTheirType) {
  Start();
  Script({ToolAnswer(kAda)});
  v1::ExtractRequest request = PersonRequest();
  v1::Media& image = AddImage(request);
  image.set_data(std::string("\x89PNG\x00\xff", 6));
  image.set_media_type("image/png");
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  const std::string body = acme.requests()[0].body;
  EXPECT_NE(body.find("data:image/png;base64,iVBORwD/"), std::string::npos) << body;
  EXPECT_LT(body.find("Who is it?"), body.find("data:image/png"));
}

TEST_F(MediaTest, AnAddressIsPassedOnAndNeverFetchedByUs) {
  Start();
  Script({ToolAnswer(kAda)});
  v1::ExtractRequest request = PersonRequest();
  AddImage(request).set_url("https://does-not-resolve.example/cat.png");
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  EXPECT_NE(
      acme.requests()[0].body.find("https://does-not-resolve.example/cat.png"), std::string::npos
  );
}

TEST_F(MediaTest, Case39_AddressesThatAreNotPublicAreRefusedAndNothingIsSent) {
  Start();
  for (const auto* url :
       {"https://169.254.169.254/latest/meta-data",
        "https://[::ffff:a9fe:a9fe]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://100.64.0.1/",
        "http://example.com/cat.png",
        "file:///etc/passwd"}) {
    v1::ExtractRequest request = PersonRequest();
    AddImage(request).set_url(url);
    const Failure failure = Refused(request);
    EXPECT_EQ(failure.reason, "URL_NOT_ALLOWED") << url;
    EXPECT_EQ(failure.code, grpc::StatusCode::INVALID_ARGUMENT) << url;
    ASSERT_EQ(failure.bad_fields.size(), 1U) << url;
    EXPECT_EQ(failure.bad_fields[0].field, "messages[0].parts[1].image.url") << url;
  }
  EXPECT_TRUE(acme.requests().empty());
  EXPECT_TRUE(acme.connections().empty());
}

TEST_F(MediaTest, AForbiddenAddressAmongOtherProblemsIsOneOfThem) {
  Start();
  v1::ExtractRequest request = PersonRequest();
  AddImage(request).set_url("http://example.com/");
  AddImage(request);
  const Failure failure = Refused(request);
  EXPECT_EQ(failure.reason, "INVALID_REQUEST");
  EXPECT_EQ(failure.bad_fields.size(), 2U);
}

TEST_F(MediaTest, ThinkingOfTheModelComesBackWhereItIsAskedFor) {
  Start();
  Script({fakes::ScriptedReply::Json(
      R"({"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant",)"
      R"("reasoning_content":"hm","content":"{\"name\":\"Ada\",\"age\":36}"}}]})"
  )});
  v1::ExtractRequest request = PersonRequest();
  request.set_include_thinking(true);
  const auto result = client->Extract(request);
  ASSERT_TRUE(result.ok()) << result.failure().message;
  ASSERT_EQ(result->thinking_size(), 1);
  EXPECT_EQ(result->thinking(0).text(), "hm");
}

}  // namespace
}  // namespace extractd::integration
