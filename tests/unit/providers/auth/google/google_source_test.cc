#include "server/providers/auth/google/google_source.h"

#include <gtest/gtest.h>

#include "tests/unit/providers/auth/source_fixture.h"

namespace extractd::providers::google {
namespace {

using namespace std::chrono_literals;
using fakes::ScriptedReply;
using testing::Contains;

constexpr const char* kToken =
    R"({"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer"})";

class GoogleSourceTest : public testing::SourceTest<GoogleSource> {
 protected:
  std::string UserFile() const {
    return R"({"type":"authorized_user","client_id":"id","client_secret":"hush-secret",)"
           R"("refresh_token":"hush-refresh","quota_project_id":"payer","token_uri":")" +
           imposter_.url() + R"(/token"})";
  }
};

TEST_F(GoogleSourceTest, TheFileThatTheVariableNamesGoesFirst) {
  variables_.Set("GOOGLE_APPLICATION_CREDENTIALS", variables_.File("adc.json", UserFile()));
  variables_.Set("GCE_METADATA_HOST", "127.0.0.1:1");
  imposter_.Reply(ScriptedReply::Json(kToken));
  const auto token = Fetch();
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->value.Reveal(), "ya29.x");
  EXPECT_EQ(token->expires, kNow + 3599s);
  ASSERT_EQ(token->headers.size(), 1U);
  EXPECT_EQ(token->headers[0].name, "x-goog-user-project");
  EXPECT_EQ(token->headers[0].value, "payer");
  EXPECT_TRUE(IsConfigured());
}

TEST_F(GoogleSourceTest, ThenTheFileThatGcloudLeaves) {
  variables_.File(".config/gcloud/application_default_credentials.json", UserFile());
  imposter_.ReplyByDefault(ScriptedReply::Json(kToken));
  EXPECT_TRUE(Fetch().ok());
  EXPECT_TRUE(IsConfigured());
  variables_.Set("CLOUDSDK_CONFIG", (variables_.directory() / "elsewhere").string());
  variables_.Set("NO_GCE_CHECK", "true");
  EXPECT_FALSE(Fetch().ok());
  variables_.File("elsewhere/application_default_credentials.json", UserFile());
  EXPECT_TRUE(Fetch().ok());
}

TEST_F(GoogleSourceTest, ThenTheMetadataServer) {
  variables_.Set("GCE_METADATA_HOST", host());
  imposter_.Reply(ScriptedReply::Json(kToken));
  const auto token = Fetch();
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_TRUE(token->headers.empty());
  const fakes::SeenRequest seen = imposter_.requests().at(0);
  EXPECT_EQ(seen.method, "GET");
  EXPECT_EQ(seen.path, "/computeMetadata/v1/instance/service-accounts/default/token");
  EXPECT_EQ(seen.Header("metadata-flavor"), "Google");
  EXPECT_TRUE(IsConfigured());
}

TEST_F(GoogleSourceTest, AMetadataServerThatIsBusyIsWorthAnotherTry) {
  variables_.Set("GCE_METADATA_HOST", host());
  imposter_.Reply(ScriptedReply::Status(503));
  EXPECT_TRUE(absl::IsUnavailable(Fetch().status()));
  imposter_.Reply(ScriptedReply::HangUp());
  EXPECT_TRUE(absl::IsUnavailable(Fetch().status()));
}

TEST_F(GoogleSourceTest, AMachineWithoutAnAccountHasNoCredentials) {
  variables_.Set("GCE_METADATA_HOST", host());
  imposter_.Reply(ScriptedReply::Status(404));
  EXPECT_EQ(MetadataOf(Fetch().status(), "variable"), "GOOGLE_APPLICATION_CREDENTIALS");
}

TEST_F(GoogleSourceTest, WithoutAnyTheErrorNamesVariablePageAndWhatWasTried) {
  variables_.Set("NO_GCE_CHECK", "true");
  const absl::Status status = Fetch().status();
  EXPECT_EQ(DetailsOf(status)->reason, Reason::kCredentialsMissing);
  EXPECT_EQ(MetadataOf(status, "variable"), "GOOGLE_APPLICATION_CREDENTIALS");
  EXPECT_EQ(MetadataOf(status, "docs_url"), "https://acme.example/docs");
  const std::string message(status.message());
  EXPECT_TRUE(Contains(message, "GOOGLE_APPLICATION_CREDENTIALS is not set")) << message;
  EXPECT_TRUE(Contains(message, ".config/gcloud/application_default_credentials.json")) << message;
  EXPECT_TRUE(Contains(message, "NO_GCE_CHECK")) << message;
  EXPECT_FALSE(IsConfigured());
}

TEST_F(GoogleSourceTest, AFileThatIsNamedMustBeThereAndUsable) {
  variables_.Set("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/adc.json");
  variables_.Set("GCE_METADATA_HOST", host());
  const std::string gone(Fetch().status().message());
  EXPECT_TRUE(Contains(gone, "'/nowhere/adc.json' cannot be opened")) << gone;
  EXPECT_FALSE(IsConfigured());
  variables_.Set("GOOGLE_APPLICATION_CREDENTIALS", variables_.File("adc.json", "[]"));
  const std::string broken(Fetch().status().message());
  EXPECT_TRUE(Contains(broken, "is not a JSON object")) << broken;
  variables_.File("adc.json", R"({"type":"gdch_service_account"})");
  const std::string unknown(Fetch().status().message());
  EXPECT_TRUE(Contains(unknown, "has the type 'gdch_service_account'")) << unknown;
  EXPECT_TRUE(imposter_.requests().empty()) << "nothing else is tried";
}

TEST_F(GoogleSourceTest, ARefusalNamesTheEndpointAndNotTheSecrets) {
  variables_.Set("GOOGLE_APPLICATION_CREDENTIALS", variables_.File("adc.json", UserFile()));
  imposter_.Reply(ScriptedReply::Status(
      400, R"({"error":"invalid_grant","error_description":"hush-refresh was revoked"})"
  ));
  const absl::Status status = Fetch().status();
  EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
  const std::string message(status.message());
  EXPECT_TRUE(Contains(message, imposter_.url() + "/token answered 400")) << message;
  EXPECT_TRUE(Contains(message, "invalid_grant: [redacted] was revoked")) << message;
  EXPECT_TRUE(Told("hush-secret"));
  EXPECT_TRUE(Told("hush-refresh"));
}

TEST_F(GoogleSourceTest, AnotherScopeIsAnotherToken) {
  const GoogleSource usual(std::make_shared<const ProviderRow>(row_), client_, cache_);
  row_.signer_scope = "https://scope.example";
  const GoogleSource other(std::make_shared<const ProviderRow>(row_), client_, cache_);
  EXPECT_NE(usual.key(), other.key());
}

}  // namespace
}  // namespace extractd::providers::google
