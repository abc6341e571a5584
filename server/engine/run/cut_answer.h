// CutAnswer: what becomes of an answer that was cut by the token limit, if its caller wants more of
// it: another with a higher limit, or its rest.
#ifndef EXTRACTD_SERVER_ENGINE_RUN_CUT_ANSWER_H_
#define EXTRACTD_SERVER_ENGINE_RUN_CUT_ANSWER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "server/chat/chat.h"
#include "server/engine/judge/judge.h"
#include "server/engine/run/run_state.h"

namespace extractd {

class CutAnswer {
 public:
  // `run` outlives this.
  explicit CutAnswer(RunState& run) : run_(run) {}

  // Another plan counts from now on.
  void BeginAnew() {
    limit_.reset();
    text_.clear();
  }
  // How the next turn goes on from a reply that was cut; nothing: it does not. The limit that was
  // too low is known from the plan, or from what came.
  std::optional<AttemptKind> Next(const ChatReply& reply);

  // Above the plan's own limit; nothing: that counts.
  std::optional<std::int32_t> limit() const { return limit_; }
  // Asks for what follows the text so far. REQUIRES: Next said so.
  ChatRequest Request() const;
  // The replies so far as one. REQUIRES: the turn asked for the rest.
  ChatReply Join(const ChatReply& rest) const;

 private:
  std::optional<std::int32_t> Raised(const ChatReply& reply) const;

  RunState& run_;
  std::optional<std::int32_t> limit_;
  std::string text_;  // so far
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_RUN_CUT_ANSWER_H_
