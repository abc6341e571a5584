// Reads errors: {"error": "one sentence"}. Sentences and sources: docs/providers/ollama.md.
#include <algorithm>
#include <array>
#include <string>

#include "server/base/strings.h"
#include "server/json/read.h"
#include "server/providers/dialects/body_text.h"
#include "server/providers/dialects/failure_text.h"
#include "server/providers/dialects/ollama/ollama_chat.h"

namespace extractd::providers::ollama {
namespace {

constexpr std::array<std::string_view, 4> kContextPhrases = {
    "exceeds the context length",
    "context length exceeded",
    "exceeds the available context size",
    "input is too long",
};
constexpr std::array<std::string_view, 4> kSchemaPhrases = {
    "invalid json schema",
    "failed to parse grammar",
    "invalid format",
    "vocabulary required for format",
};

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

template <size_t N>
bool HasAny(std::string_view text, const std::array<std::string_view, N>& parts) {
  return std::ranges::any_of(parts, [text](std::string_view part) { return Has(text, part); });
}

// The server runs models that it fails to load or to sample from with a 500: what the request did
// wrong shows in words alone.
SendFailure ClassifyWords(std::string_view lower, SendFailure otherwise) {
  if (HasAny(lower, kContextPhrases)) return SendFailure::kContextTooLong;
  if (HasAny(lower, kSchemaPhrases)) return SendFailure::kSchemaRejected;
  if (Has(lower, "model") && Has(lower, "not found")) return SendFailure::kUnknownModel;
  return otherwise;
}

SendFailure Classify(int status, std::string_view lower) {
  switch (status) {
    case 401:
    case 403:
      return SendFailure::kAuth;
    case 402:
      return SendFailure::kQuotaExhausted;
    case 404:
      return Has(lower, "model") ? SendFailure::kUnknownModel : SendFailure::kRejected;
    case 408:
    case 409:
    case 425:
      return SendFailure::kServerError;
    case 429:
      return Has(lower, "usage limit") || Has(lower, "upgrade") ? SendFailure::kQuotaExhausted
                                                                : SendFailure::kRateLimited;
    default:
      return ClassifyWords(
          lower, status >= 500 ? SendFailure::kServerError : SendFailure::kRejected
      );
  }
}

std::string_view MessageOf(const json::Value& body) {
  const json::Value* error = body.Find("error");
  if (error == nullptr) return {};
  return error->is_string() ? error->string() : json::StringMember(*error, "message");
}

SendResult Failure(int status, std::string_view said) {
  SendResult result;
  result.failure = Classify(status, ToLower(said));
  result.message = FailureText(result.failure, status, said);
  return result;
}

}  // namespace

SendResult FailureOf(int http_status, const json::Value& body) {
  // An error behind a 200 came while the model ran.
  return Failure(http_status == 200 ? 500 : http_status, MessageOf(body));
}

SendResult DecodeError(int http_status, std::string_view body) {
  const BodyText read = ReadBodyText(body, "the error");
  if (!read.document.has_value()) return Failure(http_status, "");
  return FailureOf(http_status, read.document->root());
}

}  // namespace extractd::providers::ollama
