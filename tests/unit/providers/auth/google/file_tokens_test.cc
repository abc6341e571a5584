#include "server/providers/auth/google/file_tokens.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "server/json/parse.h"
#include "tests/unit/providers/auth/rsa_key.h"
#include "tests/unit/providers/auth/source_fixture.h"

namespace extractd::providers::google {
namespace {

using namespace std::chrono_literals;
using fakes::ScriptedReply;
using nlohmann::json;
using testing::Contains;

constexpr const char* kScope = "https://www.googleapis.com/auth/cloud-platform";

// Stands for the source that the fixture expects; these tests hand the file over themselves.
class NoSource {};

class FileTokensTest : public testing::SourceTest<NoSource> {
 protected:
  absl::StatusOr<Token> FetchBy(const json& file) {
    auto parsed = extractd::json::Parse(file.dump());
    const auto document = std::get<extractd::json::Document>(std::move(parsed));
    FileTokens tokens(client_, cache_, kScope);
    return fakes::Await(loop_, tokens.Fetch(document.root()));
  }

  // A workload identity pool, with the token of a file.
  json ExternalAccount() {
    return {
        {"type", "external_account"},
        {"audience", "//iam.googleapis.com/pool"},
        {"subject_token_type", "urn:ietf:params:oauth:token-type:jwt"},
        {"token_url", imposter_.url() + "/v1/token"},
        {"credential_source", {{"file", variables_.File("subject", "subject-token\n")}}},
    };
  }

  std::string BodyOf(size_t request) const { return imposter_.requests().at(request).body; }
};

TEST_F(FileTokensTest, AServiceAccountSendsAnAssertionThatItSigned) {
  const testing::RsaKey key;
  imposter_.Reply(ScriptedReply::Json(R"({"access_token":"ya29.s","expires_in":3599})"));
  const auto token = FetchBy(
      {{"type", "service_account"},
       {"private_key", key.Pem()},
       {"private_key_id", "k1"},
       {"client_email", "robot@acme.example"},
       {"token_uri", imposter_.url() + "/token"}}
  );
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->value.Reveal(), "ya29.s");
  const fakes::SeenRequest seen = imposter_.requests().at(0);
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.path, "/token");
  EXPECT_EQ(seen.Header("content-type"), "application/x-www-form-urlencoded");
  constexpr std::string_view kBegin = "assertion=";
  constexpr std::string_view kEnd =
      "&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
  ASSERT_TRUE(seen.body.starts_with(kBegin) && seen.body.ends_with(kEnd)) << seen.body;
  EXPECT_TRUE(
      key.Signed(seen.body.substr(kBegin.size(), seen.body.size() - kBegin.size() - kEnd.size()))
  );
  EXPECT_TRUE(Told(key.Pem()));
}

TEST_F(FileTokensTest, AKeyThatIsNoneIsToldWithoutBeingShown) {
  const auto status = FetchBy({{"type", "service_account"},
                               {"private_key", "hush"},
                               {"client_email", "robot@acme.example"}})
                          .status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(status.message(), "has a private_key that is not an RSA key in PEM");
}

TEST_F(FileTokensTest, EachMissingMemberIsNamed) {
  for (const char* member : {"client_id", "client_secret", "refresh_token"}) {
    json file = {
        {"type", "authorized_user"},
        {"client_id", "a"},
        {"client_secret", "b"},
        {"refresh_token", "c"}
    };
    file.erase(member);
    EXPECT_EQ(FetchBy(file).status().message(), std::string("has no member '") + member + "'");
  }
}

