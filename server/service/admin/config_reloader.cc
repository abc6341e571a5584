#include "server/service/admin/config_reloader.h"

#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "server/base/status_macros.h"
#include "server/service/callers/exposure.h"

namespace extractd {
namespace {

using observe::LogLevel;

std::string Joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
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
  const std::shared_ptr<const Config> before = shared_.config();
  RETURN_IF_ERROR(CheckChange(*before, next));
  Outcome outcome = {.hash = HashOf(next), .changes = ChangesOf(*before, next)};
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
  Publish(
      loaded->ok(),
      loaded->ok() ? "tokens and certificates were read again"
                   : "tokens or certificates have a problem, which the log names; the old ones stay"
  );
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
  if (!outcome.ok()) {
    Publish(false, "the configuration has problems, which the log lists; the old one stays");
    return;
  }
  const auto& [changed, need_restart] = outcome->changes;
  auto line = shared_.log.Line(LogLevel::kInfo, "reloaded");
  if (!changed.empty()) line.Text("changed", Joined(changed));
  if (!need_restart.empty()) line.Text("need_restart", Joined(need_restart));
  line.Write();
  Publish(true, fmt::format("{} settings, providers and principals changed", changed.size()));
}

void ConfigReloader::Publish(bool reloaded, std::string message) {
  shared_.events.Publish({
      .kind = observe::EventKind::kConfig,
      .reason = reloaded ? "reloaded" : "refused",
      .message = std::move(message),
  });
}

}  // namespace extractd
