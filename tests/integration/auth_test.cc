// Providers whose requests are authorised by tokens that the daemon fetches itself.
#include <fmt/format.h>

#include "tests/integration/support.h"

namespace extractd::integration {
namespace {

using fakes::ScriptedReply;

constexpr std::string_view kSigned = "    signer: google\n";

// A row with the signer of Vertex AI, whose token endpoint is a second imposter.
class AuthTest : public DaemonTest {
 protected:
  static ScriptedReply Token(std::string_view token, int life_seconds = 3599) {
    return ScriptedReply::Json(fmt::format(
        R"({{"access_token":"{}","expires_in":{},"token_type":"Bearer"}})", token, life_seconds
    ));
  }

  void UseMetadataServer() {
    options.environment["GCE_METADATA_HOST"] =
        google.url().substr(std::string_view("http://").size());
  }

  std::string AuthorizationOf(size_t request) const {
    return std::string(acme.requests().at(request).Header("authorization"));
  }

  fakes::HttpImposter google;
};

TEST_F(AuthTest, OneTokenServesManyCallsAndNeverShowsInLogsOrRender) {
  UseMetadataServer();
  google.ReplyByDefault(Token("ya29.hush-hush"));
  Script({ToolAnswer(kAda)});
  Start("log_level: debug\n", kSigned);
  for (int call = 0; call < 5; ++call) {
    ASSERT_TRUE(client->Extract(PersonRequest()).ok()) << daemon->Log();
  }
  EXPECT_EQ(google.requests().size(), 1U);
  EXPECT_EQ(AuthorizationOf(0), "Bearer ya29.hush-hush");
  EXPECT_EQ(AuthorizationOf(4), "Bearer ya29.hush-hush");
  EXPECT_EQ(daemon->Log().find("hush-hush"), std::string::npos);
}

TEST_F(AuthTest, CallsAtOnceShareOneFlight) {
  UseMetadataServer();
  google.ReplyByDefault(Token("ya29.x").After(std::chrono::milliseconds(100)));
  Script({ToolAnswer(kAda)});
  Start("loops: 2\n", kSigned);
  std::vector<std::unique_ptr<PendingExtract>> calls;
  for (int call = 0; call < 16; ++call) {
    calls.push_back(std::make_unique<PendingExtract>(daemon->address(), PersonRequest()));
  }
  for (const auto& call : calls) EXPECT_TRUE(call->status().ok());
  EXPECT_EQ(google.requests().size(), 1U);
}

TEST_F(AuthTest, AServiceAccountFileThatIsUnusableNamesItself) {
  options.environment["GOOGLE_APPLICATION_CREDENTIALS"] = "/nowhere/adc.json";
  Start("", kSigned);
  PendingExtract call(daemon->address(), PersonRequest());
  EXPECT_EQ(call.status().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  const std::string message = call.status().error_message();
  EXPECT_NE(message.find("'/nowhere/adc.json' cannot be opened"), std::string::npos) << message;
  EXPECT_TRUE(acme.requests().empty());
}

TEST_F(AuthTest, ATokenEndpointThatIsDownForAMomentIsRetried) {
  UseMetadataServer();
  google.Reply(ScriptedReply::Status(503));
  google.ReplyByDefault(Token("ya29.x"));
  Script({ToolAnswer(kAda)});
  Start("initial_backoff_ms: 400\nbackoff_jitter: 0\n", kSigned);
  PendingExtract call(daemon->address(), PersonRequest());
  ASSERT_TRUE(call.status().ok()) << call.status().error_message();
  ASSERT_EQ(call.response().attempts_size(), 2);
  EXPECT_EQ(call.response().attempts(0).outcome(), v1::ATTEMPT_OUTCOME_UNAVAILABLE);
  EXPECT_EQ(acme.requests().size(), 1U);
}

TEST_F(AuthTest, ARefusedTokenIsOneMoreAttempt) {
  UseMetadataServer();
  google.ReplyByDefault(Token("ya29.x"));
  Script({ErrorReply(401), ToolAnswer(kAda)});
  Start("", kSigned);
  PendingExtract call(daemon->address(), PersonRequest());
  ASSERT_TRUE(call.status().ok()) << call.status().error_message();
  ASSERT_EQ(call.response().attempts_size(), 2);
  EXPECT_EQ(call.response().attempts(0).outcome(), v1::ATTEMPT_OUTCOME_AUTH_FAILED);
  EXPECT_EQ(call.response().attempts(0).http_status(), 401);
  EXPECT_EQ(call.response().attempts(1).backoff_ms(), 0);
}

TEST_F(AuthTest, AKeyThatIsSetGoesBeforeTheSigner) {
  UseMetadataServer();
  options.environment["ACME_KEY"] = "sk-acme-key";
  Script({ToolAnswer(kAda)});
  Start("", fmt::format("{}    key_variable: ACME_KEY\n", kSigned));
  ASSERT_TRUE(client->Extract(PersonRequest()).ok());
  EXPECT_EQ(AuthorizationOf(0), "Bearer sk-acme-key");
  EXPECT_TRUE(google.requests().empty());
}

TEST_F(AuthTest, AnUnknownSignerIsRefusedAtStart) {
  options.yaml = Yaml("", "    signer: gogle\n");
  const fakes::DaemonProcess refused(options);
  EXPECT_FALSE(refused.serving());
  const std::string log = refused.Log();
  EXPECT_NE(log.find("providers.acme.signer: must be one of none, "), std::string::npos) << log;
}

}  // namespace
}  // namespace extractd::integration
