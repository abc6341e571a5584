// Every source of AWS credentials, against services that are played by a real server.
#include "server/providers/auth/aws/sources.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "tests/fakes/aws_machine.h"
#include "tests/fakes/http_imposter.h"
#include "tests/fakes/run_task.h"

namespace extractd::providers::aws {
namespace {

using fakes::ScriptedReply;

constexpr const char* kServiceAnswer =
    R"({"Code":"Success","AccessKeyId":"ASIA1","SecretAccessKey":"sec","Token":"tok",)"
    R"("Expiration":"2026-11-21T05:00:00Z"})";
constexpr const char* kStsAnswer =
    "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
    "<AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIA2</AccessKeyId>"
    "<SecretAccessKey>sec/+=</SecretAccessKey><SessionToken>tok2</SessionToken>"
    "<Expiration>2026-11-21T05:00:00Z</Expiration></Credentials>"
    "</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";

class AwsSourcesTest : public ::testing::Test {
 protected:
  absl::StatusOr<Credentials> Find() { return fakes::Await(loop_, FindCredentials(client_)); }

  absl::Status ProblemOf() {
    const absl::StatusOr<Credentials> found = Find();
    EXPECT_FALSE(found.ok());
    return found.status();
  }

  bool Says(const absl::Status& status, const char* part) {
    return status.message().find(part) != absl::string_view::npos;
  }

  void SetUpWebIdentity() {
    machine_.Set("AWS_ROLE_ARN", "arn:aws:iam::1:role/r");
    machine_.Set("AWS_WEB_IDENTITY_TOKEN_FILE", machine_.Write("token", "jwt.a+b\n"));
    machine_.Set("AWS_ENDPOINT_URL_STS", imposter_.url());
  }

  void SetUpInstance() {
    machine_.Set("AWS_EC2_METADATA_DISABLED", "false");
    machine_.Set("AWS_EC2_METADATA_SERVICE_ENDPOINT", imposter_.url() + "/");
  }

  fakes::AwsMachine machine_;
  fakes::HttpImposter imposter_;
  asio::io_context loop_{1};
  net::HttpClient client_{loop_.get_executor()};
};

TEST_F(AwsSourcesTest, WithoutAnySourceTheMessageNamesThemAll) {
  const absl::Status problem = ProblemOf();
  EXPECT_TRUE(absl::IsFailedPrecondition(problem));
  for (const char* part :
       {"AWS_BEARER_TOKEN_BEDROCK",
        "AWS_ACCESS_KEY_ID",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "~/.aws",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "metadata"}) {
    EXPECT_TRUE(Says(problem, part)) << problem;
  }
  EXPECT_FALSE(MayHaveCredentials());
}

TEST_F(AwsSourcesTest, TheEnvironmentComesFirst) {
  SetUpWebIdentity();
  machine_.Set("AWS_ACCESS_KEY_ID", "AKID");
  machine_.Set("AWS_SECRET_ACCESS_KEY", "sec");
  const auto found = Find();
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->access_key_id, "AKID");
  EXPECT_TRUE(found->session_token.empty());
  EXPECT_EQ(found->expires, std::nullopt);
  EXPECT_TRUE(imposter_.requests().empty());
  EXPECT_TRUE(MayHaveCredentials());
}

TEST_F(AwsSourcesTest, HalfAKeyIsAMistakeAndNotPassedOver) {
  machine_.Set("AWS_ACCESS_KEY_ID", "AKID");
  EXPECT_TRUE(Says(ProblemOf(), "AWS_SECRET_ACCESS_KEY"));
}

TEST_F(AwsSourcesTest, AWebIdentityIsExchangedForARole) {
  SetUpWebIdentity();
  imposter_.Reply(ScriptedReply::Status(200, kStsAnswer));
  const auto found = Find();
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->access_key_id, "ASIA2");
  EXPECT_EQ(found->secret_access_key.Reveal(), "sec/+=");
  EXPECT_EQ(found->session_token.Reveal(), "tok2");
  EXPECT_TRUE(found->expires.has_value());
  const fakes::SeenRequest seen = imposter_.requests().at(0);
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.Header("content-type"), "application/x-www-form-urlencoded");
  EXPECT_NE(seen.Header("accept"), "application/json") << "the answer would not be XML";
  EXPECT_EQ(
      seen.body,
      "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%"
      "2Fr"
      "&RoleSessionName=extractd&WebIdentityToken=jwt.a%2Bb"
  );
}

TEST_F(AwsSourcesTest, TheTokenIsReadAnewForEachExchange) {
  SetUpWebIdentity();
  imposter_.ReplyByDefault(ScriptedReply::Status(200, kStsAnswer));
  ASSERT_TRUE(Find().ok());
  machine_.Write("token", "rotated");
  ASSERT_TRUE(Find().ok());
  EXPECT_NE(imposter_.requests().at(1).body.find("WebIdentityToken=rotated"), std::string::npos);
}

TEST_F(AwsSourcesTest, ARefusedWebIdentityIsTheEndOfTheSearch) {
  SetUpWebIdentity();
  imposter_.Reply(ScriptedReply::Status(403, "<Error><Code>AccessDenied</Code></Error>"));
  const absl::Status refused = ProblemOf();
  EXPECT_TRUE(absl::IsPermissionDenied(refused)) << refused;
  EXPECT_TRUE(Says(refused, "arn:aws:iam::1:role/r"));
  imposter_.Reply(ScriptedReply::Status(503));
  EXPECT_TRUE(absl::IsUnavailable(ProblemOf()));
  imposter_.Reply(ScriptedReply::Status(200, "<AccessKeyId>x"));
  EXPECT_TRUE(absl::IsUnavailable(ProblemOf()));
}

