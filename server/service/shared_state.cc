#include "server/service/shared_state.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "server/base/status_macros.h"
#include "server/providers/provider_table.h"

namespace extractd {
namespace {

observe::LogLevel LevelOf(const Config& config) {
  return config.debug_mode ? observe::LogLevel::kDebug : config.log_level;
}

schema::SchemaCache::Options CacheOptions(const Config& config) {
  return {
      .max_bytes = config.cache_schemas ? config.schema_cache_bytes : 0,
      .limits = {.max_bytes = config.max_schema_bytes},
  };
}

// What of it may change while serving.
void ApplyTo(observe::Tracer& tracer, const TelemetrySettings& settings) {
  tracer.set_sample_percent(settings.trace_sample_percent);
  tracer.set_sends(settings.send_traceparent);
}

absl::Status PutAll(const Config& config, Catalog& catalog) {
  for (const ProviderRow& row : config.providers) {
    const absl::Status put = catalog.Put(row);
    if (put.ok()) continue;
    const auto file = config.provider_files.find(row.name);
    if (file == config.provider_files.end()) return put;
    return {put.code(), fmt::format("{}: {}", file->second, Std(put.message()))};
  }
  return absl::OkStatus();
}

}  // namespace

SharedState::SharedState(const Config& config)
    : log(STDERR_FILENO, LevelOf(config)),
      catalog(registry, &providers::FindDialect, providers::BuiltInModelFamilies()),
      schemas(CacheOptions(config), pool),
      library(config.registered_schema_bytes),
      credentials([this](const Secret& key) { log.Protect(key); }),
      // Each is told again whenever a token is fetched, which lives for a day at most.
      tokens([this](const Secret& secret) { log.ProtectFor(secret, std::chrono::hours(25)); }),
      health(
          config.health,
          [this](std::string_view provider, CircuitState state) { TellCircuit(provider, state); }
      ),
      admission(config.admission, clock),
      config_(std::make_shared<const Config>(config)) {
  limits.set_shadow(config.shadow_limits);
  tracer.set_exports(!config.telemetry.otlp_endpoint.empty());
  ApplyTo(tracer, config.telemetry);
}

void SharedState::TellCircuit(std::string_view provider, CircuitState state) {
  log.Line(observe::LogLevel::kWarn, "circuit_changed")
      .Text("provider", provider)
      .Text("state", CircuitStateName(state))
      .Write();
  events.Publish({
      .kind = observe::EventKind::kCircuit,
      .provider = std::string(provider),
      .reason = std::string(CircuitStateName(state)),
  });
}

absl::Status SharedState::Check(const Config& config) {
  Registry registry;
  Catalog catalog(registry, &providers::FindDialect, {});
  RETURN_IF_ERROR(PutAll(config, catalog));
  return Callers::Check(config.callers);
}

absl::Status SharedState::ApplyProviders(const Config& config) {
  for (const auto& row : catalog.Rows()) {
    const auto kept = std::ranges::find(config.providers, row->name, &ProviderRow::name);
    if (kept == config.providers.end()) RETURN_IF_ERROR(catalog.Remove(row->name));
  }
  RETURN_IF_ERROR(PutAll(config, catalog));
  if (config.lazy_load_providers) return absl::OkStatus();
  for (const ProviderRow& row : config.providers) {
    for (const std::string& mode : row.modes) {
      RETURN_IF_ERROR(registry.Find(row.name, mode).status());
    }
  }
  return absl::OkStatus();
}

std::shared_ptr<const Config> SharedState::config() const {
  const absl::ReaderMutexLock lock(&mutex_);
  return config_;
}

void SharedState::set_config(Config config) {
  log.set_level(LevelOf(config));
  admission.set_policy(config.admission);
  limits.set_shadow(config.shadow_limits);
  ApplyTo(tracer, config.telemetry);
  auto next = std::make_shared<const Config>(std::move(config));
  const absl::MutexLock lock(&mutex_);
  config_ = std::move(next);
}

std::shared_ptr<const CallSettings> SharedState::call_settings() const {
  std::shared_ptr<const Config> whole = config();
  const CallSettings* calls = &whole->calls;
  return {std::move(whole), calls};
}

}  // namespace extractd
