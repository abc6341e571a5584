// Reads errors. They are told by a code, in a header, a body or the name of a streamed event; where
// there is none, by the status.
#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <variant>

#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <fmt/format.h>

#include "server/base/strings.h"
#include "server/base/utf8.h"
#include "server/json/parse.h"
#include "server/json/read.h"
#include "server/providers/dialects/bedrock/bedrock_converse.h"

namespace extractd::providers::bedrock_converse {
namespace {

constexpr size_t kMaxMessageBytes = 300;
// An agreement with a model's maker that is being made takes minutes.
constexpr std::chrono::minutes kAgreementWait{2};

struct CodeMeaning {
  std::string_view code;  // in lower case, as events and headers differ in the first letter
  SendFailure failure;
};
constexpr std::array kCodes = {
    CodeMeaning{.code = "accessdeniedexception", .failure = SendFailure::kAuth},
    CodeMeaning{.code = "expiredtokenexception", .failure = SendFailure::kAuth},
    CodeMeaning{.code = "incompletesignatureexception", .failure = SendFailure::kAuth},
    CodeMeaning{.code = "internalservererror", .failure = SendFailure::kServerError},
    CodeMeaning{.code = "internalserverexception", .failure = SendFailure::kServerError},
    CodeMeaning{.code = "invalidsignatureexception", .failure = SendFailure::kAuth},
    CodeMeaning{.code = "missingauthenticationtokenexception", .failure = SendFailure::kAuth},
    CodeMeaning{.code = "modelerrorexception", .failure = SendFailure::kServerError},
    CodeMeaning{.code = "modelnotreadyexception", .failure = SendFailure::kServerError},
    CodeMeaning{.code = "modelstreamerrorexception", .failure = SendFailure::kServerError},
    CodeMeaning{.code = "modeltimeoutexception", .failure = SendFailure::kServerError},
    CodeMeaning{.code = "requestexpired", .failure = SendFailure::kAuth},
    CodeMeaning{.code = "requesttimetooskewed", .failure = SendFailure::kAuth},
    CodeMeaning{.code = "resourcenotfoundexception", .failure = SendFailure::kUnknownModel},
    CodeMeaning{.code = "servicequotaexceededexception", .failure = SendFailure::kQuotaExhausted},
    CodeMeaning{.code = "serviceunavailableexception", .failure = SendFailure::kServerError},
    CodeMeaning{.code = "throttlingexception", .failure = SendFailure::kRateLimited},
    CodeMeaning{.code = "toomanyrequestsexception", .failure = SendFailure::kRateLimited},
    CodeMeaning{.code = "unrecognizedclientexception", .failure = SendFailure::kAuth},
    CodeMeaning{.code = "validationexception", .failure = SendFailure::kRejected},
};

// What a message says where code and status leave it open. The first that fits counts.
struct PhraseMeaning {
  SendFailure of;  // what it refines
  std::string_view phrase;
  SendFailure failure;
};
constexpr std::array kPhrases = {
    PhraseMeaning{SendFailure::kRejected, "input is too long", SendFailure::kContextTooLong},
    PhraseMeaning{SendFailure::kRejected, "input tokens exceeded", SendFailure::kContextTooLong},
    PhraseMeaning{SendFailure::kRejected, "prompt is too long", SendFailure::kContextTooLong},
    PhraseMeaning{SendFailure::kRejected, "maximum context length", SendFailure::kContextTooLong},
    PhraseMeaning{
        SendFailure::kRejected, "model identifier is invalid", SendFailure::kUnknownModel
    },
    PhraseMeaning{SendFailure::kRejected, "on-demand throughput isn", SendFailure::kUnknownModel},
    PhraseMeaning{
        SendFailure::kRejected, "could not resolve the foundation model", SendFailure::kUnknownModel
    },
    PhraseMeaning{SendFailure::kRejected, "schema", SendFailure::kSchemaRejected},
    PhraseMeaning{SendFailure::kRejected, "compiled grammar", SendFailure::kSchemaRejected},
    PhraseMeaning{SendFailure::kRejected, "content filter", SendFailure::kContentFiltered},
    PhraseMeaning{SendFailure::kRateLimited, "per day", SendFailure::kQuotaExhausted},
};

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

SendFailure FailureOfStatus(int status) {
  switch (status) {
    case 401:
    case 403:
      return SendFailure::kAuth;
    case 402:
      return SendFailure::kQuotaExhausted;
    case 404:
      return SendFailure::kUnknownModel;
    case 200:  // an error inside a reply
    case 408:
    case 409:
    case 424:
    case 425:
      return SendFailure::kServerError;
    case 429:
      return SendFailure::kRateLimited;
    default:
      return status >= 500 ? SendFailure::kServerError : SendFailure::kRejected;
  }
}

SendFailure FailureOf(int status, std::string_view code, std::string_view lower_message) {
  const auto* known = std::ranges::find(kCodes, code, &CodeMeaning::code);
  const SendFailure failure = known == kCodes.end() ? FailureOfStatus(status) : known->failure;
  const auto* refined = std::ranges::find_if(kPhrases, [&](const PhraseMeaning& meaning) {
    return meaning.of == failure && Has(lower_message, meaning.phrase);
  });
  return refined == kPhrases.end() ? failure : refined->failure;
}

// "com.amazon.coral.service#ThrottlingException:http://…" is "throttlingexception".
std::string PlainCode(std::string_view code) {
  code.remove_prefix(std::min(code.find('#') + 1, code.size()));
  return ToLower(code.substr(0, code.find(':')));
}

bool IsAboutTime(std::string_view code, std::string_view lower_message) {
  return code == "requesttimetooskewed" || code == "requestexpired" ||
         Has(lower_message, "signature expired") || Has(lower_message, "signature not yet current");
}

// How far apart the clocks are; empty if the provider's is not known.
std::string ClockDifference(std::string_view date) {
  absl::Time theirs;
  std::string error;
  if (!absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", Absl(date), &theirs, &error)) return {};
  const auto seconds = absl::ToInt64Seconds(absl::Now() - theirs);
  return fmt::format(
      ": the clock of this machine is {} s {} the provider's",
      seconds < 0 ? -seconds : seconds,
      seconds < 0 ? "behind" : "ahead of"
  );
}

// What AWS says of a signature quotes the signed headers, the session's token among them.
bool MayQuoteSecrets(std::string_view code) {
  return Has(code, "signature") || Has(code, "client") || Has(code, "token");
}

std::string MessageFor(
    int status, std::string_view code, std::string_view message, std::string_view date
) {
  if (IsAboutTime(code, ToLower(message))) {
    return fmt::format("the provider refused the time of the signature{}", ClockDifference(date));
  }
  if (message.empty() || MayQuoteSecrets(code)) {
    return code.empty() ? fmt::format("the provider answered with status {}", status)
                        : fmt::format("the provider answered with {}", code);
  }
  return fmt::format("the provider says: {}", message);
}

}  // namespace

SendResult ClassifyError(
    int http_status, std::string_view code, std::string_view message, std::string_view date
) {
  const std::string plain = PlainCode(code);
  SendResult result;
  if (Has(plain, "mpagreementbeingcreated")) {
    result.failure = SendFailure::kServerError;
    result.retry_after = kAgreementWait;
  } else {
    result.failure = FailureOf(http_status, plain, ToLower(message));
  }
  const std::string text = ReplaceInvalidUtf8(MessageFor(http_status, plain, message, date));
  result.message = std::string(CutUtf8(text, kMaxMessageBytes));
  return result;
}

SendResult DecodeError(int http_status, std::string_view body, HeaderOf header) {
  std::string code(header("x-amzn-errortype"));
  std::string message;
  const json::ParseResult parsed = json::ParseView(body);
  if (const auto* document = std::get_if<json::Document>(&parsed)) {
    const json::Value& root = document->root();
    if (code.empty()) code = std::string(json::StringMember(root, "__type"));
    if (code.empty()) code = std::string(json::StringMember(root, "code"));
    message = std::string(json::StringMember(root, "message"));
    if (message.empty()) message = std::string(json::StringMember(root, "Message"));
  }
  return ClassifyError(http_status, code, message, header("date"));
}

}  // namespace extractd::providers::bedrock_converse
