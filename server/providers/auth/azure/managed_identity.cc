#include "server/providers/auth/azure/managed_identity.h"

#include <chrono>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "server/providers/auth/environment.h"

namespace extractd::providers::azure {
namespace {

constexpr const char* kMetadataHost = "http://169.254.169.254";
constexpr const char* kTagFile = "/sys/class/dmi/id/chassis_asset_tag";
// The same on every virtual machine of Azure.
constexpr std::string_view kAzureTag = "7783-7084-3265-9085-8269-3286-77";
// Elsewhere nobody answers under that address.
constexpr std::chrono::seconds kPatience{3};

// These endpoints take a resource, which is the scope without its last part.
std::string_view ResourceOf(std::string_view scope) {
  constexpr std::string_view kAll = "/.default";
  if (scope.ends_with(kAll)) scope.remove_suffix(kAll.size());
  return scope;
}

std::string Query(std::string_view version, std::string_view resource) {
  FormFields fields = {{"api-version", version}, {"resource", resource}};
  const auto client = Environment("AZURE_CLIENT_ID");
  if (client.has_value()) fields.emplace_back("client_id", *client);
  return FormBody(fields);
}

}  // namespace

TokenCall ManagedIdentityCall(std::string_view scope) {
  const std::string_view resource = ResourceOf(scope);
  const auto endpoint = Environment("IDENTITY_ENDPOINT");
  auto header = Environment("IDENTITY_HEADER");
  if (endpoint.has_value() && header.has_value()) {
    const Secret secret(*header);
    return {
        .method = "GET",
        .url = fmt::format("{}?{}", *endpoint, Query("2019-08-01", resource)),
        .headers = {{"x-identity-header", *std::move(header)}},
        .patience = kPatience,
        .secrets = {secret},
    };
  }
  std::string host = Environment("AZURE_POD_IDENTITY_AUTHORITY_HOST").value_or(kMetadataHost);
  while (host.ends_with('/')) host.pop_back();
  return {
      .method = "GET",
      .url =
          fmt::format("{}/metadata/identity/oauth2/token?{}", host, Query("2018-02-01", resource)),
      .headers = {{"metadata", "true"}},
      .patience = kPatience,
  };
}

bool RunsOnAzure() {
  if (Environment("AZURE_POD_IDENTITY_AUTHORITY_HOST").has_value()) return true;
  if (Environment("IDENTITY_ENDPOINT").has_value() && Environment("IDENTITY_HEADER").has_value()) {
    return true;
  }
  const absl::StatusOr<std::string> tag = ReadSmallFile(kTagFile);
  return tag.ok() && tag->starts_with(kAzureTag);
}

}  // namespace extractd::providers::azure
