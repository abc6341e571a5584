// PatchTurn: a turn that asks for the wrong parts of an answer alone. What comes is put into the
// answer, and the whole is judged. Where that is of no use the whole is asked for again.
#ifndef EXTRACTD_SERVER_ENGINE_RUN_PATCH_TURN_H_
#define EXTRACTD_SERVER_ENGINE_RUN_PATCH_TURN_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/chat/chat.h"
#include "server/engine/judge/judge.h"
#include "server/engine/run/run_state.h"
#include "server/schema/issue.h"
#include "server/schema/patch/patch.h"
#include "server/schema/prepared_schema.h"

namespace extractd {

class PatchTurn {
 public:
  // `run` outlives this.
  explicit PatchTurn(RunState& run) : run_(run) {}

  // `judged` is not valid, or its reviewer does not take it: `feedback` says why, in the model's
  // terms. True: the next turn asks for a patch of it.
  bool Begin(const Judgement& judged, const schema::IssueList& feedback);
  // The turn is one of these.
  bool active() const { return patch_.has_value(); }
  // The whole is asked for again.
  void End() { patch_.reset(); }

  // The question. REQUIRES: active().
  ChatRequest Request() const;
  // The whole with what `reply` brings; what it does not bring is as wrong as before. The attempt's
  // error says if it brought nothing. REQUIRES: active().
  Judgement Judge(const ChatReply& reply, std::string& error);

 private:
  bool Prepare();
  std::vector<json::Repair> RepairsWith(std::vector<json::Repair> of_reply) const;

  RunState& run_;
  std::optional<schema::Patch> patch_;
  Judgement base_;  // what is patched
  schema::IssueList feedback_;
  std::shared_ptr<const schema::PreparedSchema> slice_;
  const schema::LoweredSchema* lowered_ = nullptr;  // of the slice, where the provider enforces it
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_RUN_PATCH_TURN_H_
