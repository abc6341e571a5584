#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "server/providers/dialects/gemini/gemini.h"

namespace extractd::providers {
namespace {

using std::chrono::milliseconds;

SendResult Decode(int status, std::string_view body) {
  return Gemini().Decode(status, body, NoHeader);
}

std::string Error(
    int code, std::string_view status, std::string_view message, std::string_view details = "[]"
) {
  return std::string(R"({"error":{"code":)")
      .append(std::to_string(code))
      .append(R"(,"message":")")
      .append(message)
      .append(R"(","status":")")
      .append(status)
      .append(R"(","details":)")
      .append(details)
      .append("}}");
}

struct ErrorCase {
  int status;
  std::string body;
  std::string_view failure;
};

TEST(GeminiErrorsTest, StatusesAndMeanings) {
  const std::vector<ErrorCase> cases = {
      {400,
       Error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
       "auth"},
      {400, Error(400, "INVALID_ARGUMENT", "m", R"([{"reason":"API_KEY_INVALID"}])"), "auth"},
      {401, Error(401, "UNAUTHENTICATED", "m"), "auth"},
      {403, Error(403, "PERMISSION_DENIED", "m"), "auth"},
      {400,
       Error(
           400,
           "INVALID_ARGUMENT",
           "The input token count (7) exceeds the maximum number of tokens allowed (3)."
       ),
       "context_too_long"},
      {400, Error(400, "FAILED_PRECONDITION", "Please enable billing."), "quota_exhausted"},
      {400, Error(400, "FAILED_PRECONDITION", "User location is not supported."), "rejected"},
      {400, Error(400, "INVALID_ARGUMENT", "Invalid request: model not found"), "unknown_model"},
      {400,
       Error(
           400,
           "INVALID_ARGUMENT",
           "Unknown name 'x' at 'generation_config.response_schema': Cannot find field."
       ),
       "schema_rejected"},
      {400,
       Error(
           400,
           "INVALID_ARGUMENT",
           "The specified schema produces a constraint that has too many states"
       ),
       "schema_rejected"},
      {400, Error(400, "INVALID_ARGUMENT", "temperature value of 1000"), "rejected"},
      {402, "", "quota_exhausted"},
      {404, Error(404, "NOT_FOUND", "models/x is not found for API version v1beta"), "unknown_model"
      },
      {404, Error(404, "NOT_FOUND", "cached content not found"), "rejected"},
      {404, "<html>", "rejected"},
      {429, Error(429, "RESOURCE_EXHAUSTED", "check your plan and billing details"), "rate_limited"
      },
      {429,
       Error(429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted."),
       "quota_exhausted"},
      {429, "", "rate_limited"},
      {408, "", "server_error"},
      {409, Error(409, "ABORTED", "m"), "server_error"},
      {499, Error(499, "CANCELLED", "m"), "server_error"},
      {500, Error(500, "INTERNAL", "m"), "server_error"},
      {503, Error(503, "UNAVAILABLE", "The model is overloaded."), "server_error"},
      {504, Error(504, "DEADLINE_EXCEEDED", "m"), "server_error"},
      {302, Error(302, "REDIRECT", "Redirect"), "rejected"},
      {500, R"({"error":"Disk full"})", "server_error"},
      {503, "[" + Error(503, "UNAVAILABLE", "m") + "]", "server_error"},
      {400,
       "[" + Error(400, "INVALID_ARGUMENT", "m", R"([{"reason":"API_KEY_INVALID"}])") + "]",
       "auth"},
      {400, "[]", "rejected"},
      {400, "7", "rejected"},
      {200, Error(429, "RESOURCE_EXHAUSTED", "m"), "rate_limited"},
      {200, R"({"error":{"status":"PERMISSION_DENIED"}})", "auth"},
      {200, R"({"error":{"status":"NEW_ONE"}})", "server_error"},
  };
  for (const ErrorCase& c : cases) {
    EXPECT_EQ(SendFailureName(Decode(c.status, c.body).failure), c.failure)
        << c.status << " " << c.body;
  }
}

std::string Exhausted(
    std::string_view quota, std::string_view delay, std::string_view value = "5"
) {
  const std::string details =
      std::string(
          R"([{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":")"
      )
          .append(quota)
          .append(R"(","quotaValue":")")
          .append(value)
          .append(R"("}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":")")
          .append(delay)
          .append(R"("}])");
  return Error(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota", details);
}

TEST(GeminiErrorsTest, AMinutesQuotaIsWaitedForAsLongAsItSays) {
  const SendResult result = Decode(429, Exhausted("GenerateRequestsPerMinutePerProject", "34.4s"));
  EXPECT_EQ(SendFailureName(result.failure), "rate_limited");
  EXPECT_EQ(result.retry_after, milliseconds(34'400));
}

TEST(GeminiErrorsTest, AQuotaOfTheDayOrOfNothingIsNotWaitedFor) {
  for (const std::string& body :
       {Exhausted("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "34s"),
        Exhausted("GenerateRequestsPerMinutePerProject-FreeTier", "34s", "0")}) {
    const SendResult result = Decode(429, body);
    EXPECT_EQ(SendFailureName(result.failure), "quota_exhausted") << body;
    EXPECT_FALSE(result.retry_after.has_value());
  }
}

TEST(GeminiErrorsTest, DelaysOfEveryForm) {
  const auto delay = [](std::string_view text) {
    return Decode(429, Exhausted("q", text)).retry_after;
  };
  EXPECT_EQ(delay("14s"), milliseconds(14'000));
  EXPECT_EQ(delay("0s"), milliseconds(0));
  EXPECT_EQ(delay("0.0004s"), milliseconds(1)) << "never less than asked for";
  EXPECT_EQ(delay("99999999999999999999s"), milliseconds(std::chrono::hours(366 * 24)));
  for (const auto* text : {"", "s", "14", "14m", "-1s", "nans", "infs", "1e3s", "soon"}) {
    EXPECT_FALSE(delay(text).has_value()) << text;
  }
}

TEST(GeminiErrorsTest, MessageOfTheProviderIsPassedOnBoundedButNotForAuth) {
  EXPECT_EQ(
      Decode(400, Error(400, "INVALID_ARGUMENT", "temperature is wrong")).message,
      "the provider says: temperature is wrong"
  );
  EXPECT_EQ(
      Decode(400, Error(400, "INVALID_ARGUMENT", "API key not valid: AIza12")).message,
      "the provider answered with status 400"
  );
  EXPECT_LT(Decode(500, Error(500, "INTERNAL", std::string(100'000, 'x'))).message.size(), 400U);
}

}  // namespace
}  // namespace extractd::providers
