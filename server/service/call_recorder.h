// CallRecorder: what happens to calls, as log lines, metrics and events. Thread-safe.
#ifndef EXTRACTD_SERVER_SERVICE_CALL_RECORDER_H_
#define EXTRACTD_SERVER_SERVICE_CALL_RECORDER_H_

#include <string_view>

#include <absl/status/status.h>

#include "server/engine/extraction.h"
#include "server/engine/observer.h"
#include "server/observe/event_bus.h"
#include "server/observe/log.h"
#include "server/observe/metrics.h"
#include "server/service/rpc/rpc_server.h"

namespace extractd {

class CallRecorder final : public ExtractionObserver, public RpcObserver {
 public:
  CallRecorder(observe::Log& log, observe::Metrics& metrics, observe::EventBus& events)
      : log_(log), metrics_(metrics), events_(events) {}

  // A call that was refused before anything was sent.
  void OnRefused(std::string_view method, const Rpc& rpc, const absl::Status& status);
  // A call that has its plan.
  void OnPlanned(const Plan& plan);

  void OnSend(const Plan& plan, const Attempt& attempt) override;
  void OnAttempt(const Plan& plan, const Attempt& attempt) override;
  void OnExtraction(const Plan& plan, const Extraction& extraction) override;

  void OnRpcStart() override;
  void OnRpcEnd(const RpcEnd& end) override;

 private:
  void CountAttempt(const Plan& plan, const Attempt& attempt);

  observe::Log& log_;
  observe::Metrics& metrics_;
  observe::EventBus& events_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CALL_RECORDER_H_
