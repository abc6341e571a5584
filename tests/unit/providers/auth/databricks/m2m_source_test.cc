#include "server/providers/auth/databricks/m2m_source.h"

#include <gtest/gtest.h>

#include "tests/unit/providers/auth/source_fixture.h"

namespace extractd::providers::databricks {
namespace {

using fakes::ScriptedReply;
using testing::Contains;

constexpr const char* kToken = R"({"access_token":"ey.d","expires_in":3600,"token_type":"Bearer"})";

class M2mSourceTest : public testing::SourceTest<M2mSource> {
 protected:
  void SetPrincipal() {
    variables_.Set("DATABRICKS_CLIENT_ID", "principal");
    variables_.Set("DATABRICKS_CLIENT_SECRET", "hush-secret");
  }
};

TEST_F(M2mSourceTest, APrincipalAsksTheWorkspaceOfTheRowsAddress) {
  SetPrincipal();
  imposter_.Reply(ScriptedReply::Json(kToken));
  const auto token = Fetch();
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->value.Reveal(), "ey.d");
  const fakes::SeenRequest seen = imposter_.requests().at(0);
  EXPECT_EQ(seen.path, "/oidc/v1/token");
  EXPECT_EQ(seen.body, "grant_type=client_credentials&scope=all-apis");
  EXPECT_EQ(seen.Header("authorization"), "Basic cHJpbmNpcGFsOmh1c2gtc2VjcmV0");
  EXPECT_TRUE(Told("hush-secret"));
  EXPECT_TRUE(IsConfigured());
}

TEST_F(M2mSourceTest, AHostThatIsSetGoesFirst) {
  SetPrincipal();
  row_.base_url = "https://127.0.0.1:1/serving-endpoints";
  variables_.Set("DATABRICKS_HOST", imposter_.url() + "/");
  imposter_.Reply(ScriptedReply::Json(kToken));
  EXPECT_TRUE(Fetch().ok());
}

TEST_F(M2mSourceTest, WithoutAPrincipalTheErrorNamesBothVariablesAndTheKeys) {
  row_.key_variable = "DATABRICKS_TOKEN";
  absl::Status status = Fetch().status();
  EXPECT_EQ(DetailsOf(status)->reason, Reason::kCredentialsMissing);
  EXPECT_EQ(MetadataOf(status, "variable"), "DATABRICKS_CLIENT_ID");
  for (const char* name :
       {"DATABRICKS_CLIENT_ID", "DATABRICKS_CLIENT_SECRET", "DATABRICKS_TOKEN"}) {
    EXPECT_TRUE(Contains(Std(status.message()), name)) << status;
  }
  variables_.Set("DATABRICKS_CLIENT_ID", "principal");
  status = Fetch().status();
  EXPECT_EQ(MetadataOf(status, "variable"), "DATABRICKS_CLIENT_SECRET");
  EXPECT_FALSE(IsConfigured());
}

}  // namespace
}  // namespace extractd::providers::databricks
