// Reads errors: a google.rpc.Status with details. Shapes and sources: docs/providers/google.md.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <absl/strings/ascii.h>

#include "server/base/strings.h"
#include "server/json/parse.h"
#include "server/json/read.h"
#include "server/providers/dialects/failure_text.h"
#include "server/providers/dialects/gemini/gemini.h"

namespace extractd::providers::gemini {
namespace {

struct ErrorFacts {
  int http_status = 0;
  std::string status = {};  // "RESOURCE_EXHAUSTED"
  std::string message = {};
  std::string lower = {};    // the message in lower case, for matching
  std::string reasons = {};  // of the details, one after the other
  bool used_up = false;      // a quota that is not of minutes
  std::optional<std::chrono::milliseconds> retry_after = {};
};

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

template <size_t N>
bool HasAny(std::string_view text, const std::array<std::string_view, N>& parts) {
  return std::ranges::any_of(parts, [text](std::string_view part) { return Has(text, part); });
}

struct StatusName {
  std::string_view name;
  int http_status;
};
constexpr std::array kStatuses = {
    StatusName{.name = "INVALID_ARGUMENT", .http_status = 400},
    StatusName{.name = "FAILED_PRECONDITION", .http_status = 400},
    StatusName{.name = "OUT_OF_RANGE", .http_status = 400},
    StatusName{.name = "UNAUTHENTICATED", .http_status = 401},
    StatusName{.name = "PERMISSION_DENIED", .http_status = 403},
    StatusName{.name = "NOT_FOUND", .http_status = 404},
    StatusName{.name = "ABORTED", .http_status = 409},
    StatusName{.name = "ALREADY_EXISTS", .http_status = 409},
    StatusName{.name = "RESOURCE_EXHAUSTED", .http_status = 429},
    StatusName{.name = "CANCELLED", .http_status = 499},
    StatusName{.name = "UNKNOWN", .http_status = 500},
    StatusName{.name = "INTERNAL", .http_status = 500},
    StatusName{.name = "DATA_LOSS", .http_status = 500},
    StatusName{.name = "UNIMPLEMENTED", .http_status = 501},
    StatusName{.name = "UNAVAILABLE", .http_status = 503},
    StatusName{.name = "DEADLINE_EXCEEDED", .http_status = 504},
};

// The status that an error inside a 200 should have had. What says nothing may be over in a moment.
int InnerStatus(const json::Value& error, std::string_view status) {
  const auto code = json::IntegerMember(error, "code");
  if (code.has_value() && *code >= 400 && *code < 600) return static_cast<int>(*code);
  const auto* known = std::ranges::find(kStatuses, status, &StatusName::name);
  return known == kStatuses.end() ? 500 : known->http_status;
}

// "34.4s"
std::optional<std::chrono::milliseconds> ReadDuration(std::string_view text) {
  if (text.empty() || !absl::ascii_isdigit(static_cast<unsigned char>(text.front()))) return {};
  constexpr double kLongestSeconds = 366.0 * 24 * 3600;
  double seconds = 0;
  const char* begin = text.data();
  const char* end = begin + text.size();
  const auto [rest, error] = std::from_chars(begin, end, seconds, std::chars_format::fixed);
  if (error != std::errc() || std::string_view(rest, end) != "s") return {};
  const std::chrono::duration<double> wait(std::min(seconds, kLongestSeconds));
  return std::chrono::ceil<std::chrono::milliseconds>(wait);
}

// A quota of a day, or one of nothing, is not waited for.
bool IsUsedUp(const json::Value& violation) {
  return Has(json::StringMember(violation, "quotaId"), "PerDay") ||
         json::StringMember(violation, "quotaValue") == "0";
}

void ReadDetail(const json::Value& detail, ErrorFacts& facts) {
  facts.reasons.append(json::StringMember(detail, "reason")).append(" ");
  if (const auto wait = ReadDuration(json::StringMember(detail, "retryDelay"))) {
    facts.retry_after = wait;
  }
  if (const json::Value* violations = detail.Find("violations")) {
    facts.used_up |= std::ranges::any_of(violations->begin(), violations->end(), IsUsedUp);
  }
}

// {"error": {code, message, status, details}} | {"error": "text"} | {code, message, status}
ErrorFacts ReadFacts(int http_status, const json::Value& body) {
  const json::Value* error = body.Find("error");
  const json::Value& object = error != nullptr && error->is_object() ? *error : body;
  ErrorFacts facts = {
      .http_status = http_status,
      .status = std::string(json::StringMember(object, "status")),
      .message = std::string(json::StringMember(object, "message")),
  };
  if (error != nullptr && error->is_string()) facts.message = error->string();
  facts.lower = ToLower(facts.message);
  if (const json::Value* details = object.Find("details")) {
    for (const json::Value& detail : *details) ReadDetail(detail, facts);
  }
  if (http_status == 200) facts.http_status = InnerStatus(object, facts.status);
  return facts;
}

// Keys that are wrong are a 400 here.
constexpr std::array<std::string_view, 3> kKeyReasons = {
    "API_KEY_INVALID", "API_KEY_EXPIRED", "API_KEY_SERVICE_BLOCKED"
};
constexpr std::array<std::string_view, 4> kKeyPhrases = {
    "api key not valid", "api key expired", "api key not found", "pass a valid api key"
};
constexpr std::array<std::string_view, 4> kContextPhrases = {
    "input token count",
    "number of tokens allowed",
    "exceeds the maximum number of tokens",
    "input context is too long"
};
constexpr std::array<std::string_view, 5> kSchemaPhrases = {
    "schema",
    "function_declarations",
    "functiondeclaration",
    "too many states",
    "proto field is not repeating"
};
constexpr std::array<std::string_view, 3> kModelPhrases = {
    "model not found", "is not found for api version", "publisher model"
};

bool IsAboutKey(const ErrorFacts& facts) {
  return HasAny(facts.reasons, kKeyReasons) || HasAny(facts.lower, kKeyPhrases);
}

SendFailure ClassifyBadRequest(const ErrorFacts& facts) {
  if (IsAboutKey(facts)) return SendFailure::kAuth;
  if (HasAny(facts.lower, kContextPhrases)) return SendFailure::kContextTooLong;
  if (facts.status == "FAILED_PRECONDITION" && Has(facts.lower, "billing")) {
    return SendFailure::kQuotaExhausted;
  }
  if (HasAny(facts.lower, kModelPhrases)) return SendFailure::kUnknownModel;
  return HasAny(facts.lower, kSchemaPhrases) ? SendFailure::kSchemaRejected
                                             : SendFailure::kRejected;
}

// "Billing" says nothing here: the message of every rate limit has it.
SendFailure ClassifyExhausted(const ErrorFacts& facts) {
  const bool unpaid = Has(facts.lower, "credits are depleted") || Has(facts.lower, "spending cap");
  return facts.used_up || unpaid ? SendFailure::kQuotaExhausted : SendFailure::kRateLimited;
}

SendFailure Classify(const ErrorFacts& facts) {
  switch (facts.http_status) {
    case 401:
    case 403:
      return SendFailure::kAuth;
    case 402:
      return SendFailure::kQuotaExhausted;
    case 404:
      return Has(facts.lower, "model") ? SendFailure::kUnknownModel : SendFailure::kRejected;
    case 408:
    case 409:
    case 425:
    case 499:
      return SendFailure::kServerError;
    case 429:
      return ClassifyExhausted(facts);
    default:
      return facts.http_status >= 500 ? SendFailure::kServerError : ClassifyBadRequest(facts);
  }
}

SendResult FailureOf(const ErrorFacts& facts) {
  SendResult result;
  result.failure = Classify(facts);
  if (result.failure == SendFailure::kRateLimited || result.failure == SendFailure::kServerError) {
    result.retry_after = facts.retry_after;
  }
  result.message = FailureText(result.failure, facts.http_status, facts.message);
  return result;
}

}  // namespace

SendResult ClassifyError(int http_status, const json::Value& body) {
  return FailureOf(ReadFacts(http_status, body));
}

SendResult DecodeError(int http_status, std::string_view body) {
  const json::ParseResult parsed = json::ParseView(body);
  const auto* document = std::get_if<json::Document>(&parsed);
  if (document == nullptr) return FailureOf({.http_status = http_status});
  // Streams without server-sent events put their error into an array.
  const json::Value* first = document->root().is_array() ? document->root().At(0) : nullptr;
  return ClassifyError(http_status, first == nullptr ? document->root() : *first);
}

}  // namespace extractd::providers::gemini
