// Reads errors: {"message", "id"} and at times a word of their own. Shapes and sources:
// docs/providers/cohere.md.
#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "server/base/strings.h"
#include "server/json/read.h"
#include "server/providers/dialects/body_text.h"
#include "server/providers/dialects/cohere/cohere_chat.h"
#include "server/providers/dialects/failure_text.h"

namespace extractd::providers::cohere {
namespace {

constexpr std::array<std::string_view, 5> kContextPhrases = {
    "too many tokens",
    "too_many_tokens",
    "context_length_exceeded",
    "maximum context length",
    "prompt is too long",
};
constexpr std::array<std::string_view, 3> kSchemaPhrases = {
    "json_schema", "json schema", "response_format"
};
constexpr std::array<std::string_view, 3> kFilterPhrases = {
    "blocked output", "blocked input", "safety filter"
};

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

template <size_t N>
bool HasAny(std::string_view text, const std::array<std::string_view, N>& parts) {
  return std::ranges::any_of(parts, [text](std::string_view part) { return Has(text, part); });
}

// Trial keys have a limit a minute, which waiting helps, and one a month, which it does not.
bool IsQuota(std::string_view lower) {
  const bool trial = Has(lower, "trial key") && !Has(lower, "minute");
  return trial || Has(lower, "/ month") || Has(lower, "billing") || Has(lower, "quota");
}

// Of a 400, 413, 422 or a status that nobody expects.
SendFailure ClassifyBadRequest(std::string_view lower) {
  if (HasAny(lower, kContextPhrases)) return SendFailure::kContextTooLong;
  if (HasAny(lower, kFilterPhrases)) return SendFailure::kContentFiltered;
  if (HasAny(lower, kSchemaPhrases)) return SendFailure::kSchemaRejected;
  return SendFailure::kRejected;
}

SendFailure Classify(int status, std::string_view lower) {
  switch (status) {
    case 401:
    case 403:
    case 498:  // the token is not valid, whoever sends it again
      return SendFailure::kAuth;
    case 402:
      return SendFailure::kQuotaExhausted;
    case 404:
      return Has(lower, "model") ? SendFailure::kUnknownModel : SendFailure::kRejected;
    case 408:
    case 409:
    case 425:
    case 499:
      return SendFailure::kServerError;
    case 429:
      return IsQuota(lower) ? SendFailure::kQuotaExhausted : SendFailure::kRateLimited;
    case 501:
      return SendFailure::kRejected;
    default:
      return status >= 500 ? SendFailure::kServerError : ClassifyBadRequest(lower);
  }
}

std::string_view MessageOf(const json::Value& body) {
  const std::string_view message = json::StringMember(body, "message");
  if (!message.empty()) return message;
  const json::Value* error = body.Find("error");
  if (error == nullptr) return {};
  return error->is_string() ? error->string() : json::StringMember(*error, "message");
}

}  // namespace

SendResult FailureOf(int http_status, std::string_view said, std::string_view code) {
  const std::string lower = fmt::format("{} {}", ToLower(said), ToLower(code));
  SendResult result;
  result.failure = Classify(http_status, lower);
  result.message = FailureText(result.failure, http_status, said);
  return result;
}

SendResult DecodeError(int http_status, std::string_view body) {
  const BodyText read = ReadBodyText(body, "the error");
  if (!read.document.has_value()) return FailureOf(http_status, "", "");
  const json::Value& root = read.document->root();
  const std::string_view code = json::StringMember(root, "error_type");
  return FailureOf(
      http_status, MessageOf(root), code.empty() ? json::StringMember(root, "type") : code
  );
}

}  // namespace extractd::providers::cohere
