// Config: everything an operator can set. Read from one YAML file, then EXTRACTD_* variables, then
// flags; the later wins. The table of settings is in settings.h. Providers come from the file and
// from the folder of their own files.
#ifndef EXTRACTD_SERVER_SERVICE_CONFIGURATION_CONFIG_H_
#define EXTRACTD_SERVER_SERVICE_CONFIGURATION_CONFIG_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "server/base/strings.h"
#include "server/engine/call.h"
#include "server/engine/health/provider_health.h"
#include "server/engine/traffic/admission.h"
#include "server/observe/log.h"
#include "server/registry/provider_row.h"
#include "server/service/callers/callers.h"

namespace extractd {

// What others than the log are told.
struct TelemetrySettings {
  std::string otlp_endpoint = {};  // empty: no spans
  std::string service_name = "extractd";
  double trace_sample_percent = 100;
  bool send_traceparent = true;
  std::string payload_log = {};  // empty: none
  std::int64_t payload_log_max_bytes = std::int64_t{64} << 20U;
  double payload_log_sample_percent = 100;
};

struct Config {
  std::vector<std::string> listen = {};  // gRPC: "host:port" or "unix:/path"
  bool allow_insecure_listen = false;
  std::string admin_listen = "127.0.0.1:9464";  // "off": no admin HTTP
  observe::LogLevel log_level = observe::LogLevel::kInfo;
  bool debug_mode = false;
  CallSettings calls = {};
  bool hooks_enabled = true;
  bool cache_schemas = true;
  size_t schema_cache_bytes = size_t{64} << 20U;
  size_t max_schema_bytes = size_t{1} << 20U;
  size_t registered_schema_bytes = size_t{64} << 20U;
  bool lazy_load_providers = true;
  size_t max_request_bytes = size_t{32} << 20U;
  size_t max_provider_response_bytes = size_t{32} << 20U;
  std::chrono::milliseconds slow_reader_timeout{30'000};
  ProviderHealth::Policy health = {};
  int loops = 0;  // 0: one for each core
  int max_provider_connections = 1024;
  std::chrono::milliseconds drain_delay{0};
  std::chrono::milliseconds drain_grace{30'000};
  std::string prices_file = {};  // docs/prices.md; what it and the built-in table say: calls.prices

  std::string providers_dir = {};  // of files with `providers` blocks
  std::string plugins_dir = {};    // of shared objects

  // Rows of the `providers` blocks, complete: a row of a built-in name starts from the built-in
  // one.
  std::vector<ProviderRow> providers = {};

  CallerSettings callers = {};
  int socket_mode = 0600;  // of Unix sockets
  bool reflection = true;
  Admission::Policy admission = {};
  bool shadow_limits = false;
  TelemetrySettings telemetry = {};
  // By provider the file that said something of it last.
  StringMap<std::string> provider_files = {};
  // Of what all files held that this was read from, and of the rows that plug-ins bring.
  std::string files_hash = {};
};

// Where the values come from.
struct ConfigSources {
  // Empty: the default file, if it exists.
  std::string file = {};
  std::map<std::string, std::string> environment = {};
  std::map<std::string, std::string> flags = {};  // by setting name
};

inline constexpr std::string_view kDefaultConfigFile = "/etc/extractd/extractd.yaml";
// Beside the configuration file, where providers_dir names no other folder; it may be absent.
inline constexpr std::string_view kProvidersFolder = "providers.d";
inline constexpr std::string_view kPluginsFolder = "plugins.d";  // the same for plugins_dir

// Loads the plug-ins, if there are any and nothing is served yet: they stay as long as the process.
// InvalidArgument: lists every problem, one a line, each with its place (file:line, variable or
// flag), the setting, and what is wrong; unknown names with the nearest one.
absl::StatusOr<Config> LoadConfig(const ConfigSources& sources);

// "unix:/run/extractd/extractd.sock" where that can be made, else below $XDG_RUNTIME_DIR; empty if
// there is no place for it.
std::string DefaultSocketAddress(const ConfigSources& sources);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CONFIGURATION_CONFIG_H_
