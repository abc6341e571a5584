// CallRecorder: what happens to calls, as log lines, metrics, events, spans and, if an operator
// wants them, payloads. Thread-safe.
#ifndef EXTRACTD_SERVER_SERVICE_CALL_RECORDER_H_
#define EXTRACTD_SERVER_SERVICE_CALL_RECORDER_H_

#include <memory>
#include <string_view>

#include <absl/status/status.h>

#include "server/engine/extraction.h"
#include "server/engine/observer.h"
#include "server/observe/event_bus.h"
#include "server/observe/log.h"
#include "server/observe/metrics.h"
#include "server/observe/payload_log.h"
#include "server/observe/tracer.h"
#include "server/service/rpc/rpc_server.h"

namespace extractd {

class CallRecorder final : public ExtractionObserver, public RpcObserver {
 public:
  // All outlive it.
  CallRecorder(
      observe::Log& log,
      observe::Metrics& metrics,
      observe::EventBus& events,
      observe::Tracer& tracer
  )
      : log_(log), metrics_(metrics), events_(events), tracer_(tracer) {}

  // Before anything is served. Outlives it, too; null: no payloads are kept.
  void set_payload_log(observe::PayloadLog* payloads) { payloads_ = payloads; }

  // A call that was refused before anything was sent.
  void OnRefused(std::string_view method, const Rpc& rpc, const absl::Status& status);
  // A call that has its plan.
  void OnPlanned(const Plan& plan);

  void OnSend(const Plan& plan, const Attempt& attempt) override;
  std::unique_ptr<ExchangeTap> Tap(
      const Plan& plan, const Attempt& attempt, const WireRequest& request
  ) override;
  void OnAttempt(const Plan& plan, const Attempt& attempt) override;
  void OnExtraction(const Plan& plan, const Extraction& extraction) override;

  TraceContext OnRpcStart(const grpc::ServerContext& context) override;
  void OnRpcEnd(const RpcEnd& end) override;

 private:
  void CountAttempt(const Plan& plan, const Attempt& attempt);

  observe::Log& log_;
  observe::Metrics& metrics_;
  observe::EventBus& events_;
  observe::Tracer& tracer_;
  observe::PayloadLog* payloads_ = nullptr;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CALL_RECORDER_H_