TEST_F(FileTokensTest, AWorkloadTradesItsOwnTokenForOneOfGoogles) {
  imposter_.Reply(ScriptedReply::Json(R"({"access_token":"federated","expires_in":3600})"));
  const auto token = FetchBy(ExternalAccount());
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->value.Reveal(), "federated");
  EXPECT_TRUE(Contains(BodyOf(0), "audience=%2F%2Fiam.googleapis.com%2Fpool")) << BodyOf(0);
  EXPECT_TRUE(Contains(BodyOf(0), "grant-type%3Atoken-exchange")) << BodyOf(0);
  EXPECT_TRUE(Contains(BodyOf(0), "subject_token=subject-token&")) << BodyOf(0);
  EXPECT_TRUE(Told("subject-token"));
}

TEST_F(FileTokensTest, AWorkloadCanImpersonateAServiceAccount) {
  json file = ExternalAccount();
  file["service_account_impersonation_url"] = imposter_.url() + "/v1/robot:generateAccessToken";
  imposter_.Reply(ScriptedReply::Json(R"({"access_token":"federated","expires_in":3600})"));
  imposter_.Reply(
      ScriptedReply::Json(R"({"accessToken":"ya29.robot","expireTime":"2026-11-21T10:00:00Z"})")
  );
  const auto token = FetchBy(file);
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->value.Reveal(), "ya29.robot");
  EXPECT_EQ(token->expires, SystemTime(1'795'255'200s));
  const fakes::SeenRequest seen = imposter_.requests().at(1);
  EXPECT_EQ(seen.path, "/v1/robot:generateAccessToken");
  EXPECT_EQ(seen.Header("authorization"), "Bearer federated");
  EXPECT_EQ(json::parse(seen.body), json({{"scope", {kScope}}, {"lifetime", "3600s"}}));
}

TEST_F(FileTokensTest, TheSubjectTokenMayStandInJsonBehindAnAddress) {
  json file = ExternalAccount();
  file["credential_source"] = {
      {"url", imposter_.url() + "/identity"},
      {"headers", {{"Metadata", "True"}}},
      {"format", {{"type", "json"}, {"subject_token_field_name", "id_token"}}},
  };
  imposter_.Reply(ScriptedReply::Json(R"({"id_token":"from-url"})"));
  imposter_.Reply(ScriptedReply::Json(R"({"access_token":"federated","expires_in":3600})"));
  ASSERT_TRUE(FetchBy(file).ok());
  EXPECT_EQ(imposter_.requests().at(0).Header("metadata"), "True");
  EXPECT_TRUE(Contains(BodyOf(1), "subject_token=from-url&")) << BodyOf(1);
}

TEST_F(FileTokensTest, ACredentialSourceThatCannotBeReadIsNamed) {
  json file = ExternalAccount();
  file["credential_source"] = {{"file", "/nowhere/token"}};
  EXPECT_TRUE(Contains(Std(FetchBy(file).status().message()), "'/nowhere/token'"));
  file["credential_source"] = {{"environment_id", "aws1"}};
  EXPECT_TRUE(Contains(Std(FetchBy(file).status().message()), "neither a file nor a url"));
  file["credential_source"] = {{"file", variables_.File("empty", "\n")}};
  EXPECT_TRUE(Contains(Std(FetchBy(file).status().message()), "is empty"));
  EXPECT_TRUE(imposter_.requests().empty());
}

TEST_F(FileTokensTest, AUserCanImpersonateAServiceAccount) {
  imposter_.Reply(ScriptedReply::Json(R"({"access_token":"user","expires_in":3600})"));
  imposter_.Reply(
      ScriptedReply::Json(R"({"accessToken":"ya29.robot","expireTime":"2026-11-21T10:00:00Z"})")
  );
  const auto token = FetchBy(
      {{"type", "impersonated_service_account"},
       {"service_account_impersonation_url", imposter_.url() + "/robot"},
       {"source_credentials",
        {{"type", "authorized_user"},
         {"client_id", "a"},
         {"client_secret", "b"},
         {"refresh_token", "c"},
         {"token_uri", imposter_.url() + "/token"}}}}
  );
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(imposter_.requests().at(1).Header("authorization"), "Bearer user");
}

}  // namespace
}  // namespace extractd::providers::google
