// TurnJudge: what the reply to a turn means for its call: the end, another turn, or a review.
#ifndef EXTRACTD_SERVER_ENGINE_RUN_TURN_JUDGE_H_
#define EXTRACTD_SERVER_ENGINE_RUN_TURN_JUDGE_H_

#include <cstdint>

#include <absl/status/statusor.h>

#include "server/chat/chat.h"
#include "server/engine/judge/call_ledger.h"
#include "server/engine/judge/judge.h"
#include "server/engine/review.h"
#include "server/engine/run/run_state.h"
#include "server/schema/issue.h"

namespace extractd {

class TurnJudge {
 public:
  enum class Next : std::uint8_t { kEnd, kReask, kReview };

  // `run` outlives this.
  explicit TurnJudge(RunState& run) : run_(run) {}

  // Judges the reply to the last attempt. kReview: its answer is valid, and waits for what the
  // reviewer says, which Take takes.
  Next Judge(const ChatReply& reply);
  Candidate MakeCandidate() const;
  Next Take(const absl::StatusOr<schema::IssueList>& review);

  // What was wrong with the last answer, in the model's terms.
  const schema::IssueList& feedback() const { return feedback_; }
  // Another plan counts from now on.
  void BeginAnew() { calls_ = {}; }

 private:
  const Plan& plan() const { return *run_.plan; }
  Attempt& attempt() { return run_.result.attempts.back(); }

  Next JudgeText(const ChatReply& reply);
  Next EndRefused(const ChatReply& reply);
  Judgement JudgementOn(const ChatReply& reply);
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
  // An ending that a caller who wants the best effort takes for an answer.
  void EndWithAnswer(absl::Status status);

  RunState& run_;
  CallLedger calls_;               // with several tools
  schema::IssueList feedback_;     // on the last answer, in the model's terms
  schema::IssueList best_issues_;  // of the result's answer, while it is not valid
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_RUN_TURN_JUDGE_H_
