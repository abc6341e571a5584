// A role for a token of the machine: STS AssumeRoleWithWebIdentity, whose request needs no
// signature. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
#include <utility>

#include <absl/strings/ascii.h>
#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/base/strings.h"
#include "server/providers/auth/aws/profile.h"
#include "server/providers/auth/aws/sources.h"
#include "server/providers/auth/environment.h"
#include "server/providers/auth/token_endpoint.h"

namespace extractd::providers::aws {
namespace {

constexpr std::string_view kSource = "AWS STS";

struct WebIdentity {
  std::string token_file = {};
  std::string role = {};
  std::string session = {};
};

// Variables go before the profile; empty: neither has a token file.
absl::StatusOr<WebIdentity> ReadSetUp() {
  ASSIGN_OR_RETURN(const Profile profile, ReadProfile());
  const auto setting = [&profile](const std::string& variable, const std::string& key) {
    return Environment(variable).value_or(profile.Get(key));
  };
  WebIdentity identity = {
      .token_file = setting("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file"),
      .role = setting("AWS_ROLE_ARN", "role_arn"),
      .session = setting("AWS_ROLE_SESSION_NAME", "role_session_name"),
  };
  if (identity.session.empty()) identity.session = "extractd";
  if (!identity.token_file.empty() && identity.role.empty()) {
    return absl::FailedPreconditionError(
        "AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN: set both or neither"
    );
  }
  return identity;
}

absl::StatusOr<std::string> ReadToken(const std::string& path) {
  absl::StatusOr<std::string> token = ReadSmallFile(path);
  if (token.ok()) absl::StripAsciiWhitespace(&*token);
  if (token.ok() && !token->empty()) return token;
  return absl::FailedPreconditionError(fmt::format(
      "the web identity token file '{}' {}",
      path,
      token.ok() ? "is empty" : std::string(token.status().message())
  ));
}

// AWS_ENDPOINT_URL_STS, or that of the region.
std::string Endpoint() {
  if (const auto url = Environment("AWS_ENDPOINT_URL_STS")) return *url;
  const std::string region = DefaultRegion();
  if (region.empty()) return "https://sts.amazonaws.com/";
  const std::string_view country = region.starts_with("cn-") ? ".cn" : "";
  return fmt::format("https://sts.{}.amazonaws.com{}/", region, country);
}

// The text of the first element of that name. What STS writes into these needs no escapes.
std::string_view ElementOf(std::string_view xml, std::string_view name) {
  const std::string open = fmt::format("<{}>", name);
  const size_t begin = xml.find(open);
  if (begin == std::string_view::npos) return {};
  xml.remove_prefix(begin + open.size());
  const size_t end = xml.find("</");
  return end == std::string_view::npos ? std::string_view() : xml.substr(0, end);
}

Found ReadReply(std::string_view xml) {
  Credentials credentials = {
      .access_key_id = std::string(ElementOf(xml, "AccessKeyId")),
      .secret_access_key = Secret(std::string(ElementOf(xml, "SecretAccessKey"))),
      .session_token = Secret(std::string(ElementOf(xml, "SessionToken"))),
      .expires = ReadExpiration(ElementOf(xml, "Expiration")),
  };
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty()) {
    return absl::UnavailableError(fmt::format("{} answered without an access key", kSource));
  }
  return credentials;
}

}  // namespace

Task<Found> FromWebIdentity(net::HttpClient& client) {
  CO_ASSIGN_OR_RETURN(const WebIdentity identity, ReadSetUp());
  if (identity.token_file.empty()) co_return std::nullopt;
  CO_ASSIGN_OR_RETURN(const std::string token, ReadToken(identity.token_file));
  // Without a word on what is accepted, STS answers in XML.
  TokenCall call = {
      .url = Endpoint(),
      .headers = {{"content-type", "application/x-www-form-urlencoded"}},
      .body = FormBody(
          {{"Action", "AssumeRoleWithWebIdentity"},
           {"Version", "2011-06-15"},
           {"RoleArn", identity.role},
           {"RoleSessionName", identity.session},
           {"WebIdentityToken", token}}
      ),
      .secrets = {Secret(token)},
  };
  absl::StatusOr<std::string> reply = co_await AskForText(client, std::move(call));
  if (absl::IsPermissionDenied(reply.status())) {
    co_return absl::PermissionDeniedError(fmt::format(
        "{} for role '{}': check its trust policy and the token",
        Std(reply.status().message()),
        identity.role
    ));
  }
  if (!reply.ok()) co_return reply.status();
  co_return ReadReply(*reply);
}

}  // namespace extractd::providers::aws
