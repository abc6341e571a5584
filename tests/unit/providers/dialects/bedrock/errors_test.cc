#include <string>

#include <absl/strings/match.h>
#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <gtest/gtest.h>

#include "server/providers/dialects/bedrock/bedrock_converse.h"

namespace extractd::providers::bedrock_converse {
namespace {

struct Case {
  int status;
  std::string code;
  std::string message;
  SendFailure failure;
};

// As the API answers: the code in a header, the message in the body.
SendResult Decode(
    int status, std::string_view code, const std::string& message, std::string_view date = {}
) {
  const auto header = [&](std::string_view name) {
    if (name == "x-amzn-errortype") return code;
    return name == "date" ? date : std::string_view();
  };
  return DecodeError(status, R"({"message":")" + message + R"("})", header);
}

TEST(BedrockErrorsTest, EveryCodeHasItsMeaning) {
  const Case cases[] = {
      {400, "ValidationException", "bad field", SendFailure::kRejected},
      {400,
       "ValidationException",
       "Input is too long for requested model.",
       SendFailure::kContextTooLong},
      {400, "ValidationException", "... Input Tokens Exceeded: ...", SendFailure::kContextTooLong},
      {400, "ValidationException", "prompt is too long: 9 > 8", SendFailure::kContextTooLong},
      {400,
       "ValidationException",
       "The provided model identifier is invalid.",
       SendFailure::kUnknownModel},
      {400,
       "ValidationException",
       "Invocation of model ID x with on-demand throughput isn't ...",
       SendFailure::kUnknownModel},
      {400,
       "ValidationException",
       "output_config.format.schema: recursion",
       SendFailure::kSchemaRejected},
      {400, "ServiceQuotaExceededException", "", SendFailure::kQuotaExhausted},
      {403, "AccessDeniedException", "", SendFailure::kAuth},
      {403, "ExpiredTokenException", "", SendFailure::kAuth},
      {403, "UnrecognizedClientException", "", SendFailure::kAuth},
      {404, "ResourceNotFoundException", "", SendFailure::kUnknownModel},
      {408, "ModelTimeoutException", "", SendFailure::kServerError},
      {424, "ModelErrorException", "", SendFailure::kServerError},
      {429, "ThrottlingException", "Too many requests", SendFailure::kRateLimited},
      {429, "ThrottlingException", "Too many tokens per day", SendFailure::kQuotaExhausted},
      {429, "ModelNotReadyException", "", SendFailure::kServerError},
      {500, "InternalServerException", "", SendFailure::kServerError},
      {503, "ServiceUnavailableException", "", SendFailure::kServerError},
      {429, "", "", SendFailure::kRateLimited},
      {401, "", "", SendFailure::kAuth},
      {402, "", "", SendFailure::kQuotaExhausted},
      {404, "UnknownOperationException", "", SendFailure::kUnknownModel},
      {413, "", "", SendFailure::kRejected},
      {502, "", "", SendFailure::kServerError},
  };
  for (const Case& c : cases) {
    const SendResult result = Decode(c.status, c.code, c.message);
    EXPECT_EQ(SendFailureName(result.failure), SendFailureName(c.failure))
        << c.status << " " << c.code << " " << c.message;
    EXPECT_FALSE(result.message.empty());
  }
}

TEST(BedrockErrorsTest, TheCodeMayHaveAnAddressAndANamespaceAndStandInTheBody) {
  EXPECT_EQ(
      Decode(400, "ThrottlingException:http://internal.amazon.com/coral/", "").failure,
      SendFailure::kRateLimited
  );
  const SendResult in_body =
      DecodeError(400, R"({"__type":"com.amazon#ThrottlingException","Message":"slow"})", NoHeader);
  EXPECT_EQ(in_body.failure, SendFailure::kRateLimited);
  EXPECT_EQ(in_body.message, "the provider says: slow");
}

TEST(BedrockErrorsTest, AnythingMayStandInTheBody) {
  for (const char* body : {"", "<html>", "[]", "null", R"({"message":7})", "\xFF"}) {
    EXPECT_EQ(DecodeError(503, body, NoHeader).failure, SendFailure::kServerError) << body;
    EXPECT_EQ(DecodeError(503, body, NoHeader).message, "the provider answered with status 503");
  }
  const std::string long_body = R"({"message":")" + std::string(9'000, 'x') + R"("})";
  EXPECT_LE(DecodeError(400, long_body, NoHeader).message.size(), 300U);
}

// Permissions are told as AWS tells them; a refused signature is not, since it quotes what was
// signed.
TEST(BedrockErrorsTest, WhatMayQuoteASessionIsNotQuoted) {
  EXPECT_NE(
      Decode(403, "AccessDeniedException", "not authorized to perform: bedrock:InvokeModel")
          .message.find("bedrock:InvokeModel"),
      std::string::npos
  );
  for (const char* code :
       {"InvalidSignatureException", "UnrecognizedClientException", "ExpiredTokenException"}) {
    const SendResult result = Decode(403, code, "x-amz-security-token:hunter2");
    EXPECT_EQ(result.message.find("hunter2"), std::string::npos) << code;
  }
}

TEST(BedrockErrorsTest, AClockThatIsOffIsNamedWithTheDifference) {
  const absl::Time theirs = absl::Now() + absl::Minutes(20);
  const std::string date =
      absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", theirs, absl::UTCTimeZone());
  const SendResult result = Decode(
      403,
      "InvalidSignatureException",
      "Signature expired: 20261121T050000Z is now earlier ...",
      date
  );
  EXPECT_EQ(result.failure, SendFailure::kAuth);
  EXPECT_TRUE(absl::StartsWith(
      result.message,
      "the provider refused the time of the signature: the clock of this machine is 1"
  )) << result.message;
  EXPECT_TRUE(absl::EndsWith(result.message, " s behind the provider's")) << result.message;
  EXPECT_EQ(
      Decode(403, "RequestTimeTooSkewed", "").message,
      "the provider refused the time of the signature"
  );
}

TEST(BedrockErrorsTest, AnAgreementInTheMakingIsWorthWaitingFor) {
  const SendResult result = Decode(403, "MPAgreementBeingCreated", "Try again after 2 minutes.");
  EXPECT_EQ(result.failure, SendFailure::kServerError);
  EXPECT_EQ(result.retry_after, std::chrono::minutes(2));
}

}  // namespace
}  // namespace extractd::providers::bedrock_converse
