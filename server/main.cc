// extractd: reads the configuration, serves until it is told to stop.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <absl/strings/ascii.h>
#include <absl/synchronization/mutex.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "server/base/secret.h"
#include "server/providers/credentials.h"
#include "server/registry/provider_row.h"
#include "server/service/callers/principal_config.h"
#include "server/service/callers/tokens_file.h"
#include "server/service/configuration/config.h"
#include "server/service/configuration/model_config.h"
#include "server/service/configuration/provider_config.h"
#include "server/service/configuration/settings.h"
#include "server/service/daemon.h"
#include "server/service/descriptors.h"
#include "server/service/health/health_probe.h"
#include "server/service/shared_state.h"
#include "server/service/version.h"

namespace extractd {
namespace {

std::map<std::string, std::string> Environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string::npos) variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return variables;
}

// Keys are in memory: no core dump, no reading by other processes of the user.
void ProtectMemory() {
  const rlimit none = {.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

// Debian's abseil looks for lock cycles at every lock of every mutex, gRPC's included, as a debug
// build does.
void SwitchOffLockChecks() {
#ifdef NDEBUG
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
#endif
}

int Complain(const absl::Status& status) {
  fmt::print(stderr, "extractd: {}\n", std::string(status.message()));
  return EXIT_FAILURE;
}

absl::StatusOr<Config> LoadChecked(const ConfigSources& sources) {
  absl::StatusOr<Config> config = LoadConfig(sources);
  if (!config.ok()) return config;
  absl::Status checked = SharedState::Check(*config);
  if (!checked.ok()) return checked;
  return config;
}

// The token, for the caller, and the line of tokens_file, each on a line of its own. Only its hash
// is kept by anybody else.
int PrintToken(const std::string& principal) {
  const Secret token = NewToken();
  fmt::print("{}\n{}\n", token.Reveal(), TokenLine(principal, token));
  return EXIT_SUCCESS;
}

// Empty: where a daemon listens by default. Over TLS the port does not answer, but the socket does.
bool IsServingAt(const std::string& address, const ConfigSources& sources) {
  if (!address.empty()) return IsServing(address);
  if (IsServing("127.0.0.1:50051")) return true;
  const std::string socket = DefaultSocketAddress(sources);
  return !socket.empty() && IsServing(socket);
}

int CheckConfig(const ConfigSources& sources) {
  const absl::StatusOr<Config> config = LoadChecked(sources);
  if (!config.ok()) return Complain(config.status());
  fmt::print("configuration ok\n");
  return EXIT_SUCCESS;
}

void PrintKeys(std::string_view of, const std::vector<KeyHelp>& keys) {
  fmt::print("\n| {} key | meaning |\n|---|---|\n", of);
  for (const KeyHelp& key : keys) fmt::print("| `{}` | {} |\n", key.name, key.help);
}

int PrintSettings() {
  fmt::print("{}", SettingsAsMarkdown());
  PrintKeys("provider", ProviderKeys());
  PrintKeys("principal", PrincipalKeys());
  PrintKeys("model", ModelKeys());
  return EXIT_SUCCESS;
}

std::string_view KeyStateOf(const ProviderRow& row, providers::Credentials& credentials) {
  if (!row.key_required) return "optional";
  return credentials.IsConfigured(row) ? "set" : "missing";
}

// One line a provider, for scripts: name, variable of the key, state of the key, default model,
// address; tabs between, "-" for none. Says nothing of the keys themselves.
int PrintProviders(const ConfigSources& sources) {
  const absl::StatusOr<Config> config = LoadChecked(sources);
  if (!config.ok()) return Complain(config.status());
  providers::Credentials credentials([](const Secret&) {});
  const auto or_dash = [](const std::string& text) {
    return text.empty() ? std::string("-") : text;
  };
  for (const ProviderRow& row : config->providers) {
    fmt::print(
        "{}\t{}\t{}\t{}\t{}\n",
        row.name,
        or_dash(row.key_variable),
        KeyStateOf(row, credentials),
        or_dash(row.default_model),
        row.base_url
    );
  }
  return EXIT_SUCCESS;
}

int Serve(const ConfigSources& sources) {
  ProtectMemory();
  RaiseDescriptorLimit();
  const absl::StatusOr<Config> config = LoadChecked(sources);
  if (!config.ok()) return Complain(config.status());
  auto daemon = Daemon::Start(*config, sources);
  if (!daemon.ok()) return Complain(daemon.status());
  return (*daemon)->Run();
}

int Main(int argc, char** argv) {
  SwitchOffLockChecks();
  ConfigSources sources;
  sources.environment = Environment();

  CLI::App app(
      "One validated object out of chat messages and a JSON Schema, over gRPC.", "extractd"
  );
  app.set_version_flag("--version", std::string(kVersion));
  app.add_option(
      "--config", sources.file, "Configuration file; default " + std::string(kDefaultConfigFile)
  );
  for (const Setting& setting : AllSettings()) {
    app.add_option_function<std::string>(
           FlagOf(setting),
           [&sources, name = setting.name](const std::string& text) { sources.flags[name] = text; },
           setting.help
    )
        ->group("Settings");
  }
  app.fallthrough();
  CLI::App* check = app.add_subcommand("check-config", "Check the configuration and exit");
  CLI::App* settings = app.add_subcommand("settings", "Print the table of settings as Markdown");
  CLI::App* providers =
      app.add_subcommand("providers", "Print the providers and whether their keys are set");
  CLI::App* health = app.add_subcommand("healthcheck", "Exit with 0 if the daemon is SERVING");
  std::string address;
  health->add_option("--address", address, "Where the daemon listens");
  CLI::App* token = app.add_subcommand(
      "token", "Print a new token for a principal, and its line for tokens_file"
  );
  std::string principal;
  token->add_option("principal", principal, "Name of the principal")->required();
  app.require_subcommand(0, 1);
  CLI11_PARSE(app, argc, argv);

  if (settings->parsed()) return PrintSettings();
  if (token->parsed()) return PrintToken(principal);
  if (providers->parsed()) return PrintProviders(sources);
  if (health->parsed()) return IsServingAt(address, sources) ? EXIT_SUCCESS : EXIT_FAILURE;
  return check->parsed() ? CheckConfig(sources) : Serve(sources);
}

}  // namespace
}  // namespace extractd

// What is thrown this far ends the process with its reason, as it should.
int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape)
  return extractd::Main(argc, argv);
}
