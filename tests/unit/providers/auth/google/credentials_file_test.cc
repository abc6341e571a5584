#include "server/providers/auth/google/credentials_file.h"

#include <gtest/gtest.h>

#include "tests/unit/providers/auth/variables.h"

namespace extractd::providers::google {
namespace {

TEST(CredentialsFileTest, ThePlaceIsThatOfTheFirstVariableThatIsSet) {
  const testing::Variables variables;
  const std::string home = variables.directory().string();
  EXPECT_EQ(PlaceOfFile().path, home + "/.config/gcloud/application_default_credentials.json");
  EXPECT_FALSE(PlaceOfFile().named);
  variables.Set("CLOUDSDK_CONFIG", "/gcloud");
  EXPECT_EQ(PlaceOfFile().path, "/gcloud/application_default_credentials.json");
  variables.Set("GOOGLE_APPLICATION_CREDENTIALS", "/adc.json");
  EXPECT_EQ(PlaceOfFile().path, "/adc.json");
  EXPECT_TRUE(PlaceOfFile().named);
}

TEST(CredentialsFileTest, OnlyAnObjectIsRead) {
  const testing::Variables variables;
  EXPECT_TRUE(ReadFile(variables.File("a.json", R"({"type":"x"})")).ok());
  EXPECT_TRUE(absl::IsInvalidArgument(ReadFile(variables.File("b.json", "{")).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ReadFile(variables.File("c.json", "1")).status()));
  EXPECT_TRUE(absl::IsNotFound(ReadFile(variables.directory() / "d.json").status()));
}

TEST(CredentialsFileTest, AMetadataHostMeansGoogleAndCanBeForbidden) {
  const testing::Variables variables;
  variables.Set("GCE_METADATA_HOST", "127.0.0.1:1");
  EXPECT_TRUE(RunsOnGoogle());
  EXPECT_FALSE(MetadataServerIsOff());
  variables.Set("NO_GCE_CHECK", "True");
  EXPECT_TRUE(MetadataServerIsOff());
}

}  // namespace
}  // namespace extractd::providers::google
