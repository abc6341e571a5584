// Daemon: the whole of extractd in one process, from a configuration to a drained exit.
#ifndef EXTRACTD_SERVER_SERVICE_DAEMON_H_
#define EXTRACTD_SERVER_SERVICE_DAEMON_H_

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <absl/status/statusor.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <grpcpp/server.h>

#include "server/observe/payload_log.h"
#include "server/service/admin/admin_server.h"
#include "server/service/admin/config_reloader.h"
#include "server/service/api_services.h"
#include "server/service/call_recorder.h"
#include "server/service/configuration/config.h"
#include "server/service/health/health_service.h"
#include "server/service/loop_runtime.h"
#include "server/service/shared_state.h"
#include "server/service/telemetry/trace_exporter.h"

namespace extractd {

class Daemon {
 public:
  // Listens and serves. InvalidArgument, AlreadyExists, Unavailable: the configuration cannot be
  // served; the message says which setting. `sources` is read again on SIGHUP.
  static absl::StatusOr<std::unique_ptr<Daemon>> Start(const Config& config, ConfigSources sources);
  ~Daemon();

  // Handles signals and the admin pages until a drain has ended; the exit code.
  //   SIGTERM, SIGINT: drain; a second one: leave at once. SIGHUP: reload.
  int Run();

 private:
  Daemon(const Config& config, ConfigSources sources);
  absl::Status BuildServer();
  absl::Status StartTelemetry();
  absl::Status StartAdmin();
  AdminServer::Pages AdminPages();
  void SetHealth(bool serving);
  void AddMetricSources();
  Task<void> HandleSignals();
  Task<void> FlushLogs();
  Task<void> Watch();
  void WatchDescriptors();
  Task<void> Drain();
  // Returns when no call is left; cancels those that run at `cancel_at`.
  Task<void> AwaitCalls(SteadyTime cancel_at);
  std::int64_t ActiveCalls() const;

  SharedState shared_;
  std::unique_ptr<observe::PayloadLog> payloads_;  // null: none
  ConfigReloader reloader_;
  CallRecorder recorder_;
  ApiServices services_;
  HealthService health_;
  asio::io_context control_{1};  // signals and admin pages, on the thread of Run()
  asio::signal_set signals_;
  std::vector<std::unique_ptr<LoopRuntime>> loops_;
  std::unique_ptr<RpcPoller> poller_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::string> addresses_;
  std::unique_ptr<AdminServer> admin_;
  std::unique_ptr<TraceExporter> exporter_;  // null: no spans
  bool draining_ = false;
  bool descriptors_low_ = false;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_DAEMON_H_
