#include "server/providers/auth/token_endpoint.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <absl/strings/escaping.h>
#include <fmt/format.h>

#include "server/base/strings.h"
#include "server/base/utf8.h"
#include "server/json/parse.h"

namespace extractd::providers {
namespace {

constexpr size_t kMaxReplyBytes = 256 * 1024;
constexpr size_t kMaxReasonBytes = 300;
constexpr std::chrono::minutes kUnknownLife{5};
constexpr std::chrono::hours kLongestLife{24};

bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

void AppendEncoded(std::string_view text, std::string& out) {
  for (const char c : text) {
    if (IsUnreserved(c)) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
}

std::string EndpointName(const TokenCall& call) {
  return fmt::format("the token endpoint {}", call.url.substr(0, call.url.find('?')));
}

// What an error body says: `error` and `error_description` of OAuth, or Google's error object.
std::string ReasonIn(const json::Value& reply) {
  const json::Value* error = reply.Find("error");
  if (error != nullptr && error->is_object()) return TextAt(*error, "message");
  const std::string code = TextAt(reply, "error");
  const std::string description = TextAt(reply, "error_description");
  if (code.empty() || description.empty()) return code + description;
  return fmt::format("{}: {}", code, description);
}

std::string ReasonOf(const net::HttpReply& reply, const TokenCall& call) {
  const json::ParseResult parsed = json::ParseView(reply.body);
  const auto* document = std::get_if<json::Document>(&parsed);
  std::string reason = document == nullptr ? "" : ReasonIn(document->root());
  for (const Secret& secret : call.secrets) reason = secret.ScrubFrom(reason);
  std::ranges::replace_if(reason, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  reason = CutUtf8(reason, kMaxReasonBytes);
  return reason.empty() ? "" : ": " + reason;
}

absl::Status LostStatus(const net::HttpResult& result, const TokenCall& call) {
  using net::TransportFailure;
  const std::string message =
      fmt::format("{} did not answer: {}", EndpointName(call), result.message);
  switch (result.failure) {
    case TransportFailure::kCancelled:
      return absl::CancelledError("the caller cancelled");
    case TransportFailure::kConnectTimeout:
    case TransportFailure::kFirstByteTimeout:
    case TransportFailure::kIdleTimeout:
    case TransportFailure::kTotalTimeout:
      return absl::DeadlineExceededError(message);
    default:
      return absl::UnavailableError(message);
  }
}

absl::Status RefusalStatus(const net::HttpReply& reply, const TokenCall& call) {
  const std::string message =
      fmt::format("{} answered {}{}", EndpointName(call), reply.status, ReasonOf(reply, call));
  if (reply.status == 408 || reply.status == 429 || reply.status >= 500) {
    return absl::UnavailableError(message);
  }
  return reply.status == 404 ? absl::NotFoundError(message) : absl::PermissionDeniedError(message);
}

std::chrono::seconds LifeOf(const json::Value& reply) {
  const json::Value* field = reply.Find("expires_in");
  if (field == nullptr || !(field->is_number() || field->is_string())) return kUnknownLife;
  const std::string_view text = field->is_number() ? field->number() : field->string();
  long long seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || seconds <= 0) return kUnknownLife;
  return std::min<std::chrono::seconds>(std::chrono::seconds(seconds), kLongestLife);
}

}  // namespace

std::string FormBody(const FormFields& fields) {
  std::string body;
  for (const auto& [name, value] : fields) {
    if (!body.empty()) body += '&';
    AppendEncoded(name, body);
    body += '=';
    AppendEncoded(value, body);
  }
  return body;
}

TokenCall FormCall(std::string url, const FormFields& fields) {
  return {
      .url = std::move(url),
      .headers =
          {{"content-type", "application/x-www-form-urlencoded"}, {"accept", "application/json"}},
      .body = FormBody(fields),
  };
}

std::string BasicAuthorization(std::string_view user, const Secret& password) {
  const std::string pair = fmt::format("{}:{}", user, password.Reveal());
  return fmt::format("Basic {}", absl::Base64Escape(pair));
}

Task<absl::StatusOr<std::string>> AskForText(net::HttpClient& client, TokenCall call) {
  net::HttpRequest request = {
      .method = call.method,
      .url = call.url,
      .headers = call.headers,
      .body = call.body,
      .timers = {.total = call.patience},
      .max_reply_bytes = kMaxReplyBytes,
      .pool = "credentials",
  };
  net::HttpResult result = co_await client.Send(std::move(request));
  if (!result.ok()) co_return LostStatus(result, call);
  if (result.reply.status != 200) co_return RefusalStatus(result.reply, call);
  co_return std::move(result.reply.body);
}

Task<absl::StatusOr<json::Document>> AskForToken(net::HttpClient& client, TokenCall call) {
  const std::string name = EndpointName(call);
  absl::StatusOr<std::string> text = co_await AskForText(client, std::move(call));
  if (!text.ok()) co_return text.status();
  json::ParseResult parsed = json::Parse(*std::move(text));
  auto* document = std::get_if<json::Document>(&parsed);
  if (document == nullptr || !document->root().is_object()) {
    co_return absl::PermissionDeniedError(name + " answered with no JSON object");
  }
  co_return std::move(*document);
}

absl::StatusOr<Token> TokenOf(const json::Value& reply, SystemTime now) {
  std::string value = TextAt(reply, "access_token");
  // A header cannot carry anything else, and a line break would end the header.
  const bool printable = std::ranges::all_of(value, [](char c) { return c > ' ' && c < '\x7F'; });
  if (value.empty() || !printable) {
    return absl::PermissionDeniedError("the reply of the token endpoint has no access_token");
  }
  return Token{.value = Secret(std::move(value)), .expires = now + LifeOf(reply)};
}

std::string TextAt(const json::Value& object, std::string_view key) {
  const json::Value* member = object.Find(key);
  return member != nullptr && member->is_string() ? std::string(member->string()) : std::string();
}

}  // namespace extractd::providers
