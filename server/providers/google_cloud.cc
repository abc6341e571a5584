#include "server/providers/google_cloud.h"

#include <utility>

namespace extractd::providers {
namespace {

constexpr const char* kLocation = "GOOGLE_CLOUD_LOCATION";

std::string Address(const std::string& host, const std::string& location) {
  return "https://" + host + "/v1/projects/${GOOGLE_CLOUD_PROJECT}/locations/" + location;
}

BaseUrlCase In(std::string location, const std::string& host) {
  std::string address = Address(host, location.empty() ? "global" : location);
  return {.variable = kLocation, .value = std::move(location), .base_url = std::move(address)};
}

}  // namespace

std::string VertexBaseUrl() {
  const std::string location = std::string("${") + kLocation + "}";
  return Address(location + "-aiplatform.googleapis.com", location);
}

std::vector<BaseUrlCase> VertexBaseUrlCases() {
  return {
      In("", "aiplatform.googleapis.com"),
      In("global", "aiplatform.googleapis.com"),
      In("us", "aiplatform.us.rep.googleapis.com"),
      In("eu", "aiplatform.eu.rep.googleapis.com"),
  };
}

}  // namespace extractd::providers
