// TurnRequest: what the model is asked in a turn, and the bytes of it.
#ifndef EXTRACTD_SERVER_ENGINE_RUN_TURN_REQUEST_H_
#define EXTRACTD_SERVER_ENGINE_RUN_TURN_REQUEST_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "server/chat/chat.h"
#include "server/chat/upstream.h"
#include "server/engine/run/run_state.h"
#include "server/schema/issue.h"

namespace extractd {

class TurnRequest {
 public:
  // `run` outlives this.
  explicit TurnRequest(RunState& run) : run_(run) {}

  // The next turn asks what the plan asks, which may be another one now.
  void BeginAnew() {
    corrected_ = false;
    limit_.reset();
  }
  // The next turn says what was wrong with `reply`, in the model's terms. Where items of an answer
  // were told already, it asks for those that follow them.
  void Correct(const ChatReply& reply, const schema::IssueList& feedback);
  // The next turn asks for something else than the whole answer, or in other words.
  void Ask(ChatRequest request);
  // Turns from now on have this limit of tokens; nothing: the plan's own.
  void set_limit(std::optional<std::int32_t> limit) { limit_ = limit; }
  // Makes the bytes. False: that is not possible, and the call has ended.
  bool Encode();
  // Makes them again if items were told since. False: as above.
  bool EncodeAgain() { return run_.items_told() + run_.calls_told() == told_ || Encode(); }

  const WireRequest& wire() const { return wire_; }
  // What is told of the next send besides: which span it is of the trace, if there is one, and who
  // looks on, who outlives it; or null.
  void Mark(const std::string& traceparent, ReplyTap* tap);

 private:
  void Shape(bool as_planned);

  RunState& run_;
  bool corrected_ = false;      // `request_` is not the plan's
  size_t told_ = 0;             // items that the bytes know of
  ChatRequest request_;         // where it is not the plan's
  schema::IssueList feedback_;  // with items that were told
  std::optional<std::int32_t> limit_;
  WireRequest wire_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_RUN_TURN_REQUEST_H_
