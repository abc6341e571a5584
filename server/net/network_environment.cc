#include "server/net/network_environment.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include <curl/curl.h>

namespace extractd::net {
namespace {

// Those that libcurl reads for http and https; HTTP_PROXY in capitals is ignored there, since CGI
// lets a client set it.
constexpr std::array<const char*, 5> kProxyVariables = {
    "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"
};

// Empty if unset.
std::string_view Variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): read at start
  return value == nullptr ? std::string_view() : value;
}

std::string CaFile() {
  for (const char* name : {"SSL_CERT_FILE", "CURL_CA_BUNDLE"}) {
    if (const std::string_view file = Variable(name); !file.empty()) return std::string(file);
  }
  const char* built_in = curl_version_info(CURLVERSION_NOW)->cainfo;
  return built_in == nullptr ? std::string() : built_in;
}

}  // namespace

NetworkEnvironment ReadNetworkEnvironment() {
  return {
      .has_proxy = std::ranges::any_of(
          kProxyVariables, [](const char* name) { return !Variable(name).empty(); }
      ),
      .ca_file = CaFile(),
      .ca_directory = std::string(Variable("SSL_CERT_DIR")),
  };
}

bool StartCurl() {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return started;
}

}  // namespace extractd::net
