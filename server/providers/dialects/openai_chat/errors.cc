// Reads errors: many shapes, one closed list of meanings. Shapes and sources:
// docs/errors.md.
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <variant>

#include "server/base/strings.h"
#include "server/base/utf8.h"
#include "server/json/parse.h"
#include "server/json/read.h"
#include "server/json/write.h"
#include "server/providers/dialects/failure_text.h"
#include "server/providers/dialects/openai_chat/openai_chat.h"

namespace extractd::providers::openai_chat {
namespace {

constexpr size_t kMaxQuotedBytes = 4096;

// What the shapes have in common.
struct ErrorFacts {
  int status = 0;
  std::string message = {};
  std::string lower = {};  // the message in lower case, for matching
  std::string code = {};   // code, type and param in lower case, one after the other
  std::string failed_generation = {};
  bool moderated = false;
};

std::string TextOf(const json::Value* value) {
  if (value == nullptr || value->is_null()) return {};
  return value->is_string() ? std::string(value->string()) : json::ToText(*value);
}

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

struct StatusOfWord {
  std::string_view word;
  int status;
};
// The narrower first: a bad key is an invalid request, too.
constexpr std::array kStatusOfWords = {
    StatusOfWord{.word = "invalid_api_key", .status = 401},
    StatusOfWord{.word = "authentication_error", .status = 401},
    StatusOfWord{.word = "insufficient_quota", .status = 429},
    StatusOfWord{.word = "rate_limit", .status = 429},
    StatusOfWord{.word = "context_length_exceeded", .status = 400},
    StatusOfWord{.word = "content_filter", .status = 400},
    StatusOfWord{.word = "policy", .status = 400},
    StatusOfWord{.word = "invalid_prompt", .status = 400},
    StatusOfWord{.word = "tool_use_failed", .status = 400},
    StatusOfWord{.word = "json_validate_failed", .status = 400},
    StatusOfWord{.word = "invalid_request_error", .status = 400},
};

// The status that an error inside a 200 should have had: its code if that is a number, else what
// code and type say. What says nothing may be over in a moment.
int InnerStatus(const json::Value& error, std::string_view code) {
  const auto number = json::IntegerMember(error, "code");
  if (number.has_value() && *number >= 400 && *number < 600) return static_cast<int>(*number);
  const auto* known = std::ranges::find_if(kStatusOfWords, [code](const StatusOfWord& row) {
    return Has(code, row.word);
  });
  return known == kStatusOfWords.end() ? 500 : known->status;
}

// The first text of: "message", an "error" that is a text, "detail", "errors"[0].description.
std::string MessageOf(const json::Value* error, const json::Value& object) {
  std::string message = TextOf(object.Find("message"));
  if (message.empty() && error != nullptr && error->is_string()) message = TextOf(error);
  if (message.empty()) message = TextOf(object.Find("detail"));
  if (const json::Value* list = object.Find("errors"); message.empty() && list != nullptr) {
    if (const json::Value* first = list->At(0)) message = TextOf(first->Find("description"));
  }
  return message;
}

// {"error": {message, type, code, param}} | {"error": "text"} | {message, type, code} |
// {"detail": …} | {"error_code", "message"} | {"errors": [{description}]}
ErrorFacts ReadFacts(int status, const json::Value& body) {
  const json::Value* error = body.Find("error");
  const json::Value& object = error != nullptr && error->is_object() ? *error : body;
  ErrorFacts facts = {.status = status};
  facts.message = MessageOf(error, object);
  for (const auto* key : {"code", "type", "param", "error_type", "error_code"}) {
    facts.code += ToLower(TextOf(object.Find(key))) + " ";
  }
  if (const json::Value* metadata = object.Find("metadata"); metadata != nullptr) {
    facts.code += ToLower(TextOf(metadata->Find("error_type"))) + " ";
    facts.moderated = metadata->Find("flagged_input") != nullptr;
  }
  facts.failed_generation = std::string(json::StringMember(object, "failed_generation"));
  // Who only passes requests on quotes what the one behind said.
  const std::string quoted = TextOf(json::FindPath(object, {"metadata", "raw"}));
  facts.lower = ToLower(facts.message) + " " + ToLower(CutUtf8(quoted, kMaxQuotedBytes));
  if (status == 200) facts.status = InnerStatus(object, facts.code);
  return facts;
}

template <size_t N>
bool HasAny(std::string_view text, const std::array<std::string_view, N>& parts) {
  return std::ranges::any_of(parts, [text](std::string_view part) { return Has(text, part); });
}

constexpr std::array<std::string_view, 7> kQuotaCodes = {
    "insufficient_quota",
    "billing_hard_limit_reached",
    "credit_balance_exhausted",
    "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded",
    "organization_usage_limit_exceeded",
    "billing_not_active"
};
constexpr std::array<std::string_view, 6> kContextCodes = {
    "context_length_exceeded",
    "string_too_long",
    "too_many_prompt_tokens",
    "max_tokens_exceeded",
    "token_limit_exceeded",
    "exceed_context_size_error"
};
constexpr std::array<std::string_view, 20> kContextPhrases = {
    "maximum context length",
    "exceeded max context length",
    "reduce the length of the messages",
    "exceed context limit",
    "maximum context limit",
    "longer than the model's context length",
    "input tokens exceed the configured limit",
    "exceeds the available context size",
    "exceeds the maximum number of tokens allowed",
    "prompt is too long",
    "input is too long",
    "exceeds the context length",
    "longer than the context length",
    "too large for model with",
    "context length exceeded",
    "context window",
    "`inputs` tokens + `max_new_tokens` must be",
    "too many tokens",
    "current length is",
    "input too long:"
};
constexpr std::array<std::string_view, 2> kModelCodes = {"model_not_found", "deploymentnotfound"};
constexpr std::array<std::string_view, 6> kFilterCodes = {
    "content_filter",
    "bio_policy",
    "misalignment_policy_violation",
    "content_policy_violation",
    "responsibleaipolicyviolation",
    "safety_violations"
};
constexpr std::array<std::string_view, 5> kSchemaPhrases = {
    "invalid schema",
    "invalid_json_schema",
    "json schema",
    "response_format",
    "failed to parse grammar"
};

bool IsContextTooLong(const ErrorFacts& facts) {
  const bool possible =
      facts.status == 400 || facts.status == 413 || facts.status == 422 || facts.status == 500;
  return possible && (HasAny(facts.code, kContextCodes) || HasAny(facts.lower, kContextPhrases));
}

bool IsModelUnknown(const ErrorFacts& facts) {
  return HasAny(facts.code, kModelCodes) || (facts.status == 404 && Has(facts.lower, "model"));
}

// Of a 400, 413 or 422.
SendFailure ClassifyBadRequest(const ErrorFacts& facts) {
  if (HasAny(facts.code, kFilterCodes) || HasAny(facts.lower, kFilterCodes) ||
      Has(facts.lower, "rejected as a result of our safety system")) {
    return SendFailure::kContentFiltered;
  }
  if (IsModelUnknown(facts)) return SendFailure::kUnknownModel;
  if (HasAny(facts.lower, kSchemaPhrases) || HasAny(facts.code, kSchemaPhrases)) {
    return SendFailure::kSchemaRejected;
  }
  return SendFailure::kRejected;
}

// A workspace whose limit is zero has no right to the model.
bool IsQuota(const ErrorFacts& facts) {
  return HasAny(facts.code, kQuotaCodes) || Has(facts.lower, "rate limit of 0");
}

SendFailure ClassifyStatus(const ErrorFacts& facts) {
  switch (facts.status) {
    case 401:
      return SendFailure::kAuth;
    case 402:
      return SendFailure::kQuotaExhausted;
    case 403:
      return facts.moderated ? SendFailure::kContentFiltered : SendFailure::kAuth;
    case 404:
      return IsModelUnknown(facts) ? SendFailure::kUnknownModel : SendFailure::kRejected;
    case 408:
    case 409:
    case 425:
    case 498:
      return SendFailure::kServerError;
    case 429:
      return IsQuota(facts) ? SendFailure::kQuotaExhausted : SendFailure::kRateLimited;
    default:
      return facts.status >= 500 ? SendFailure::kServerError : ClassifyBadRequest(facts);
  }
}

// Some servers check the model's answer themselves and give the wrong one back inside a 400. It is
// an answer like any other: judged, and asked for again.
bool IsRejectedAnswer(const ErrorFacts& facts) {
  return facts.status == 400 &&
         (Has(facts.code, "tool_use_failed") || Has(facts.code, "json_validate_failed"));
}

SendResult AnswerOf(const ErrorFacts& facts) {
  SendResult result;
  result.reply.message.text = facts.failed_generation;
  result.reply.finish_reason = FinishReason::kOther;
  return result;
}

SendResult FailureOf(const ErrorFacts& facts) {
  SendResult result;
  result.failure = IsContextTooLong(facts) ? SendFailure::kContextTooLong : ClassifyStatus(facts);
  result.message = FailureText(result.failure, facts.status, facts.message);
  return result;
}

}  // namespace

SendResult ClassifyError(int http_status, const json::Value& body) {
  const ErrorFacts facts = ReadFacts(http_status, body);
  return IsRejectedAnswer(facts) ? AnswerOf(facts) : FailureOf(facts);
}

SendResult DecodeError(int http_status, std::string_view body) {
  const json::ParseResult parsed = json::ParseView(body);
  const auto* document = std::get_if<json::Document>(&parsed);
  if (document != nullptr && document->root().is_object()) {
    return ClassifyError(http_status, document->root());
  }
  return FailureOf({.status = http_status});
}

}  // namespace extractd::providers::openai_chat
