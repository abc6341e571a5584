#include "server/service/admin/metric_sources.h"

#include <array>
#include <fstream>
#include <map>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

#include "server/service/descriptors.h"
#include "server/service/version.h"

namespace extractd {
namespace {

using observe::MetricKind;
using observe::Sample;

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + (static_cast<double>(time.tv_usec) / 1e6);
}

// Resident bytes, from the second number of statm.
double ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  long total_pages = 0;
  long resident_pages = 0;
  statm >> total_pages >> resident_pages;
  return static_cast<double>(resident_pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

std::vector<Sample> SchemaCacheSamples(const schema::SchemaCacheStats& stats) {
  const auto sample = [](const char* name, const char* help, MetricKind kind, std::int64_t value) {
    return Sample{.name = name, .help = help, .kind = kind, .value = static_cast<double>(value)};
  };
  constexpr MetricKind kCounter = MetricKind::kCounter;
  return {
      sample("schema_cache_hits_total", "Schemas found compiled.", kCounter, stats.hits),
      sample("schema_cache_misses_total", "Schemas compiled.", kCounter, stats.misses),
      sample(
          "schema_cache_joined_total", "Calls that waited for another's.", kCounter, stats.joined
      ),
      sample(
          "schema_cache_evictions_total", "Schemas pushed out.", kCounter, stats.entries.evictions
      ),
      sample("schema_cache_entries", "Schemas kept.", MetricKind::kGauge, stats.entries.entries),
      sample(
          "schema_cache_bytes", "Memory of kept schemas.", MetricKind::kGauge, stats.entries.bytes
      ),
  };
}

std::vector<Sample> RegistrySamples(const RegistryStats& stats) {
  const auto sample = [](const char* state, std::int64_t value) {
    return Sample{
        .name = "registry_handlers",
        .help = "Handlers of (provider, mode) pairs.",
        .labels = {{"state", state}},
        .value = static_cast<double>(value)
    };
  };
  return {sample("loaded", stats.loaded), sample("lazy", stats.lazy)};
}

std::vector<Sample> PoolSamples(const std::vector<net::PoolStats>& pools) {
  std::map<std::string, net::PoolStats> sums;
  for (const net::PoolStats& pool : pools) {
    net::PoolStats& sum = sums[pool.pool];
    sum.open += pool.open;
    sum.opened_total += pool.opened_total;
    sum.reused_total += pool.reused_total;
  }
  std::vector<Sample> samples;
  for (const auto& [provider, sum] : sums) {
    samples.push_back(
        {.name = "pool_connections",
         .help = "Open connections to providers.",
         .labels = {{"provider", provider}},
         .value = static_cast<double>(sum.open)}
    );
    samples.push_back(
        {.name = "pool_connections_opened_total",
         .help = "Connections made to providers.",
         .kind = MetricKind::kCounter,
         .labels = {{"provider", provider}},
         .value = static_cast<double>(sum.opened_total)}
    );
    samples.push_back(
        {.name = "pool_connections_reused_total",
         .help = "Sends over a connection that stood already.",
         .kind = MetricKind::kCounter,
         .labels = {{"provider", provider}},
         .value = static_cast<double>(sum.reused_total)}
    );
  }
  return samples;
}

std::vector<Sample> HealthSamples(const ProviderHealth& health) {
  std::vector<Sample> samples;
  for (const auto& [provider, state] : health.States()) {
    samples.push_back({
        .name = "provider_circuit_state",
        .help = "Circuit breaker: 0 closed, 1 open, 2 half open.",
        .labels = {{"provider", provider}},
        .value = static_cast<double>(state),
    });
  }
  return samples;
}

std::vector<Sample> AdmissionSamples(const Admission::Stats& stats) {
  return {
      {.name = "admitted",
       .help = "Calls that ask providers now.",
       .value = static_cast<double>(stats.running)},
      {.name = "queue_depth",
       .help = "Calls that wait for their turn.",
       .value = static_cast<double>(stats.queued)},
  };
}

std::vector<Sample> LimitSamples(const Limits& limits) {
  std::vector<Sample> samples;
  for (size_t kind = 0; kind < kLimitKinds; ++kind) {
    for (size_t action = 0; action < kLimitActions; ++action) {
      const auto held = static_cast<LimitKind>(kind);
      const auto done = static_cast<LimitAction>(action);
      samples.push_back({
          .name = "limit_exceeded_total",
          .help = "Sends that were beyond a limit, and what was done.",
          .kind = MetricKind::kCounter,
          .labels =
              {{"limit", std::string(LimitKindName(held))},
               {"action", std::string(LimitActionName(done))}},
          .value = static_cast<double>(limits.CountOf(held, done)),
      });
    }
  }
  return samples;
}

std::vector<Sample> ProcessSamples() {
  rusage usage = {};
  ::getrusage(RUSAGE_SELF, &usage);
  const Descriptors descriptors = CountDescriptors();
  return {
      {.name = "process_cpu_seconds_total",
       .help = "CPU time of this process.",
       .kind = MetricKind::kCounter,
       .value = Seconds(usage.ru_utime) + Seconds(usage.ru_stime)},
      {.name = "process_resident_memory_bytes",
       .help = "Resident memory of this process.",
       .value = ResidentBytes()},
      {.name = "process_open_fds",
       .help = "Open descriptors.",
       .value = static_cast<double>(descriptors.open)},
      {.name = "process_max_fds",
       .help = "Limit of open descriptors.",
       .value = static_cast<double>(descriptors.limit)},
  };
}

std::vector<Sample> ReloadSamples(bool ok, std::chrono::system_clock::time_point time) {
  const auto seconds = std::chrono::duration<double>(time.time_since_epoch()).count();
  return {
      {.name = "config_last_reload_successful",
       .help = "1: the configuration in force is the newest; 0: the newest was refused.",
       .value = ok ? 1.0 : 0.0},
      {.name = "config_last_reload_timestamp_seconds",
       .help = "When the configuration was last read.",
       .value = seconds},
  };
}

std::vector<Sample> EventSamples(const observe::EventBus& events) {
  return {
      {.name = "events_lost_total",
       .help = "Events that watchers read too slowly to get.",
       .kind = observe::MetricKind::kCounter,
       .value = static_cast<double>(events.lost())},
  };
}

std::vector<Sample> SpanSamples(const observe::Tracer& tracer) {
  return {
      {.name = "spans_exported_total",
       .help = "Spans that the collector took.",
       .kind = observe::MetricKind::kCounter,
       .value = static_cast<double>(tracer.exported())},
      {.name = "spans_lost_total",
       .help = "Spans that were lost: too many waited, or the collector did not take them.",
       .kind = observe::MetricKind::kCounter,
       .value = static_cast<double>(tracer.lost())},
  };
}

std::vector<Sample> PayloadSamples(const observe::PayloadLog& payloads) {
  return {
      {.name = "payloads_lost_total",
       .help = "Sends that the payload log could not keep.",
       .kind = observe::MetricKind::kCounter,
       .value = static_cast<double>(payloads.lost())},
  };
}

std::vector<Sample> CertificateSamples(std::optional<std::chrono::system_clock::time_point> expiry
) {
  if (!expiry.has_value()) return {};
  return {
      {.name = "tls_certificate_not_after_seconds",
       .help = "When the certificate in force expires.",
       .value = std::chrono::duration<double>(expiry->time_since_epoch()).count()}
  };
}

std::vector<Sample> BuildSamples() {
  return {
      {.name = "build_info",
       .help = "Always 1; the labels say what runs.",
       .labels = {{"version", std::string(kVersion)}},
       .value = 1}
  };
}

}  // namespace extractd
