#include "server/providers/auth/jwt.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/fakes/test_data.h"
#include "tests/unit/providers/auth/rsa_key.h"

namespace extractd::providers {
namespace {

TEST(JwtTest, IsTheRecordedOneByteForByte) {
  REQUIRE_TEST_DATA("../reference/vectors.json");
  const auto vectors = nlohmann::json::parse(ReadFile(TestDataDir() / "../reference/vectors.json"));
  const auto& vector = vectors.at("gcp_service_account_jwt");
  const Secret key(vector.at("service_account_json").at("private_key").get<std::string>());
  const std::string header = vector.at("header_json");
  const auto assertion = SignedJwt(header, vector.at("claims_json").get<std::string>(), key);
  ASSERT_TRUE(assertion.ok()) << assertion.status();
  EXPECT_EQ(*assertion, vector.at("assertion").get<std::string>());
  const auto& direct = vector.at("self_signed_jwt");
  const auto token = SignedJwt(header, direct.at("claims_json").get<std::string>(), key);
  EXPECT_EQ(*token, direct.at("token").get<std::string>());
}

TEST(JwtTest, IsSignedByTheKey) {
  const testing::RsaKey key;
  const testing::RsaKey other;
  const auto jwt = SignedJwt("{}", R"({"a":1})", Secret(key.Pem()));
  ASSERT_TRUE(jwt.ok());
  EXPECT_TRUE(jwt->starts_with("e30.eyJhIjoxfQ."));
  EXPECT_EQ(jwt->find('='), std::string::npos);
  EXPECT_TRUE(key.Signed(*jwt));
  EXPECT_FALSE(other.Signed(*jwt));
}

TEST(JwtTest, OnlyAnOpenRsaKeySigns) {
  const auto fails = [](std::string_view pem) {
    return absl::IsInvalidArgument(SignedJwt("{}", "{}", Secret(std::string(pem))).status());
  };
  EXPECT_TRUE(fails(""));
  EXPECT_TRUE(fails("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"));
  EXPECT_TRUE(fails("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"));
}

}  // namespace
}  // namespace extractd::providers
