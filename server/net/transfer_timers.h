// TransferTimers: which limit of HttpTimers applies now, and which one ran out. It holds no timer
// itself; the time is always given.
#ifndef EXTRACTD_SERVER_NET_TRANSFER_TIMERS_H_
#define EXTRACTD_SERVER_NET_TRANSFER_TIMERS_H_

#include <cstdint>

#include "server/base/clock.h"
#include "server/net/http.h"

namespace extractd::net {

class TransferTimers {
 public:
  TransferTimers(const HttpTimers& limits, SteadyTime start)
      : limits_(limits), start_(start), last_byte_(start) {}

  void Connected() {
    if (stage_ == Stage::kConnecting) stage_ = Stage::kWaiting;
  }
  // Any byte of the reply; the first one ends the wait for it.
  void Byte(SteadyTime now) {
    stage_ = Stage::kReading;
    last_byte_ = now;
  }

  struct Deadline {
    SteadyTime due = SteadyTime::max();  // max(): none
    TransportFailure failure = TransportFailure::kNone;
  };
  // The earliest of those that apply now. Only the first byte can make it earlier than it was.
  Deadline Next() const;

 private:
  enum class Stage : std::uint8_t { kConnecting, kWaiting, kReading };

  HttpTimers limits_;
  SteadyTime start_;
  SteadyTime last_byte_;
  Stage stage_ = Stage::kConnecting;
};

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_TRANSFER_TIMERS_H_
