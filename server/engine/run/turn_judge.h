// TurnJudge: what the reply to a turn means for its call: the end, another turn, or a review.
#ifndef EXTRACTD_SERVER_ENGINE_RUN_TURN_JUDGE_H_
#define EXTRACTD_SERVER_ENGINE_RUN_TURN_JUDGE_H_

#include <cstdint>
#include <optional>

#include <absl/status/statusor.h>

#include "server/chat/chat.h"
#include "server/engine/judge/call_ledger.h"
#include "server/engine/judge/judge.h"
#include "server/engine/review.h"
#include "server/engine/run/cut_answer.h"
#include "server/engine/run/patch_turn.h"
#include "server/engine/run/run_state.h"
#include "server/schema/issue.h"

namespace extractd {

class TurnJudge {
 public:
  enum class Next : std::uint8_t { kEnd, kReask, kReview };

  // All outlive this.
  TurnJudge(RunState& run, PatchTurn& patch, CutAnswer& cut)
      : run_(run), patch_(patch), cut_(cut) {}

  // Judges the reply to the last attempt. kReview: its answer is valid, and waits for what the
  // reviewer says, which Take takes.
  // The kind of the next turn is the run's `turn_kind`.
  Next Judge(const ChatReply& reply);
  // The send failed, and the call has ended; unless it asked for a patch in a form that the
  // provider does not take: then the whole is asked for again.
  Next JudgeFailure(const SendResult& sent);
  Candidate MakeCandidate() const;
  Next Take(const absl::StatusOr<schema::IssueList>& review);

  // What was wrong with the last answer, in the model's terms.
  const schema::IssueList& feedback() const { return feedback_; }
  // The last answer as one reply, where it was put together from several; else `reply`.
  const ChatReply& AnswerOr(const ChatReply& reply) const {
    return whole_reply_.has_value() ? *whole_reply_ : reply;
  }
  // Another plan counts from now on.
  void BeginAnew() {
    calls_ = {};
    whole_reply_.reset();
  }

 private:
  const Plan& plan() const { return *run_.plan; }
  Attempt& attempt() { return run_.result.attempts.back(); }

  Next JudgeText(const ChatReply& reply);
  Next JudgePatched(const ChatReply& reply);
  // Of an answer that is not valid, and was not cut.
  Next AskAgain(const Judgement& judged);
  Next EndRefused(const ChatReply& reply);
  Judgement JudgementOn(const ChatReply& reply);
  void NoteTimes(const Judgement& judged);
  // The model is shown the answer as it is now, as one reply.
  void ShowWhole();
  void NoteToon(const Judgement& judged);
  // Tells the items of an answer that is valid and final. Where it takes items back that were told,
  // it is not valid any more.
  void SettleItems(Judgement& judged);
  Next EndValid(Answer answer);
  // Of several invalid answers the one with the fewest issues is the best, the later one of equals.
  void KeepBest(Judgement judged);
  Next EndTruncated(const ChatReply& reply);
  // False: the call has ended with what is wrong.
  bool MayReask();
  bool MayReask(const absl::Status& otherwise);
  // An ending that a caller who wants the best effort takes for an answer.
  void EndWithAnswer(absl::Status status);

  RunState& run_;
  PatchTurn& patch_;
  CutAnswer& cut_;
  CallLedger calls_;                      // with several tools
  std::optional<ChatReply> whole_reply_;  // see AnswerOr
  Judgement judged_;                      // of the last answer, if the plan patches answers
  schema::IssueList feedback_;            // on the last answer, in the model's terms
  schema::IssueList best_issues_;         // of the result's answer, while it is not valid
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_RUN_TURN_JUDGE_H_
