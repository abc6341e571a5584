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
  // For the rest of a reply of which nothing counts any more.
  static constexpr std::chrono::milliseconds kEnding{250};

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
  // Nobody reads: only the total limit goes on, until the next byte.
  void Pause() { stage_ = Stage::kPaused; }
  // All that counts has come; what else comes gets little time.
  void Enough(SteadyTime now) {
    stage_ = Stage::kEnding;
    last_byte_ = now;
  }

  struct Deadline {
    SteadyTime due = SteadyTime::max();  // max(): none
    TransportFailure failure = TransportFailure::kNone;
  };
  // The earliest of those that apply now.
  Deadline Next() const;

 private:
  enum class Stage : std::uint8_t { kConnecting, kWaiting, kReading, kPaused, kEnding };

  HttpTimers limits_;
  SteadyTime start_;
  SteadyTime last_byte_;
  Stage stage_ = Stage::kConnecting;
};

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_TRANSFER_TIMERS_H_
