#include "server/providers/dialects/anthropic/errors.h"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "server/base/strings.h"
#include "server/json/read.h"
#include "server/providers/dialects/body_text.h"
#include "server/providers/dialects/failure_text.h"

namespace extractd::providers::anthropic {
namespace {

struct ErrorFacts {
  int status = 0;
  std::string message = {};
  std::string lower = {};  // type, code and message in lower case, for matching
};

struct StatusOfType {
  std::string_view type;
  int status;
};
constexpr std::array kStatusOfTypes = {
    StatusOfType{.type = "invalid_request_error", .status = 400},
    StatusOfType{.type = "authentication_error", .status = 401},
    StatusOfType{.type = "billing_error", .status = 402},
    StatusOfType{.type = "permission_error", .status = 403},
    StatusOfType{.type = "not_found_error", .status = 404},
    StatusOfType{.type = "conflict_error", .status = 409},
    StatusOfType{.type = "request_too_large", .status = 413},
    StatusOfType{.type = "rate_limit_error", .status = 429},
    StatusOfType{.type = "api_error", .status = 500},
    StatusOfType{.type = "timeout_error", .status = 504},
    StatusOfType{.type = "overloaded_error", .status = 529},
};

// What says nothing may be over in a moment.
int StatusOf(std::string_view type) {
  const auto* known = std::ranges::find(kStatusOfTypes, type, &StatusOfType::type);
  return known == kStatusOfTypes.end() ? 500 : known->status;
}

// {"type": "error", "error": {type, message, details: {error_code}}}; hosts of Claude write
// {"error": {code, message, status}} and {"message"}, gateways {"error": "text"}.
ErrorFacts ReadFacts(int status, const json::Value& body) {
  const json::Value* error = body.Find("error");
  const json::Value& object = error != nullptr && error->is_object() ? *error : body;
  ErrorFacts facts = {.status = status};
  facts.message = error != nullptr && error->is_string() ? error->string()
                                                         : json::StringMember(object, "message");
  const std::string_view type = json::StringMember(object, "type");
  const json::Value* details = object.Find("details");
  facts.lower = ToLower(fmt::format(
      "{} {} {} {}",
      type,
      json::StringMember(object, "code"),
      details == nullptr ? "" : json::StringMember(*details, "error_code"),
      facts.message
  ));
  if (status == 200) facts.status = StatusOf(type);
  return facts;
}

template <size_t N>
bool HasAny(const ErrorFacts& facts, const std::array<std::string_view, N>& parts) {
  return std::ranges::any_of(parts, [&facts](std::string_view part) {
    return facts.lower.find(part) != std::string::npos;
  });
}

// A quota that is used up, unlike a rate, is not there again in a moment.
constexpr std::array<std::string_view, 7> kQuotaWords = {
    "credit balance is too low",
    "enforced_spend_limit_reached",
    "contract_spend_limit_reached",
    "spend limit",
    "spending limit",
    "api usage limits",
    "monthly",
};
constexpr std::array<std::string_view, 1> kRampWords = {"ramp_limit_exceeded"};
constexpr std::array<std::string_view, 4> kContextWords = {
    "prompt is too long",
    "exceed context limit",
    "exceeds the maximum allowed number of tokens",
    "input is too long",
};
constexpr std::array<std::string_view, 1> kFilterWords = {"content filtering policy"};
constexpr std::array<std::string_view, 3> kModelWords = {
    "model not found", "model: claude", "model_not_found"
};
constexpr std::array<std::string_view, 6> kSchemaWords = {
    "schema is too complex",
    "compiled grammar is too large",
    "output_config.format",
    "output_format",
    "input_schema",
    "json schema",
};

bool NamesUnknownModel(const ErrorFacts& facts) {
  constexpr std::array<std::string_view, 1> kMissing = {"does not exist"};
  constexpr std::array<std::string_view, 1> kModel = {"model"};
  return HasAny(facts, kModelWords) || (HasAny(facts, kMissing) && HasAny(facts, kModel));
}

SendFailure ClassifyBadRequest(const ErrorFacts& facts) {
  if (HasAny(facts, kContextWords)) return SendFailure::kContextTooLong;
  if (HasAny(facts, kQuotaWords)) return SendFailure::kQuotaExhausted;
  if (HasAny(facts, kFilterWords)) return SendFailure::kContentFiltered;
  if (HasAny(facts, kSchemaWords)) return SendFailure::kSchemaRejected;
  return NamesUnknownModel(facts) ? SendFailure::kUnknownModel : SendFailure::kRejected;
}

SendFailure Classify429(const ErrorFacts& facts) {
  const bool quota = HasAny(facts, kQuotaWords) && !HasAny(facts, kRampWords);
  return quota ? SendFailure::kQuotaExhausted : SendFailure::kRateLimited;
}

SendFailure Classify(const ErrorFacts& facts) {
  constexpr std::array<std::string_view, 1> kModel = {"model"};
  switch (facts.status) {
    case 401:
    case 403:
      return SendFailure::kAuth;
    case 402:
      return SendFailure::kQuotaExhausted;
    case 404:
      return HasAny(facts, kModel) ? SendFailure::kUnknownModel : SendFailure::kRejected;
    case 408:
    case 409:
    case 425:
      return SendFailure::kServerError;
    case 413:
      return SendFailure::kContextTooLong;
    case 429:
      return Classify429(facts);
    default:
      return facts.status >= 500 ? SendFailure::kServerError : ClassifyBadRequest(facts);
  }
}

SendResult FailureOf(const ErrorFacts& facts) {
  SendResult result = {.failure = Classify(facts)};
  result.message = FailureText(result.failure, facts.status, facts.message);
  return result;
}

}  // namespace

SendResult ClassifyError(int http_status, const json::Value& body) {
  return FailureOf(ReadFacts(http_status, body));
}

SendResult DecodeError(int http_status, std::string_view body) {
  const BodyText text = ReadBodyText(body, "the error");
  if (!text.document.has_value()) return FailureOf({.status = http_status});
  // Some hosts put the error into a list of one.
  const json::Value& root = text.document->root();
  const json::Value* first = root.is_array() ? root.At(0) : nullptr;
  return ClassifyError(http_status, first == nullptr ? root : *first);
}

}  // namespace extractd::providers::anthropic
