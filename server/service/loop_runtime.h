// LoopRuntime: one event loop with its thread and everything that belongs to it alone: the HTTP
// client with its pool, the upstreams, the methods that are served on it.
#ifndef EXTRACTD_SERVER_SERVICE_LOOP_RUNTIME_H_
#define EXTRACTD_SERVER_SERVICE_LOOP_RUNTIME_H_

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "server/net/http_client.h"
#include "server/service/admin/admin_service.h"
#include "server/service/api_services.h"
#include "server/service/call_recorder.h"
#include "server/service/callers/gate.h"
#include "server/service/catalog/catalog_service.h"
#include "server/service/extraction/extraction_service.h"
#include "server/service/rpc/rpc_server.h"
#include "server/service/schemas/json_service.h"
#include "server/service/schemas/schema_service.h"
#include "server/service/shared_state.h"

namespace extractd {

class LoopRuntime {
 public:
  // All outlive this.
  LoopRuntime(
      SharedState& shared, ConfigReloader& reloader, CallRecorder& recorder, ApiServices& services
  );
  ~LoopRuntime();
  LoopRuntime(const LoopRuntime&) = delete;
  LoopRuntime& operator=(const LoopRuntime&) = delete;

  void Start();
  // Ends the loop. REQUIRES: no call is served any more and the poller has stopped.
  void Stop();

  RpcWorker& worker() { return worker_; }
  const RpcWorker& worker() const { return worker_; }

  asio::io_context& loop() { return loop_; }
  // Of the connections to providers. Any thread but the loop's; empty if the loop does not answer
  // soon.
  std::vector<net::PoolStats> PoolStats();

 private:
  class Upstreams;

  asio::io_context loop_{1};
  // Without it the loop would end as soon as it has nothing to do: at once.
  asio::executor_work_guard<asio::io_context::executor_type> work_{loop_.get_executor()};
  net::HttpClient client_;
  std::unique_ptr<Upstreams> upstreams_;
  ExtractionMethods extraction_;
  SchemaMethods schema_;
  JsonMethods json_;
  CatalogMethods catalog_;
  AdminMethods admin_;
  Gate gate_;
  RpcWorker worker_;
  std::thread thread_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_LOOP_RUNTIME_H_
