#include "server/providers/auth/azure/managed_identity.h"

#include <gtest/gtest.h>

#include "tests/unit/providers/auth/variables.h"

namespace extractd::providers::azure {
namespace {

constexpr const char* kScope = "https://cognitiveservices.azure.com/.default";

TEST(ManagedIdentityTest, AVirtualMachineAsksItsMetadataService) {
  const testing::Variables variables;
  const TokenCall call = ManagedIdentityCall(kScope);
  EXPECT_EQ(call.method, "GET");
  EXPECT_EQ(
      call.url,
      "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01"
      "&resource=https%3A%2F%2Fcognitiveservices.azure.com"
  );
  EXPECT_TRUE(call.body.empty());
}

TEST(ManagedIdentityTest, AnAppAsksItsOwnEndpoint) {
  const testing::Variables variables;
  variables.Set("IDENTITY_ENDPOINT", "http://127.0.0.1:41/msi/token");
  variables.Set("IDENTITY_HEADER", "hush-header");
  const TokenCall call = ManagedIdentityCall(kScope);
  EXPECT_TRUE(call.url.starts_with("http://127.0.0.1:41/msi/token?api-version=2019-08-01&"));
  ASSERT_EQ(call.headers.size(), 1U);
  EXPECT_EQ(call.headers[0].name, "x-identity-header");
  EXPECT_EQ(call.secrets, std::vector<Secret>{Secret("hush-header")});
  EXPECT_TRUE(RunsOnAzure());
}

TEST(ManagedIdentityTest, OneOfSeveralIdentitiesIsPickedByItsId) {
  const testing::Variables variables;
  variables.Set("AZURE_CLIENT_ID", "client-1");
  EXPECT_TRUE(ManagedIdentityCall(kScope).url.ends_with("&client_id=client-1"));
}

}  // namespace
}  // namespace extractd::providers::azure
