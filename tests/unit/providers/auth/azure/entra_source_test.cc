#include "server/providers/auth/azure/entra_source.h"

#include <gtest/gtest.h>

#include "tests/unit/providers/auth/source_fixture.h"

namespace extractd::providers::azure {
namespace {

using namespace std::chrono_literals;
using fakes::ScriptedReply;
using testing::Contains;

constexpr const char* kToken = R"({"token_type":"Bearer","expires_in":3599,"access_token":"ey.x"})";

class EntraSourceTest : public testing::SourceTest<EntraSource> {
 protected:
  EntraSourceTest() { variables_.Set("AZURE_AUTHORITY_HOST", imposter_.url() + "/"); }

  void SetApplication() {
    variables_.Set("AZURE_TENANT_ID", "tenant-1");
    variables_.Set("AZURE_CLIENT_ID", "client-1");
  }
};

TEST_F(EntraSourceTest, ATokenThatIsSetIsSentAsItIs) {
  variables_.Set("AZURE_OPENAI_AD_TOKEN", "ey.static");
  const auto token = Fetch();
  ASSERT_TRUE(token.ok());
  EXPECT_EQ(token->value.Reveal(), "ey.static");
  EXPECT_TRUE(imposter_.requests().empty());
  EXPECT_TRUE(IsConfigured());
}

TEST_F(EntraSourceTest, AnApplicationAsksWithItsSecret) {
  SetApplication();
  EXPECT_FALSE(IsConfigured());
  variables_.Set("AZURE_CLIENT_SECRET", "hush secret");
  imposter_.Reply(ScriptedReply::Json(kToken));
  const auto token = Fetch();
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->value.Reveal(), "ey.x");
  EXPECT_EQ(token->expires, kNow + 3599s);
  const fakes::SeenRequest seen = imposter_.requests().at(0);
  EXPECT_EQ(seen.path, "/tenant-1/oauth2/v2.0/token");
  EXPECT_EQ(
      seen.body,
      "grant_type=client_credentials&client_id=client-1&client_secret=hush+secret"
      "&scope=https%3A%2F%2Fcognitiveservices.azure.com%2F.default"
  );
  EXPECT_TRUE(Told("hush secret"));
  EXPECT_TRUE(IsConfigured());
}

TEST_F(EntraSourceTest, AWorkloadAsksWithItsFederatedTokenWhichIsReadEachTime) {
  SetApplication();
  variables_.Set("AZURE_FEDERATED_TOKEN_FILE", variables_.File("federated", "jwt-1\n"));
  imposter_.ReplyByDefault(ScriptedReply::Json(kToken));
  row_.signer_scope = "https://ai.azure.com/.default";
  ASSERT_TRUE(Fetch().ok());
  EXPECT_EQ(
      imposter_.requests().at(0).body,
      "grant_type=client_credentials&client_id=client-1"
      "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
      "&client_assertion=jwt-1&scope=https%3A%2F%2Fai.azure.com%2F.default"
  );
  variables_.File("federated", "jwt-2");
  ASSERT_TRUE(Fetch().ok());
  EXPECT_TRUE(Contains(imposter_.requests().at(1).body, "client_assertion=jwt-2&"));
  EXPECT_TRUE(IsConfigured());
}

TEST_F(EntraSourceTest, AFederatedTokenThatIsNotThereIsNamed) {
  SetApplication();
  variables_.Set("AZURE_FEDERATED_TOKEN_FILE", "/nowhere/token");
  const absl::Status status = Fetch().status();
  EXPECT_EQ(MetadataOf(status, "variable"), "AZURE_FEDERATED_TOKEN_FILE");
  EXPECT_TRUE(Contains(Std(status.message()), "'/nowhere/token'")) << status;
}

TEST_F(EntraSourceTest, ARefusalSaysWhatEntraSaysWithoutTheSecret) {
  SetApplication();
  variables_.Set("AZURE_CLIENT_SECRET", "hush-secret");
  imposter_.Reply(ScriptedReply::Status(
      401,
      R"({"error":"invalid_client","error_description":"AADSTS7000215: not hush-secret\r\nTrace: 1"})"
  ));
  const absl::Status status = Fetch().status();
  EXPECT_TRUE(absl::IsPermissionDenied(status));
  EXPECT_TRUE(
      Contains(Std(status.message()), "invalid_client: AADSTS7000215: not [redacted]  Trace: 1")
  ) << status;
}

TEST_F(EntraSourceTest, AManagedIdentityIsTheLastResort) {
  variables_.Set("AZURE_POD_IDENTITY_AUTHORITY_HOST", imposter_.url());
  EXPECT_TRUE(IsConfigured());
  imposter_.Reply(ScriptedReply::Json(R"({"access_token":"ey.vm","expires_in":"86399"})"));
  const auto token = Fetch();
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->expires, kNow + 86399s);
  EXPECT_EQ(imposter_.requests().at(0).Header("metadata"), "true");
}

TEST_F(EntraSourceTest, WithoutAnyTheErrorNamesVariablesAndPage) {
  variables_.Set("AZURE_POD_IDENTITY_AUTHORITY_HOST", imposter_.url());
  imposter_.Reply(ScriptedReply::Status(400, R"({"error":"invalid_request"})"));
  const absl::Status status = Fetch().status();
  EXPECT_EQ(DetailsOf(status)->reason, Reason::kCredentialsMissing);
  EXPECT_EQ(MetadataOf(status, "variable"), "AZURE_OPENAI_AD_TOKEN");
  EXPECT_EQ(MetadataOf(status, "docs_url"), "https://acme.example/docs");
  for (const char* name :
       {"AZURE_TENANT_ID", "AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE"}) {
    EXPECT_TRUE(Contains(Std(status.message()), name)) << status;
  }
}

}  // namespace
}  // namespace extractd::providers::azure
