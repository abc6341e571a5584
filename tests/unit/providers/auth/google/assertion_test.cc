#include "server/providers/auth/google/assertion.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/fakes/test_data.h"

namespace extractd::providers::google {
namespace {

using nlohmann::json;

// What the account of the recorded vector would say at its time.
class AssertionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    REQUIRE_TEST_DATA("../reference/vectors.json");
    const json vectors = json::parse(ReadFile(TestDataDir() / "../reference/vectors.json"));
    vector_ = vectors.at("gcp_service_account_jwt");
    const json& account = vector_.at("service_account_json");
    assertion_ = {
        .key_id = account.at("private_key_id"),
        .email = account.at("client_email"),
        .audience = account.at("token_uri"),
        .scope = "https://www.googleapis.com/auth/cloud-platform",
        .issued = SystemTime(std::chrono::seconds(1'795'237'200)),
    };
  }

  json vector_;
  Assertion assertion_;
};

TEST_F(AssertionTest, SaysWhatTheVectorSays) {
  EXPECT_EQ(
      json::parse(HeaderOf(assertion_)), json::parse(vector_.at("header_json").get<std::string>())
  );
  EXPECT_EQ(
      json::parse(ClaimsOf(assertion_)), json::parse(vector_.at("claims_json").get<std::string>())
  );
}

TEST_F(AssertionTest, IsSignedByTheAccountsKey) {
  const Secret key(vector_.at("service_account_json").at("private_key").get<std::string>());
  const auto assertion = Sign(assertion_, key);
  ASSERT_TRUE(assertion.ok()) << assertion.status();
  EXPECT_EQ(std::ranges::count(*assertion, '.'), 2);
}

TEST(AssertionWithoutKeyIdTest, HasNone) {
  EXPECT_EQ(HeaderOf({}), R"({"typ":"JWT","alg":"RS256"})");
}

}  // namespace
}  // namespace extractd::providers::google