TEST_F(AwsSourcesTest, AWebIdentityThatIsSetUpByHalvesIsNamed) {
  machine_.Set("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token");
  EXPECT_TRUE(Says(ProblemOf(), "AWS_ROLE_ARN"));
  machine_.Set("AWS_ROLE_ARN", "arn");
  EXPECT_TRUE(Says(ProblemOf(), "/nowhere/token"));
}

TEST_F(AwsSourcesTest, AProfileGivesItsKeyOrSaysWhyNot) {
  machine_.Write(
      ".aws/credentials",
      "[default]\naws_access_key_id = P\naws_secret_access_key = s\naws_session_token = t\n"
      "[sso]\nsso_session = corp\n"
  );
  const auto found = Find();
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->access_key_id, "P");
  EXPECT_EQ(found->session_token.Reveal(), "t");
  EXPECT_TRUE(MayHaveCredentials());
  machine_.Set("AWS_PROFILE", "sso");
  EXPECT_TRUE(Says(ProblemOf(), "sso_session"));
  machine_.Set("AWS_PROFILE", "other");
  EXPECT_TRUE(Says(ProblemOf(), "'other'"));
}

TEST_F(AwsSourcesTest, AProfileMayNameAWebIdentity) {
  const std::string token = machine_.Write("token", "jwt");
  machine_.Write(
      ".aws/config",
      "[default]\nrole_arn = arn:r\nweb_identity_token_file = " + token +
          "\nrole_session_name = me\n"
  );
  machine_.Set("AWS_ENDPOINT_URL_STS", imposter_.url());
  imposter_.Reply(ScriptedReply::Status(200, kStsAnswer));
  ASSERT_TRUE(Find().ok());
  EXPECT_NE(imposter_.requests().at(0).body.find("RoleSessionName=me"), std::string::npos);
}

TEST_F(AwsSourcesTest, AContainerIsAskedWithItsToken) {
  machine_.Set("AWS_CONTAINER_CREDENTIALS_FULL_URI", imposter_.url() + "/v1/credentials");
  machine_.Set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "inline");
  machine_.Set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", machine_.Write("pod", "from-file\n"));
  imposter_.Reply(ScriptedReply::Json(kServiceAnswer));
  const auto found = Find();
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->access_key_id, "ASIA1");
  EXPECT_EQ(imposter_.requests().at(0).path, "/v1/credentials");
  EXPECT_EQ(imposter_.requests().at(0).Header("authorization"), "from-file");
}

// The container's token must not travel in plain text to another machine.
TEST_F(AwsSourcesTest, AContainersServiceIsOnThisMachineOrSpeaksTls) {
  for (const char* url : {"http://example.com/c", "http://169.254.170.99/c", "ftp://127.0.0.1/c"}) {
    machine_.Set("AWS_CONTAINER_CREDENTIALS_FULL_URI", url);
    EXPECT_TRUE(absl::IsFailedPrecondition(ProblemOf())) << url;
  }
}

TEST_F(AwsSourcesTest, ABrokenContainerIsNotPassedOver) {
  SetUpInstance();
  machine_.Set("AWS_CONTAINER_CREDENTIALS_FULL_URI", imposter_.url() + "/c");
  imposter_.Reply(ScriptedReply::Status(500));
  EXPECT_TRUE(absl::IsUnavailable(ProblemOf()));
  machine_.Set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/nowhere/pod");
  EXPECT_TRUE(Says(ProblemOf(), "/nowhere/pod"));
}

TEST_F(AwsSourcesTest, AnInstanceIsAskedInThreeStepsWithASessionOfVersionTwo) {
  SetUpInstance();
  imposter_.Reply(ScriptedReply::Status(200, "session"));
  imposter_.Reply(ScriptedReply::Status(200, "my role\n"));
  imposter_.Reply(ScriptedReply::Json(kServiceAnswer));
  const auto found = Find();
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->access_key_id, "ASIA1");
  const std::vector<fakes::SeenRequest> seen = imposter_.requests();
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[0].method, "PUT");
  EXPECT_EQ(seen[0].path, "/latest/api/token");
  EXPECT_EQ(seen[0].Header("x-aws-ec2-metadata-token-ttl-seconds"), "21600");
  EXPECT_EQ(seen[1].path, "/latest/meta-data/iam/security-credentials/");
  EXPECT_EQ(seen[1].Header("x-aws-ec2-metadata-token"), "session");
  EXPECT_EQ(seen[2].path, "/latest/meta-data/iam/security-credentials/my%20role");
  EXPECT_EQ(seen[2].Header("x-aws-ec2-metadata-token"), "session");
}

TEST_F(AwsSourcesTest, AnInstanceWithoutARoleOrWithoutTheServiceHasNothing) {
  SetUpInstance();
  imposter_.Reply(ScriptedReply::Status(200, "session"));
  imposter_.Reply(ScriptedReply::Status(404));
  EXPECT_TRUE(Says(ProblemOf(), "no AWS credentials"));
  imposter_.Reply(ScriptedReply::Status(403));
  EXPECT_TRUE(Says(ProblemOf(), "no AWS credentials"));
  machine_.Set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1");
  EXPECT_TRUE(Says(ProblemOf(), "no AWS credentials"));
  machine_.Set("AWS_EC2_METADATA_DISABLED", "TRUE");
  EXPECT_TRUE(Says(ProblemOf(), "no AWS credentials"));
  EXPECT_EQ(imposter_.requests().size(), 3U);
}

}  // namespace
}  // namespace extractd::providers::aws
