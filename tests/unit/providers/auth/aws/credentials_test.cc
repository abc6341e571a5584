#include "server/providers/auth/aws/credentials.h"

#include <gtest/gtest.h>

namespace extractd::providers::aws {
namespace {

using namespace std::chrono_literals;

TEST(AwsCredentialsTest, AServicesAnswerIsReadWithItsEnd) {
  const Found found = ReadCredentialsJson(
      "it",
      R"({"Code":"Success","AccessKeyId":"AKID","SecretAccessKey":"sec","Token":"tok",)"
      R"("Expiration":"2026-11-21T05:00:00Z"})"
  );
  ASSERT_TRUE(found.ok() && found->has_value()) << found.status();
  EXPECT_EQ((*found)->access_key_id, "AKID");
  EXPECT_EQ((*found)->secret_access_key.Reveal(), "sec");
  EXPECT_EQ((*found)->session_token.Reveal(), "tok");
  EXPECT_EQ((*found)->expires, std::chrono::system_clock::time_point(1'795'237'200s));
}

TEST(AwsCredentialsTest, AnAnswerWithoutAKeyIsAnErrorThatShowsNothingOfIt) {
  for (const char* body :
       {"",
        "<html>hunter2</html>",
        "[]",
        "{}",
        R"({"AccessKeyId":"hunter2"})",
        R"({"AccessKeyId":7,"SecretAccessKey":"hunter2"})"}) {
    const Found found = ReadCredentialsJson("the service", body);
    EXPECT_TRUE(absl::IsUnavailable(found.status())) << body;
    EXPECT_EQ(found.status().message().find("hunter2"), absl::string_view::npos);
    EXPECT_NE(found.status().message().find("the service"), absl::string_view::npos);
  }
}

TEST(AwsCredentialsTest, TimesAreReadWithFractionsAndOffsets) {
  const std::chrono::system_clock::time_point five(1'795'237'200s);
  EXPECT_EQ(ReadExpiration("2026-11-21T05:00:00Z"), five);
  EXPECT_EQ(ReadExpiration("2026-11-21T05:00:00.5Z"), five + 500ms);
  EXPECT_EQ(ReadExpiration("2026-11-21T06:00:00+01:00"), five);
  for (const char* text : {"", "tomorrow", "infinite-future", "2026-11-21"}) {
    EXPECT_EQ(ReadExpiration(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace extractd::providers::aws
