// Metrics that are read from statistics when the page is asked for.
#ifndef EXTRACTD_SERVER_SERVICE_ADMIN_METRIC_SOURCES_H_
#define EXTRACTD_SERVER_SERVICE_ADMIN_METRIC_SOURCES_H_

#include <chrono>
#include <optional>
#include <vector>

#include "server/engine/health/provider_health.h"
#include "server/engine/limits/limits.h"
#include "server/engine/traffic/admission.h"
#include "server/net/http_client.h"
#include "server/observe/event_bus.h"
#include "server/observe/metrics.h"
#include "server/observe/payload_log.h"
#include "server/observe/tracer.h"
#include "server/registry/registry.h"
#include "server/schema/schema_cache.h"

namespace extractd {

std::vector<observe::Sample> SchemaCacheSamples(const schema::SchemaCacheStats& stats);
std::vector<observe::Sample> RegistrySamples(const RegistryStats& stats);
// The pools of all loops; those of one provider are added up.
std::vector<observe::Sample> PoolSamples(const std::vector<net::PoolStats>& pools);
std::vector<observe::Sample> HealthSamples(const ProviderHealth& health);
std::vector<observe::Sample> AdmissionSamples(const Admission::Stats& stats);
std::vector<observe::Sample> LimitSamples(const Limits& limits);
// Memory, CPU time, descriptors and start time of this process, from /proc.
std::vector<observe::Sample> ProcessSamples();
// Empty without TLS.
std::vector<observe::Sample> CertificateSamples(
    std::optional<std::chrono::system_clock::time_point> expiry
);
std::vector<observe::Sample> ReloadSamples(bool ok, std::chrono::system_clock::time_point time);
std::vector<observe::Sample> EventSamples(const observe::EventBus& events);
std::vector<observe::Sample> SpanSamples(const observe::Tracer& tracer);
std::vector<observe::Sample> PayloadSamples(const observe::PayloadLog& payloads);
std::vector<observe::Sample> BuildSamples();

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_ADMIN_METRIC_SOURCES_H_
