#include "server/net/transfer_timers.h"

namespace extractd::net {
namespace {

using std::chrono::milliseconds;

void Consider(
    TransferTimers::Deadline& earliest,
    SteadyTime from,
    milliseconds limit,
    TransportFailure failure
) {
  // A limit that no clock reaches would overflow the sum; so would comparing it in nanoseconds.
  const auto reachable = std::chrono::duration_cast<milliseconds>(SteadyTime::max() - from);
  if (limit <= milliseconds::zero() || limit > reachable) return;
  const SteadyTime due = from + limit;
  if (due < earliest.due) earliest = {.due = due, .failure = failure};
}

}  // namespace

TransferTimers::Deadline TransferTimers::Next() const {
  Deadline earliest;
  Consider(earliest, start_, limits_.total, TransportFailure::kTotalTimeout);
  if (stage_ == Stage::kPaused) return earliest;
  if (stage_ == Stage::kEnding) {
    Consider(earliest, last_byte_, kEnding, TransportFailure::kNone);
    return earliest;
  }
  if (stage_ == Stage::kReading) {
    Consider(earliest, last_byte_, limits_.idle, TransportFailure::kIdleTimeout);
    return earliest;
  }
  Consider(earliest, start_, limits_.first_byte, TransportFailure::kFirstByteTimeout);
  if (stage_ == Stage::kConnecting) {
    Consider(earliest, start_, limits_.connect, TransportFailure::kConnectTimeout);
  }
  return earliest;
}

}  // namespace extractd::net
