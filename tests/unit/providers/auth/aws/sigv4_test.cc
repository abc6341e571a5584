#include "server/providers/auth/aws/sigv4.h"

#include <gtest/gtest.h>

#include "tests/fakes/vectors.h"

namespace extractd::providers::aws {
namespace {

constexpr Scope kScope = {.region = "us-east-1", .service = "bedrock"};
const Credentials kKey = {.access_key_id = "AKIDEXAMPLE", .secret_access_key = Secret("s3cret")};
// 2026-11-21 05:00:00 UTC
constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'795'237'200)};

WireRequest Request() {
  return {
      .url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/m%3A0/converse",
      .headers = {{"content-type", " application/json "}, {"user-agent", "x"}},
      .body = "{}",
  };
}

std::string HeaderOf(const std::vector<WireHeader>& headers, std::string_view name) {
  for (const WireHeader& header : headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

TEST(SigV4Test, ThePathIsEncodedOnceMoreAndOnlyNamedHeadersAreSigned) {
  EXPECT_EQ(
      Sign(Request(), kKey, kScope, kNow).canonical_request,
      "POST\n/model/m%253A0/converse\n\ncontent-type:application/json\n"
      "host:bedrock-runtime.us-east-1.amazonaws.com\nx-amz-date:20261121T050000Z\n\n"
      "content-type;host;x-amz-date\n"
      "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
  );
}

TEST(SigV4Test, ParametersAreSortedByNameAndValue) {
  WireRequest request = Request();
  request.url = "https://h/p?b=2&a=1&b=1&c";
  EXPECT_NE(
      Sign(request, kKey, kScope, kNow).canonical_request.find("\n/p\na=1&b=1&b=2&c=\n"),
      std::string::npos
  );
}

TEST(SigV4Test, TheSessionIsSignedAndSent) {
  Credentials session = kKey;
  session.session_token = Secret("tok");
  const std::vector<WireHeader> headers = SignedHeaders(Request(), session, kScope, kNow);
  EXPECT_EQ(HeaderOf(headers, "x-amz-security-token"), "tok");
  EXPECT_EQ(HeaderOf(headers, "x-amz-date"), "20261121T050000Z");
  EXPECT_NE(
      HeaderOf(headers, "authorization").find("content-type;host;x-amz-date;x-amz-security-token"),
      std::string::npos
  );
  for (const WireHeader& header : headers) EXPECT_EQ(header.secret, header.name != "x-amz-date");
}

TEST(SigV4Test, AnythingThatChangesChangesTheSignature) {
  const std::string signature = Sign(Request(), kKey, kScope, kNow).authorization;
  WireRequest body = Request();
  body.body = "{ }";
  EXPECT_NE(Sign(body, kKey, kScope, kNow).authorization, signature);
  EXPECT_NE(Sign(Request(), kKey, kScope, kNow + std::chrono::seconds(1)).authorization, signature);
  EXPECT_NE(
      Sign(Request(), kKey, {.region = "eu-west-1", .service = "bedrock"}, kNow).authorization,
      signature
  );
  Credentials other = kKey;
  other.secret_access_key = Secret("s4cret");
  EXPECT_NE(Sign(Request(), other, kScope, kNow).authorization, signature);
  EXPECT_EQ(Sign(Request(), kKey, kScope, kNow).authorization, signature);
}

Credentials CredentialsOf(const nlohmann::json& vector) {
  Credentials credentials = {
      .access_key_id = vector["access_key"],
      .secret_access_key = Secret(vector["secret_key"].get<std::string>()),
  };
  if (vector["session_token"].is_string()) {
    credentials.session_token = Secret(vector["session_token"].get<std::string>());
  }
  return credentials;
}

// All vectors are of one second.
std::chrono::system_clock::time_point TimeOf(const std::string& stamp) {
  EXPECT_EQ(stamp, "20261121T050000Z");
  return kNow;
}

TEST(SigV4Test, EveryVectorIsSignedByteForByte) {
  REQUIRE_VECTORS();
  const nlohmann::json vectors = ReadVectors()["sigv4"];
  EXPECT_GE(vectors.size(), 5U);
  for (const nlohmann::json& vector : vectors) {
    SCOPED_TRACE(vector["name"].get<std::string>());
    WireRequest request = {
        .method = vector["method"], .url = vector["url"], .body = vector["body"]
    };
    if (vector["input_headers"].is_object()) {
      for (const auto& [name, value] : vector["input_headers"].items()) {
        if (name == "Content-Type") request.headers.push_back({"content-type", value});
      }
    }
    const std::string region = vector["region"];
    const std::string service = vector["service"];
    const Signature signature = Sign(
        request,
        CredentialsOf(vector),
        {.region = region, .service = service},
        TimeOf(vector["timestamp"])
    );
    EXPECT_EQ(signature.canonical_request, vector["canonical_request"].get<std::string>());
    EXPECT_EQ(signature.string_to_sign, vector["string_to_sign"].get<std::string>());
    EXPECT_EQ(signature.authorization, vector["authorization"].get<std::string>());
  }
}

TEST(SigV4Test, RequestsOfAnotherClientAreSignedAsItSignedThem) {
  REQUIRE_VECTORS();
  const nlohmann::json vectors = ReadVectors();
  const Credentials credentials = CredentialsOf(vectors["sigv4"][0]);
  int compared = 0;
  for (const nlohmann::json& sent : vectors["botocore_real_requests"]) {
    if (!sent["headers"].contains("X-Amz-Date")) continue;  // one with a bearer token
    const WireRequest request = {
        .url = sent["url"],
        .headers = {{"content-type", sent["headers"]["Content-Type"]}},
        .body = sent["body"],
    };
    const Signature signature =
        Sign(request, credentials, kScope, TimeOf(sent["headers"]["X-Amz-Date"]));
    EXPECT_EQ(signature.canonical_request, sent["canonical_request"].get<std::string>());
    EXPECT_EQ(signature.authorization, sent["headers"]["Authorization"].get<std::string>());
    ++compared;
  }
  EXPECT_EQ(compared, 3);
}

}  // namespace
}  // namespace extractd::providers::aws
