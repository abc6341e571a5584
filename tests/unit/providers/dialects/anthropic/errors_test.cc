#include "server/providers/dialects/anthropic/errors.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace extractd::providers::anthropic {
namespace {

std::string Body(std::string_view type, std::string_view message, std::string_view rest = "") {
  return fmt::format(
      R"({{"type":"error","error":{{"type":"{}","message":"{}"{}}},"request_id":"req_1"}})",
      type,
      message,
      rest
  );
}

struct ErrorCase {
  int status;
  std::string body;
  SendFailure failure;
};

TEST(AnthropicErrorsTest, TypesAndMeanings) {
  const std::string invalid = "invalid_request_error";
  const std::vector<ErrorCase> cases = {
      {400, Body(invalid, "max_tokens: Field required"), SendFailure::kRejected},
      {400, Body(invalid, "prompt is too long: 9 tokens > 8 maximum"), SendFailure::kContextTooLong
      },
      {400,
       Body(invalid, "input length and `max_tokens` exceed context limit: 9 + 8 > 7"),
       SendFailure::kContextTooLong},
      {400, Body(invalid, "Your credit balance is too low"), SendFailure::kQuotaExhausted},
      {400,
       Body(invalid, "You have reached your specified API usage limits."),
       SendFailure::kQuotaExhausted},
      {400, Body(invalid, "Schema is too complex for compilation."), SendFailure::kSchemaRejected},
      {400, Body(invalid, "The compiled grammar is too large"), SendFailure::kSchemaRejected},
      {400, Body(invalid, "output_config.format.schema: bad keyword"), SendFailure::kSchemaRejected
      },
      {400,
       Body(invalid, "tools.0.custom.input_schema: JSON schema is invalid"),
       SendFailure::kSchemaRejected},
      {400,
       Body(invalid, "Output blocked by content filtering policy"),
       SendFailure::kContentFiltered},
      {400,
       Body(invalid, "tool_choice forces tool use is not compatible with this model"),
       SendFailure::kRejected},
      {400, Body(invalid, "Invalid request: model not found"), SendFailure::kUnknownModel},
      {401, Body("authentication_error", "invalid x-api-key"), SendFailure::kAuth},
      {402, Body("billing_error", "pay"), SendFailure::kQuotaExhausted},
      {403, Body("permission_error", "no"), SendFailure::kAuth},
      {404, Body("not_found_error", "model: claude-x"), SendFailure::kUnknownModel},
      {404, Body("not_found_error", "Not found"), SendFailure::kRejected},
      {404, "<html>", SendFailure::kRejected},
      {408, "", SendFailure::kServerError},
      {409, Body("conflict_error", "m"), SendFailure::kServerError},
      {413, Body("request_too_large", "m"), SendFailure::kContextTooLong},
      {429, Body("rate_limit_error", "slow down"), SendFailure::kRateLimited},
      {429, "", SendFailure::kRateLimited},
      {429,
       Body("rate_limit_error", "m", R"(,"details":{"error_code":"enforced_spend_limit_reached"})"),
       SendFailure::kQuotaExhausted},
      {429,
       Body(
           "rate_limit_error", "spend limit", R"(,"details":{"error_code":"ramp_limit_exceeded"})"
       ),
       SendFailure::kRateLimited},
      {500, Body("api_error", "m"), SendFailure::kServerError},
      {504, Body("timeout_error", "m"), SendFailure::kServerError},
      {529, Body("overloaded_error", "Overloaded"), SendFailure::kServerError},
      {529, "<html>", SendFailure::kServerError},
      // Other hosts of Claude.
      {429,
       R"([{"error":{"code":429,"message":"quota","status":"RESOURCE_EXHAUSTED"}}])",
       SendFailure::kRateLimited},
      {400, R"({"message":"input is too long for requested model"})", SendFailure::kContextTooLong},
      {404,
       R"({"error":{"code":404,"message":"Publisher Model `claude-x` was not found"}})",
       SendFailure::kUnknownModel},
      {500, R"({"error":"server error"})", SendFailure::kServerError},
      {302, "", SendFailure::kRejected},
  };
  for (const ErrorCase& c : cases) {
    EXPECT_EQ(SendFailureName(DecodeError(c.status, c.body).failure), SendFailureName(c.failure))
        << c.status << " " << c.body;
  }
}

TEST(AnthropicErrorsTest, ProvidersWordsArePassedOnBoundedButNotForAuth) {
  EXPECT_EQ(
      DecodeError(400, Body("invalid_request_error", "top_k: not permitted")).message,
      "the provider says: top_k: not permitted"
  );
  EXPECT_EQ(
      DecodeError(401, Body("authentication_error", "invalid key sk-1")).message,
      "the provider answered with status 401"
  );
  EXPECT_EQ(DecodeError(500, R"({"error":"boom"})").message, "the provider says: boom");
  EXPECT_LT(DecodeError(400, Body("x", std::string(100'000, 'x'))).message.size(), 400U);
}

}  // namespace
}  // namespace extractd::providers::anthropic
