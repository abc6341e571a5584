#include "server/providers/auth/google/file_tokens.h"

#include <chrono>
#include <utility>
#include <variant>

#include <absl/status/status.h>
#include <absl/strings/ascii.h>
#include <absl/time/time.h>
#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/base/strings.h"
#include "server/json/parse.h"
#include "server/json/text_writer.h"
#include "server/providers/auth/environment.h"
#include "server/providers/auth/google/assertion.h"

namespace extractd::providers::google {
namespace {

constexpr const char* kJwtGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
constexpr const char* kExchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange";
constexpr const char* kAccessTokenType = "urn:ietf:params:oauth:token-type:access_token";
constexpr const char* kTokenUrl = "https://oauth2.googleapis.com/token";

absl::StatusOr<std::string> Needed(const json::Value& file, std::string_view member) {
  std::string text = TextAt(file, member);
  if (text.empty()) return absl::InvalidArgumentError(fmt::format("has no member '{}'", member));
  return text;
}

std::string TextOr(const json::Value& file, std::string_view member, std::string_view otherwise) {
  std::string text = TextAt(file, member);
  return text.empty() ? std::string(otherwise) : text;
}

// What a source holds: the token itself, or a JSON object with the token in one member.
absl::StatusOr<Secret> TokenInside(std::string text, const json::Value* format) {
  if (format != nullptr && TextAt(*format, "type") == "json") {
    const json::ParseResult parsed = json::ParseView(text);
    const auto* document = std::get_if<json::Document>(&parsed);
    const std::string member = TextAt(*format, "subject_token_field_name");
    std::string token = document == nullptr ? "" : TextAt(document->root(), member);
    if (!token.empty()) return Secret(std::move(token));
    return absl::InvalidArgumentError(
        fmt::format("names a credential_source without a text under '{}'", member)
    );
  }
  absl::StripAsciiWhitespace(&text);
  if (text.empty()) return absl::InvalidArgumentError("names a credential_source that is empty");
  return Secret(std::move(text));
}

std::vector<net::HttpHeader> HeadersIn(const json::Value& source) {
  std::vector<net::HttpHeader> headers;
  const json::Value* listed = source.Find("headers");
  if (listed == nullptr || !listed->is_object()) return headers;
  for (const json::Value& header : *listed) {
    if (!header.is_string()) continue;
    headers.push_back({std::string(header.key()), std::string(header.string())});
  }
  return headers;
}

}  // namespace

FileTokens::FileTokens(net::HttpClient& client, const TokenCache& cache, std::string_view scope)
    : client_(client), cache_(cache), scope_(scope) {}

Task<absl::StatusOr<Token>> FileTokens::Fetch(const json::Value& file) {
  const std::string type = TextAt(file, "type");
  if (type != "impersonated_service_account") co_return co_await FetchDirect(file, type);
  const json::Value* source = file.Find("source_credentials");
  if (source == nullptr) {
    co_return absl::InvalidArgumentError("has no member 'source_credentials'");
  }
  CO_ASSIGN_OR_RETURN(std::string url, Needed(file, "service_account_impersonation_url"));
  const std::string source_type = TextAt(*source, "type");
  CO_ASSIGN_OR_RETURN(Token token, co_await FetchDirect(*source, source_type));
  co_return co_await Impersonate(std::move(url), std::move(token.value));
}

Task<absl::StatusOr<Token>> FileTokens::FetchDirect(
    const json::Value& file, std::string_view type
) {
  if (type == "service_account") co_return co_await OfServiceAccount(file);
  if (type == "authorized_user") co_return co_await OfUser(file);
  if (type == "external_account") co_return co_await OfExternalAccount(file);
  co_return absl::InvalidArgumentError(fmt::format(
      "has the type '{}'; it can be service_account, authorized_user, external_account or "
      "impersonated_service_account",
      type
  ));
}

Task<absl::StatusOr<Token>> FileTokens::OfServiceAccount(const json::Value& file) {
  CO_ASSIGN_OR_RETURN(std::string pem, Needed(file, "private_key"));
  const Secret private_key(std::move(pem));
  cache_.Protect(private_key);
  CO_ASSIGN_OR_RETURN(std::string email, Needed(file, "client_email"));
  const Assertion assertion = {
      .key_id = TextAt(file, "private_key_id"),
      .email = std::move(email),
      .audience = TextOr(file, "token_uri", kTokenUrl),
      .scope = std::string(scope_),
      .issued = cache_.Now(),
  };
  absl::StatusOr<std::string> signed_assertion = Sign(assertion, private_key);
  if (!signed_assertion.ok()) {
    co_return absl::InvalidArgumentError(
        fmt::format("has a private_key that {}", Std(signed_assertion.status().message()))
    );
  }
  TokenCall call =
      FormCall(assertion.audience, {{"assertion", *signed_assertion}, {"grant_type", kJwtGrant}});
  call.secrets = {Secret(*std::move(signed_assertion))};
  co_return co_await Exchange(std::move(call));
}

Task<absl::StatusOr<Token>> FileTokens::OfUser(const json::Value& file) {
  CO_ASSIGN_OR_RETURN(const std::string id, Needed(file, "client_id"));
  CO_ASSIGN_OR_RETURN(std::string secret_text, Needed(file, "client_secret"));
  CO_ASSIGN_OR_RETURN(std::string refresh_text, Needed(file, "refresh_token"));
  const Secret secret(std::move(secret_text));
  const Secret refresh(std::move(refresh_text));
  cache_.Protect(secret);
  cache_.Protect(refresh);
  TokenCall call = FormCall(
      TextOr(file, "token_uri", kTokenUrl),
      {{"grant_type", "refresh_token"},
       {"client_id", id},
       {"client_secret", secret.Reveal()},
       {"refresh_token", refresh.Reveal()}}
  );
  call.secrets = {secret, refresh};
  co_return co_await Exchange(std::move(call));
}

Task<absl::StatusOr<Token>> FileTokens::OfExternalAccount(const json::Value& file) {
  const json::Value* source = file.Find("credential_source");
  if (source == nullptr) {
    co_return absl::InvalidArgumentError("has no member 'credential_source'");
  }
  CO_ASSIGN_OR_RETURN(const std::string audience, Needed(file, "audience"));
  CO_ASSIGN_OR_RETURN(const std::string subject_type, Needed(file, "subject_token_type"));
  CO_ASSIGN_OR_RETURN(const Secret subject, co_await SubjectToken(*source));
  cache_.Protect(subject);
  TokenCall call = FormCall(
      TextOr(file, "token_url", "https://sts.googleapis.com/v1/token"),
      {{"grant_type", kExchangeGrant},
       {"audience", audience},
       {"scope", scope_},
       {"requested_token_type", kAccessTokenType},
       {"subject_token", subject.Reveal()},
       {"subject_token_type", subject_type}}
  );
  call.secrets = {subject};
  if (const std::string id = TextAt(file, "client_id"); !id.empty()) {
    const Secret secret(TextAt(file, "client_secret"));
    cache_.Protect(secret);
    call.headers.push_back({"authorization", BasicAuthorization(id, secret)});
  }
  CO_ASSIGN_OR_RETURN(Token token, co_await Exchange(std::move(call)));
  std::string url = TextAt(file, "service_account_impersonation_url");
  if (url.empty()) co_return token;
  co_return co_await Impersonate(std::move(url), std::move(token.value));
}

Task<absl::StatusOr<Secret>> FileTokens::SubjectToken(const json::Value& source) {
  const json::Value* format = source.Find("format");
  if (const std::string path = TextAt(source, "file"); !path.empty()) {
    absl::StatusOr<std::string> text = ReadSmallFile(path);
    if (text.ok()) co_return TokenInside(*std::move(text), format);
    co_return absl::InvalidArgumentError(fmt::format(
        "names the credential_source '{}', which {}", path, Std(text.status().message())
    ));
  }
  std::string url = TextAt(source, "url");
  if (url.empty()) {
    co_return absl::InvalidArgumentError(
        "has a credential_source that is neither a file nor a url; other kinds are not supported"
    );
  }
  TokenCall call = {.method = "GET", .url = std::move(url), .headers = HeadersIn(source)};
  CO_ASSIGN_OR_RETURN(std::string text, co_await AskForText(client_, std::move(call)));
  co_return TokenInside(std::move(text), format);
}

Task<absl::StatusOr<Token>> FileTokens::Impersonate(std::string url, Secret token) {
  cache_.Protect(token);
  json::TextWriter body;
  body.BeginObject().Key("scope").BeginArray().String(scope_).EndArray();
  body.Member("lifetime", "3600s").EndObject();
  TokenCall call = {
      .url = std::move(url),
      .headers =
          {{"content-type", "application/json"},
           {"authorization", fmt::format("Bearer {}", token.Reveal())}},
      .body = std::move(body).Take(),
      .secrets = {token},
  };
  CO_ASSIGN_OR_RETURN(const json::Document reply, co_await AskForToken(client_, std::move(call)));
  absl::Time expires;
  std::string problem;
  std::string value = TextAt(reply.root(), "accessToken");
  const std::string time = TextAt(reply.root(), "expireTime");
  if (value.empty() || !absl::ParseTime(absl::RFC3339_full, time, &expires, &problem)) {
    co_return absl::PermissionDeniedError("the reply to the impersonation has no accessToken");
  }
  co_return Token{.value = Secret(std::move(value)), .expires = absl::ToChronoTime(expires)};
}

Task<absl::StatusOr<Token>> FileTokens::Exchange(TokenCall call) {
  CO_ASSIGN_OR_RETURN(const json::Document reply, co_await AskForToken(client_, std::move(call)));
  co_return TokenOf(reply.root(), cache_.Now());
}

}  // namespace extractd::providers::google
