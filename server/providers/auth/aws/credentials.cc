#include "server/providers/auth/aws/credentials.h"

#include <variant>

#include <absl/time/time.h>
#include <fmt/format.h>

#include "server/base/strings.h"
#include "server/json/parse.h"
#include "server/json/read.h"

namespace extractd::providers::aws {

std::optional<std::chrono::system_clock::time_point> ReadExpiration(std::string_view text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, Absl(text), &time, &error)) return std::nullopt;
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) return std::nullopt;
  return absl::ToChronoTime(time);
}

Found ReadCredentialsJson(std::string_view source, std::string_view body) {
  const json::ParseResult parsed = json::ParseView(body);
  const auto* document = std::get_if<json::Document>(&parsed);
  if (document == nullptr || !document->root().is_object()) {
    return absl::UnavailableError(fmt::format("{} answered with something else than JSON", source));
  }
  const json::Value& root = document->root();
  Credentials credentials = {
      .access_key_id = std::string(json::StringMember(root, "AccessKeyId")),
      .secret_access_key = Secret(std::string(json::StringMember(root, "SecretAccessKey"))),
      .session_token = Secret(std::string(json::StringMember(root, "Token"))),
      .expires = ReadExpiration(json::StringMember(root, "Expiration")),
  };
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty()) {
    return absl::UnavailableError(fmt::format("{} answered without an access key", source));
  }
  return credentials;
}

}  // namespace extractd::providers::aws
