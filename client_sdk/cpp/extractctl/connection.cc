#include "extractctl/connection.h"

#include <chrono>
#include <string_view>

#include <CLI/CLI.hpp>

#include "extractctl/show.h"
#include "extractctl/source.h"
#include "extractd/client.h"

namespace extractd::ctl {
namespace {

bool UsesTls(const Globals& globals) {
  return globals.tls || !globals.tls_ca.empty() || !globals.certificate.empty();
}

bool StaysHere(std::string_view address) {
  return address.starts_with("unix:") || address.starts_with("127.") ||
         address.starts_with("localhost:") || address.starts_with("[::1]");
}

}  // namespace

void AddConnectionOptions(CLI::App& app, Globals& globals) {
  app.add_option("--address", globals.address, "host:port or unix:/path of the daemon")
      ->envname("EXTRACTD_ADDRESS")
      ->capture_default_str();
  app.add_option("--token", globals.token, "Bearer token to show")->envname("EXTRACTD_TOKEN");
  app.add_flag("--tls", globals.tls, "Connect with TLS");
  app.add_option("--tls-ca", globals.tls_ca, "PEM authorities of the daemon; default: the system's")
      ->check(CLI::ExistingFile);
  CLI::Option* certificate =
      app.add_option("--cert", globals.certificate, "PEM client certificate to show")
          ->check(CLI::ExistingFile);
  CLI::Option* key =
      app.add_option("--key", globals.key, "PEM key of it")->check(CLI::ExistingFile);
  certificate->needs(key);
  key->needs(certificate);
}

std::string ConnectionProblem(const Globals& globals) {
  if (globals.token.empty() || UsesTls(globals) || StaysHere(globals.address)) return {};
  return "a token would cross the network for all to read: use --tls or --tls-ca";
}

Client Connect(const Globals& globals) {
  ClientOptions options = {
      .address = globals.address,
      .timeout = std::chrono::milliseconds(globals.timeout_ms),
      .token = globals.token,
  };
  if (UsesTls(globals)) {
    const auto text = [](const std::string& path) {
      return path.empty() ? std::string() : ReadFile(path).value_or("");
    };
    options.tls = TlsOptions{
        .authorities = text(globals.tls_ca),
        .certificate = text(globals.certificate),
        .key = text(globals.key),
    };
  }
  return Client(std::move(options));
}

}  // namespace extractd::ctl
