#include "server/providers/auth/aws/profile.h"

#include <gtest/gtest.h>

#include "tests/fakes/aws_machine.h"

namespace extractd::providers::aws {
namespace {

TEST(AwsProfileTest, SectionsAreReadAsThePeopleWroteThem) {
  const auto sections = ReadProfileSections(
      "ignored = 1\n# comment\n[default]\r\nregion = eu-west-1\r\nAWS_Access_Key_Id=AK=ID\n"
      "s3 =\n  addressing = path\n; another\n[ profile dev ]\nregion=us-east-1\nnonsense\n[open\n"
  );
  ASSERT_EQ(sections.size(), 2U);
  EXPECT_EQ(sections.at("default").at("region"), "eu-west-1");
  EXPECT_EQ(sections.at("default").at("aws_access_key_id"), "AK=ID");
  EXPECT_FALSE(sections.at("default").contains("addressing"));
  EXPECT_EQ(sections.at("profile dev").at("region"), "us-east-1");
}

TEST(AwsProfileTest, BothFilesCountAndCredentialsWin) {
  fakes::AwsMachine machine;
  machine.Write(".aws/config", "[default]\nregion = eu-west-1\naws_access_key_id = OLD\n");
  machine.Write(".aws/credentials", "[default]\naws_access_key_id = NEW\n");
  const auto profile = ReadProfile();
  ASSERT_TRUE(profile.ok()) << profile.status();
  EXPECT_TRUE(profile->found);
  EXPECT_FALSE(profile->chosen);
  EXPECT_EQ(profile->Get("aws_access_key_id"), "NEW");
  EXPECT_EQ(profile->Get("region"), "eu-west-1");
  EXPECT_EQ(profile->Get("nothing"), "");
}

TEST(AwsProfileTest, AVariableChoosesTheProfileAndOthersThePlaceOfTheFiles) {
  fakes::AwsMachine machine;
  machine.Set("AWS_PROFILE", "dev");
  machine.Set("AWS_CONFIG_FILE", machine.Write("conf", "[profile dev]\nregion = ca-central-1\n"));
  machine.Set("AWS_SHARED_CREDENTIALS_FILE", machine.Write("keys", "[dev]\naws_access_key_id=D\n"));
  const auto profile = ReadProfile();
  ASSERT_TRUE(profile.ok());
  EXPECT_EQ(profile->name, "dev");
  EXPECT_TRUE(profile->chosen);
  EXPECT_EQ(profile->Get("aws_access_key_id"), "D");
  EXPECT_EQ(DefaultRegion(), "ca-central-1");
  machine.Set("AWS_DEFAULT_REGION", "eu-north-1");
  EXPECT_EQ(DefaultRegion(), "eu-north-1");
  machine.Set("AWS_REGION", "us-west-2");
  EXPECT_EQ(DefaultRegion(), "us-west-2");
}

TEST(AwsProfileTest, WithoutFilesThereIsNoProfileAndAHugeOneIsRefused) {
  fakes::AwsMachine machine;
  EXPECT_FALSE(ReadProfile()->found);
  EXPECT_EQ(DefaultRegion(), "");
  machine.Write(".aws/config", std::string(100'000, '#'));
  EXPECT_TRUE(absl::IsFailedPrecondition(ReadProfile().status()));
}

}  // namespace
}  // namespace extractd::providers::aws
