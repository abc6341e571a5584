// SharedState: what all loops use together. Each part is thread-safe; the configuration is read as
// a whole and replaced as a whole.
#ifndef EXTRACTD_SERVER_SERVICE_SHARED_STATE_H_
#define EXTRACTD_SERVER_SERVICE_SHARED_STATE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>
#include <boost/asio/thread_pool.hpp>

#include "server/base/clock.h"
#include "server/engine/health/provider_health.h"
#include "server/engine/latencies.h"
#include "server/engine/learned.h"
#include "server/engine/limits/limits.h"
#include "server/engine/limits/memory_limits.h"
#include "server/engine/traffic/admission.h"
#include "server/observe/event_bus.h"
#include "server/observe/log.h"
#include "server/observe/metrics.h"
#include "server/observe/tracer.h"
#include "server/providers/auth/token_cache.h"
#include "server/providers/credentials.h"
#include "server/registry/catalog.h"
#include "server/registry/registry.h"
#include "server/schema/schema_cache.h"
#include "server/schema/schema_library.h"
#include "server/service/callers/callers.h"
#include "server/service/callers/guess_throttle.h"
#include "server/service/configuration/config.h"

namespace extractd {

class SharedState {
 public:
  explicit SharedState(const Config& config);
  SharedState(const SharedState&) = delete;
  SharedState& operator=(const SharedState&) = delete;

  // Puts the provider rows of `config` into force. InvalidArgument: a row is wrong; those before it
  // are in force. At start and on reload.
  absl::Status ApplyProviders(const Config& config);
  // Checks the rows of `config`, and who may call, without touching what is in force.
  static absl::Status Check(const Config& config);

  std::shared_ptr<const Config> config() const;
  void set_config(Config config);
  // The defaults of calls in the configuration that is in force.
  std::shared_ptr<const CallSettings> call_settings() const;

  observe::Log log;
  observe::Metrics metrics;
  observe::EventBus events;
  observe::Tracer tracer;
  SystemClock clock;
  asio::thread_pool pool{1};  // for what would stop a loop
  Registry registry;
  Catalog catalog;
  schema::SchemaCache schemas;
  schema::SchemaLibrary library;
  providers::Credentials credentials;
  providers::TokenCache tokens;  // that signers fetched
  Latencies latencies;
  Lessons lessons;
  ProviderHealth health;
  Callers callers;
  GuessThrottle guesses;
  Admission admission;
  MemoryLimits used;  // of limits
  Limits limits{used, clock};

 private:
  void TellCircuit(std::string_view provider, CircuitState state);

  mutable absl::Mutex mutex_;
  std::shared_ptr<const Config> config_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_SHARED_STATE_H_
