// SendLoop: gets a turn answered. A send that was lost is repeated after a wait.
#ifndef EXTRACTD_SERVER_ENGINE_RUN_SEND_LOOP_H_
#define EXTRACTD_SERVER_ENGINE_RUN_SEND_LOOP_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "server/base/task.h"
#include "server/engine/run/run_state.h"
#include "server/engine/run/turn_request.h"

namespace extractd {

class SendLoop {
 public:
  // Both outlive this.
  SendLoop(RunState& run, TurnRequest& request) : run_(run), request_(request) {}

  // Sends the turn until it is answered, or until the failure counts: then the call has ended.
  Task<SendResult> SendTurn();

  // The last send was refused for something that the call can do without.
  bool has_learned() const { return has_learned_; }
  // The turn begins anew, with another plan.
  void BeginAgain() {
    has_learned_ = false;
    again_ = true;
  }

 private:
  const Plan& plan() const { return *run_.plan; }
  SendTimers TimersOfSend() const;
  Task<SendResult> Send(const Attempt& attempt);
  void AddUpstreamTime(SteadyTime begin);
  Attempt& BeginAttempt(int retry, std::chrono::milliseconds backoff);
  std::uint64_t SpanOfAttempt();
  // Empty: the call is part of no trace.
  std::string TraceparentOf(const Attempt& attempt) const;
  // Whether the provider may be asked; if not, how long until it may.
  std::optional<std::chrono::milliseconds> Admit(int retry);
  // The call ends without a send: waiting for a provider that fails is what its caller is spared.
  SendResult EndUnsent(std::chrono::milliseconds closed_for, Attempt& attempt);
  void RecordSend(const SendResult& sent, Attempt& attempt);
  // Keeps what a refusal teaches, for this call and later ones.
  void Learn(const SendResult& sent, Attempt& attempt);
  // The wait before the failed send is repeated; nothing if it is not, and the call has ended.
  std::optional<std::chrono::milliseconds> WaitBeforeRetry(const SendResult& sent, int retry);

  RunState& run_;
  TurnRequest& request_;
  SendTimers timers_;  // of the last send
  bool has_learned_ = false;
  bool again_ = false;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_RUN_SEND_LOOP_H_
