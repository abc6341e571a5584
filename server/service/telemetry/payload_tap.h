// PayloadTap: one send on its way into the payload log.
#ifndef EXTRACTD_SERVER_SERVICE_TELEMETRY_PAYLOAD_TAP_H_
#define EXTRACTD_SERVER_SERVICE_TELEMETRY_PAYLOAD_TAP_H_

#include <string>
#include <string_view>

#include "server/engine/observer.h"
#include "server/observe/payload_log.h"

namespace extractd {

class PayloadTap final : public ExchangeTap {
 public:
  // All but `attempt` outlive this.
  PayloadTap(
      observe::PayloadLog& log, const Plan& plan, const Attempt& attempt, const WireRequest& request
  )
      : log_(log), plan_(plan), attempt_(attempt.number), request_(request) {}

  void OnReplyBytes(std::string_view bytes) override;
  void OnEnd(const SendResult& sent) override;

 private:
  observe::PayloadLog& log_;
  const Plan& plan_;
  int attempt_;
  const WireRequest& request_;
  std::string reply_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_TELEMETRY_PAYLOAD_TAP_H_
