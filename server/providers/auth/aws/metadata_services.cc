// The services on the machine that hand out the credentials of its role.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <absl/strings/ascii.h>
#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/base/strings.h"
#include "server/net/uri.h"
#include "server/providers/auth/aws/sources.h"
#include "server/providers/auth/environment.h"
#include "server/providers/auth/token_endpoint.h"

namespace extractd::providers::aws {
namespace {

constexpr std::string_view kContainer = "the container's credentials service";
constexpr std::string_view kInstance = "the instance's metadata service";
constexpr std::string_view kTokenLifeSeconds = "21600";
// Both are on the machine, or nobody answers at all.
constexpr std::chrono::milliseconds kPatience{2'000};

// Hosts that plain HTTP may bring the container's token to.
bool IsLocal(std::string_view host) {
  constexpr std::array<std::string_view, 5> kLocal = {
      "169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost", "::1"
  };
  return host.starts_with("127.") || std::ranges::find(kLocal, host) != kLocal.end();
}

absl::StatusOr<std::string> ContainerUrl() {
  if (const auto path = Environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")) {
    return fmt::format("http://169.254.170.2{}", *path);
  }
  const std::string url = Environment("AWS_CONTAINER_CREDENTIALS_FULL_URI").value_or("");
  const net::UrlParts parts = net::SplitUrl(url);
  if (url.empty() || parts.scheme == "https" ||
      (parts.scheme == "http" && IsLocal(net::HostOf(parts.authority)))) {
    return url;
  }
  return absl::FailedPreconditionError(
      "AWS_CONTAINER_CREDENTIALS_FULL_URI must be an https URL, or an http URL of this machine"
  );
}

// Empty: none is needed.
absl::StatusOr<std::string> ContainerToken() {
  std::string token = Environment("AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("");
  if (const auto path = Environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) {
    absl::StatusOr<std::string> text = ReadSmallFile(*path);
    if (!text.ok()) {
      return absl::FailedPreconditionError(fmt::format(
          "the container's token file '{}' {}", *path, std::string(text.status().message())
      ));
    }
    token = *std::move(text);
  }
  absl::StripAsciiWhitespace(&token);
  if (std::ranges::any_of(token, [](char c) {
        return absl::ascii_iscntrl(static_cast<unsigned char>(c));
      })) {
    return absl::FailedPreconditionError("the container's token holds control characters");
  }
  return token;
}

std::string InstanceUrl() {
  std::string url =
      Environment("AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or("http://169.254.169.254");
  while (url.ends_with('/')) url.pop_back();
  return url;
}

// The service is not there, or has nothing for us: the machine is no instance, or has no role.
bool HasNothing(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsNotFound(status) || absl::IsPermissionDenied(status);
}

TokenCall MetadataRequest(std::string url, const std::string& token) {
  return {
      .method = "GET",
      .url = std::move(url),
      .headers = {{"x-aws-ec2-metadata-token", token}},
      .patience = kPatience,
  };
}

}  // namespace

Task<Found> FromContainer(net::HttpClient& client) {
  CO_ASSIGN_OR_RETURN(std::string url, ContainerUrl());
  if (url.empty()) co_return std::nullopt;
  CO_ASSIGN_OR_RETURN(const std::string token, ContainerToken());
  TokenCall request = {.method = "GET", .url = std::move(url), .patience = kPatience};
  if (!token.empty()) request.headers.push_back({"authorization", token});
  CO_ASSIGN_OR_RETURN(const std::string body, co_await AskForText(client, std::move(request)));
  co_return ReadCredentialsJson(kContainer, body);
}

Task<Found> FromInstance(net::HttpClient& client) {
  if (ToLower(Environment("AWS_EC2_METADATA_DISABLED").value_or("")) == "true") {
    co_return std::nullopt;
  }
  const std::string base = InstanceUrl();
  const std::string roles = base + "/latest/meta-data/iam/security-credentials/";
  TokenCall ask_token = {
      .method = "PUT",
      .url = base + "/latest/api/token",
      .headers = {{"x-aws-ec2-metadata-token-ttl-seconds", std::string(kTokenLifeSeconds)}},
      .patience = kPatience,
  };
  const absl::StatusOr<std::string> token = co_await AskForText(client, std::move(ask_token));
  if (HasNothing(token.status())) co_return std::nullopt;
  if (!token.ok()) co_return token.status();
  TokenCall ask_role = MetadataRequest(roles, *token);
  absl::StatusOr<std::string> role = co_await AskForText(client, std::move(ask_role));
  if (absl::IsNotFound(role.status())) co_return std::nullopt;
  if (!role.ok()) co_return role.status();
  const std::string name = role->substr(0, role->find_first_of("\r\n"));
  TokenCall ask_credentials = MetadataRequest(roles + net::PercentEncode(name), *token);
  CO_ASSIGN_OR_RETURN(
      const std::string body, co_await AskForText(client, std::move(ask_credentials))
  );
  co_return ReadCredentialsJson(kInstance, body);
}

}  // namespace extractd::providers::aws
