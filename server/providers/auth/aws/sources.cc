// The sources on this machine, and the order of all.
#include "server/providers/auth/aws/sources.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "server/base/status_macros.h"
#include "server/providers/auth/aws/profile.h"
#include "server/providers/auth/environment.h"

namespace extractd::providers::aws {
namespace {

// Ways to credentials that a profile can name and that need a program or a person.
constexpr std::array kUnsupportedSettings = {
    "sso_session",
    "sso_start_url",
    "credential_process",
    "source_profile",
    "credential_source",
    "login_session"
};

absl::Status Unsupported(const Profile& profile, std::string_view setting) {
  return absl::FailedPreconditionError(fmt::format(
      "the profile '{}' gets its credentials by {}, which is not supported here: export them with "
      "'aws configure export-credentials --format env', or use one of the other sources",
      profile.name,
      setting
  ));
}

absl::Status Missing() {
  return absl::FailedPreconditionError(
      "no AWS credentials: neither a bearer token (AWS_BEARER_TOKEN_BEDROCK), nor the environment "
      "(AWS_ACCESS_KEY_ID), nor a web identity (AWS_WEB_IDENTITY_TOKEN_FILE), nor a profile "
      "(~/.aws), nor a container (AWS_CONTAINER_CREDENTIALS_FULL_URI), nor the instance's metadata "
      "service has any"
  );
}

}  // namespace

Found FromEnvironment() {
  const auto id = Environment("AWS_ACCESS_KEY_ID");
  const auto secret = Environment("AWS_SECRET_ACCESS_KEY");
  if (!id.has_value()) return std::nullopt;
  if (!secret.has_value()) {
    return absl::FailedPreconditionError(
        "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY: set both or neither"
    );
  }
  return Credentials{
      .access_key_id = *id,
      .secret_access_key = Secret(*secret),
      .session_token = Secret(Environment("AWS_SESSION_TOKEN").value_or("")),
  };
}

Found FromProfile() {
  ASSIGN_OR_RETURN(const Profile profile, ReadProfile());
  if (!profile.found && profile.chosen) {
    return absl::FailedPreconditionError(
        fmt::format("neither ~/.aws/credentials nor ~/.aws/config has a profile '{}'", profile.name)
    );
  }
  const std::string id = profile.Get("aws_access_key_id");
  const std::string secret = profile.Get("aws_secret_access_key");
  if (!id.empty() && !secret.empty()) {
    return Credentials{
        .access_key_id = id,
        .secret_access_key = Secret(secret),
        .session_token = Secret(profile.Get("aws_session_token")),
    };
  }
  for (const char* setting : kUnsupportedSettings) {
    if (!profile.Get(setting).empty()) return Unsupported(profile, setting);
  }
  return std::nullopt;
}

Task<absl::StatusOr<Credentials>> FindCredentials(net::HttpClient& client) {
  CO_ASSIGN_OR_RETURN(std::optional<Credentials> found, FromEnvironment());
  if (found.has_value()) co_return *std::move(found);
  CO_ASSIGN_OR_RETURN(found, co_await FromWebIdentity(client));
  if (found.has_value()) co_return *std::move(found);
  CO_ASSIGN_OR_RETURN(found, FromProfile());
  if (found.has_value()) co_return *std::move(found);
  CO_ASSIGN_OR_RETURN(found, co_await FromContainer(client));
  if (found.has_value()) co_return *std::move(found);
  CO_ASSIGN_OR_RETURN(found, co_await FromInstance(client));
  if (found.has_value()) co_return *std::move(found);
  co_return Missing();
}

bool MayHaveCredentials() {
  constexpr std::array kVariables = {
      "AWS_ACCESS_KEY_ID",
      "AWS_WEB_IDENTITY_TOKEN_FILE",
      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
      "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  };
  for (const char* variable : kVariables) {
    if (Environment(variable).has_value()) return true;
  }
  const absl::StatusOr<Profile> profile = ReadProfile();
  return profile.ok() && (!profile->Get("aws_access_key_id").empty() ||
                          !profile->Get("web_identity_token_file").empty());
}

}  // namespace extractd::providers::aws
