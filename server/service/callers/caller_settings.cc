#include "server/service/callers/caller_settings.h"

#include <string>
#include <string_view>

#include "server/service/configuration/setting_kinds.h"

namespace extractd {
namespace {

absl::Status Wrong(const std::string& problem) {
  return absl::InvalidArgumentError(problem);
}

Setting SocketModeSetting() {
  return {
      .name = "socket_mode",
      .type = "0600, 0660 or 0666",
      .default_text = "0600",
      .request_field = {},
      .help = "Who may connect to Unix sockets: their owner, their group too, or everybody.",
      .set =
          [](std::string_view text, Config& config) {
            if (text != "0600" && text != "0660" && text != "0666") {
              return Wrong("must be 0600, 0660 or 0666");
            }
            config.socket_mode = 0600;
            if (text == "0660") config.socket_mode = 0660;
            if (text == "0666") config.socket_mode = 0666;
            return absl::OkStatus();
          },
      .get = [](const Config& config) { return fmt::format("{:04o}", config.socket_mode); },
  };
}

Setting ClientCertificatesSetting() {
  return {
      .name = "tls_client_certificates",
      .type = "required or optional",
      .default_text = {},
      .request_field = {},
      .help =
          "With tls_client_ca: whether a client without a certificate can connect at all, for "
          "health or to show a token.",
      .set =
          [](std::string_view text, Config& config) {
            if (text != "required" && text != "optional") {
              return Wrong("must be required or optional");
            }
            config.callers.tls.client_required = text == "required";
            return absl::OkStatus();
          },
      .get =
          [](const Config& config) {
            return std::string(config.callers.tls.client_required ? "required" : "optional");
          },
  };
}

void AddAdmissionSettings(std::vector<Setting>& table) {
  table.push_back(IntegerSetting(
      {.name = "max_in_flight",
       .reloadable = true,
       .help = "Calls that ask providers at once; others wait for their turn."},
      {1, 1'000'000},
      [](auto& c) -> auto& { return c.admission.max_in_flight; }
  ));
  table.push_back(IntegerSetting(
      {.name = "max_queued",
       .reloadable = true,
       .help = "Calls that wait; those beyond are refused at once with OVERLOADED."},
      {0, 1'000'000},
      [](auto& c) -> auto& { return c.admission.max_queued; }
  ));
  table.push_back(IntegerSetting(
      {.name = "queue_timeout_ms",
       .reloadable = true,
       .help = "How long a call may wait; who would wait longer is refused at once."},
      {1, 600'000},
      [](auto& c) -> auto& { return c.admission.queue_timeout; }
  ));
  table.push_back(BoolSetting(
      {.name = "shadow_limits",
       .reloadable = true,
       .help = "Count what rate limits and budgets would hold back, and hold nothing back."},
      [](auto& c) -> auto& { return c.shadow_limits; }
  ));
}

}  // namespace

void AddCallerSettings(std::vector<Setting>& table) {
  table.push_back(BoolSetting(
      {.name = "allow_insecure_listen",
       .help = "Serve without TLS and authentication on addresses that other machines reach."},
      [](auto& c) -> auto& { return c.allow_insecure_listen; }
  ));
  const auto path = [&table](std::string_view name, std::string_view help, auto at) {
    table.push_back(TextSetting(
        {.name = std::string(name), .reloadable = true, .help = std::string(help)}, "path", at
    ));
  };
  path(
      "tls_certificate",
      "PEM certificate chain of TCP addresses, read again when it changes; to switch TLS on or off "
      "takes a restart.",
      [](auto& c) -> auto& { return c.callers.tls.certificate; }
  );
  path("tls_key", "PEM key of it.", [](auto& c) -> auto& { return c.callers.tls.key; });
  path(
      "tls_client_ca",
      "PEM authorities that sign client certificates, which callers then need, or a token.",
      [](auto& c) -> auto& { return c.callers.tls.client_ca; }
  );
  table.push_back(ClientCertificatesSetting());
  path(
      "tokens_file",
      "Hashes of the bearer tokens of principals, which callers then need (docs/security.md).",
      [](auto& c) -> auto& { return c.callers.tokens_file; }
  );
  table.push_back(TextSetting(
      {.name = "socket_principal",
       .reloadable = true,
       .help = "Principal of callers of a Unix socket that show no token; other callers then need "
               "credentials."},
      "name",
      [](auto& c) -> auto& { return c.callers.socket_principal; }
  ));
  table.push_back(SocketModeSetting());
  table.push_back(BoolSetting(
      {.name = "reflection", .help = "Serve gRPC reflection, which shows the API to anybody."},
      [](auto& c) -> auto& { return c.reflection; }
  ));
  AddAdmissionSettings(table);
}

}  // namespace extractd
