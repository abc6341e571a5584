#include "server/service/admin/config_reloader.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <xxhash.h>

#include "server/base/status_macros.h"
#include "server/service/callers/exposure.h"
#include "server/service/configuration/settings.h"

namespace extractd {
namespace {

using observe::Event;
using observe::EventKind;
using observe::LogLevel;

std::string Joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return file ? std::string(std::istreambuf_iterator<char>(file), {}) : "";
}

// Values, not names of files: replicas may keep theirs in other places.
std::string HashOf(const Config& config, const ConfigSources& sources) {
  std::string all;
  for (const Setting& setting : AllSettings()) {
    all += fmt::format("{}={}\n", setting.name, setting.get(config));
  }
  all += ContentOf(sources.file.empty() ? std::string(kDefaultConfigFile) : sources.file);
  if (!config.prices_file.empty()) all += ContentOf(config.prices_file);
  std::set<std::string> provider_files;
  for (const auto& [provider, file] : config.provider_files) provider_files.insert(file);
  for (const std::string& file : provider_files) all += ContentOf(file);
  const XXH128_hash_t hash = XXH3_128bits(all.data(), all.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

const ProviderRow* RowIn(const Config& config, const std::string& name) {
  const auto row = std::ranges::find(config.providers, name, &ProviderRow::name);
  return row == config.providers.end() ? nullptr : &*row;
}

std::vector<std::string> ChangedProviders(const Config& before, const Config& after) {
  std::vector<std::string> names;
  for (const ProviderRow& row : after.providers) {
    const ProviderRow* old = RowIn(before, row.name);
    if (old == nullptr || *old != row) names.push_back("providers." + row.name);
  }
  for (const ProviderRow& row : before.providers) {
    if (RowIn(after, row.name) == nullptr) names.push_back("providers." + row.name);
  }
  std::ranges::sort(names);
  return names;
}

ConfigReloader::Outcome Compare(const Config& before, const Config& after) {
  ConfigReloader::Outcome outcome;
  for (const Setting& setting : AllSettings()) {
    if (setting.get(before) == setting.get(after)) continue;
    outcome.changed.push_back(setting.name);
    if (!setting.reloadable) outcome.need_restart.push_back(setting.name);
  }
  for (std::string& name : ChangedProviders(before, after)) {
    outcome.changed.push_back(std::move(name));
  }
  return outcome;
}

// What listens keeps what it was made with: TLS, and whether clients are asked for certificates.
absl::Status CheckChange(const Config& before, const Config& after) {
  const TlsSettings& was = before.callers.tls;
  const TlsSettings& will = after.callers.tls;
  if (was.certificate.empty() != will.certificate.empty() ||
      was.client_ca.empty() != will.client_ca.empty()) {
    return absl::InvalidArgumentError(
        "tls_certificate, tls_client_ca: to switch TLS or client certificates on or off takes a "
        "restart"
    );
  }
  if (CheckExposure(before).ok()) RETURN_IF_ERROR(CheckExposure(after));
  return SharedState::Check(after);
}

}  // namespace

ConfigReloader::ConfigReloader(SharedState& shared, ConfigSources sources)
    : shared_(shared),
      sources_(std::move(sources)),
      last_{.ok = true, .time = std::chrono::system_clock::now()} {}

ConfigReloader::Last ConfigReloader::last() const {
  const absl::MutexLock lock(&mutex_);
  return last_;
}

absl::StatusOr<ConfigReloader::Outcome> ConfigReloader::Reload(bool only_check) {
  const absl::MutexLock reloading(&reloading_);
  absl::StatusOr<Outcome> outcome = TryReload(only_check);
  if (!only_check) Tell(outcome);
  return outcome;
}

absl::StatusOr<ConfigReloader::Outcome> ConfigReloader::TryReload(bool only_check) {
  ASSIGN_OR_RETURN(Config next, LoadConfig(sources_));
  RETURN_IF_ERROR(CheckChange(*shared_.config(), next));
  Outcome outcome = Compare(*shared_.config(), next);
  outcome.hash = HashOf(next, sources_);
  if (only_check) return outcome;
  RETURN_IF_ERROR(shared_.callers.Load(next.callers));
  RETURN_IF_ERROR(shared_.ApplyProviders(next));
  shared_.set_config(std::move(next));
  return outcome;
}

void ConfigReloader::ReloadCredentials() {
  const absl::MutexLock reloading(&reloading_);
  const std::optional<absl::Status> loaded = shared_.callers.LoadIfChanged();
  if (!loaded.has_value()) return;
  Note(*loaded);
  if (loaded->ok()) shared_.log.Line(LogLevel::kInfo, "credentials_reloaded").Write();
}

void ConfigReloader::Note(const absl::Status& status) {
  {
    const absl::MutexLock lock(&mutex_);
    last_ = {.ok = status.ok(), .time = std::chrono::system_clock::now()};
  }
  if (status.ok()) return;
  shared_.log.Line(LogLevel::kError, "reload_refused")
      .Text("problem", Std(status.message()))
      .Write();
}

void ConfigReloader::Tell(const absl::StatusOr<Outcome>& outcome) {
  Note(outcome.status());
  Event event = {.kind = EventKind::kConfig, .reason = outcome.ok() ? "reloaded" : "refused"};
  if (outcome.ok()) {
    auto line = shared_.log.Line(LogLevel::kInfo, "reloaded");
    if (!outcome->changed.empty()) line.Text("changed", Joined(outcome->changed));
    if (!outcome->need_restart.empty()) line.Text("need_restart", Joined(outcome->need_restart));
    line.Write();
    event.message = fmt::format("{} settings and providers changed", outcome->changed.size());
  } else {
    event.message = "the configuration has problems, which the log lists; the old one stays";
  }
  shared_.events.Publish(std::move(event));
}

}  // namespace extractd
