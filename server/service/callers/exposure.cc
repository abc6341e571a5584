#include "server/service/callers/exposure.h"

#include <algorithm>

#include <fmt/format.h>

#include "server/service/listen_address.h"

namespace extractd {

std::string ExposedAddress(const Config& config) {
  if (!config.callers.tls.certificate.empty() && config.callers.demands_identity()) return {};
  const auto found = std::ranges::find_if_not(config.listen, &IsLocalAddress);
  return found == config.listen.end() ? std::string() : *found;
}

absl::Status CheckExposure(const Config& config) {
  const std::string exposed = ExposedAddress(config);
  if (exposed.empty() || config.allow_insecure_listen) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format(
      "listen: '{}' can be reached from other machines, without TLS and authentication; set "
      "tls_certificate, tls_key and tokens_file or tls_client_ca, listen on 127.0.0.1 or a Unix "
      "socket, or set allow_insecure_listen: true",
      exposed
  ));
}

}  // namespace extractd
