#include "server/providers/auth/token_endpoint.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "server/json/parse.h"
#include "tests/fakes/http_imposter.h"
#include "tests/fakes/run_task.h"

namespace extractd::providers {
namespace {

using namespace std::chrono_literals;
using fakes::ScriptedReply;

TEST(FormBodyTest, EverythingButLettersDigitsAndFourMarksIsEncoded) {
  EXPECT_EQ(FormBody({}), "");
  EXPECT_EQ(
      FormBody({{"a", "x y"}, {"b&", "-._~"}, {"c", "\xC3\xA9=/+"}}),
      "a=x+y&b%26=-._~&c=%C3%A9%3D%2F%2B"
  );
}

TEST(BasicAuthorizationTest, IsThePairInBase64) {
  EXPECT_EQ(
      BasicAuthorization("Aladdin", Secret("open sesame")), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
  );
}

class TokenOfTest : public testing::Test {
 protected:
  static absl::StatusOr<Token> Read(std::string_view text) {
    const auto parsed = json::Parse(std::string(text));
    return TokenOf(std::get<json::Document>(parsed).root(), kNow);
  }
  static constexpr SystemTime kNow{1000s};
};

TEST_F(TokenOfTest, ItsLifeIsANumberOrANumberAsText) {
  EXPECT_EQ(Read(R"({"access_token":"t","expires_in":60})")->expires, kNow + 60s);
  EXPECT_EQ(Read(R"({"access_token":"t","expires_in":"60"})")->expires, kNow + 60s);
}

TEST_F(TokenOfTest, AnUnreadableLifeIsShortAndALongOneIsADay) {
  for (const char* life : {"0", "-5", "\"x\"", "null", "1e300", "99999999999999999999"}) {
    const auto token = Read(std::string(R"({"access_token":"t","expires_in":)") + life + "}");
    EXPECT_LE(token->expires, kNow + 5min) << life;
  }
  EXPECT_EQ(Read(R"({"access_token":"t"})")->expires, kNow + 5min);
  EXPECT_EQ(Read(R"({"access_token":"t","expires_in":9000000000000000})")->expires, kNow + 24h);
}

TEST_F(TokenOfTest, WhatNoHeaderCanCarryIsNoToken) {
  EXPECT_TRUE(absl::IsPermissionDenied(Read("{}").status()));
  EXPECT_TRUE(absl::IsPermissionDenied(Read(R"({"access_token":7})").status()));
  EXPECT_TRUE(absl::IsPermissionDenied(Read(R"({"access_token":"a\r\nx: y"})").status()));
}

class AskForTokenTest : public testing::Test {
 protected:
  absl::Status Ask(ScriptedReply reply) {
    imposter_.Reply(std::move(reply));
    TokenCall call = FormCall(imposter_.url() + "/t?code=hush-code", {{"secret", "hush"}});
    call.patience = 200ms;
    call.secrets = {Secret("hush")};
    return fakes::Await(loop_, AskForToken(client_, std::move(call))).status();
  }

  fakes::HttpImposter imposter_;
  asio::io_context loop_{1};
  net::HttpClient client_{loop_.get_executor()};
};

TEST_F(AskForTokenTest, AnObjectIsAReply) {
  EXPECT_TRUE(Ask(ScriptedReply::Json("{}")).ok());
  EXPECT_EQ(imposter_.requests().at(0).body, "secret=hush");
}

TEST_F(AskForTokenTest, WhatPassesIsUnavailable) {
  for (const int status : {408, 429, 500, 503}) {
    EXPECT_TRUE(absl::IsUnavailable(Ask(ScriptedReply::Status(status)))) << status;
  }
  EXPECT_TRUE(absl::IsUnavailable(Ask(ScriptedReply::HangUp())));
  EXPECT_TRUE(absl::IsDeadlineExceeded(Ask(ScriptedReply::Silence())));
}

TEST_F(AskForTokenTest, WhatStaysIsARefusal) {
  EXPECT_TRUE(absl::IsNotFound(Ask(ScriptedReply::Status(404))));
  for (const int status : {301, 400, 401, 403}) {
    EXPECT_TRUE(absl::IsPermissionDenied(Ask(ScriptedReply::Status(status)))) << status;
  }
  EXPECT_TRUE(absl::IsPermissionDenied(Ask(ScriptedReply::Json("<html>"))));
  EXPECT_TRUE(absl::IsPermissionDenied(Ask(ScriptedReply::Json("[]"))));
}

TEST_F(AskForTokenTest, ErrorsHaveTheReasonButNoSecretAndNoQuery) {
  const absl::Status google = Ask(ScriptedReply::Status(
      403, R"({"error":{"code":403,"message":"no hush\nfor you","status":"PERMISSION_DENIED"}})"
  ));
  EXPECT_EQ(
      google.message(),
      "the token endpoint " + imposter_.url() + "/t answered 403: no [redacted] for you"
  );
  const absl::Status longer =
      Ask(ScriptedReply::Status(400, R"({"error":")" + std::string(5'000, 'x') + R"("})"));
  EXPECT_LT(longer.message().size(), 500U);
}

}  // namespace
}  // namespace extractd::providers
