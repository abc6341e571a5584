#include "server/engine/extraction.h"

#include <utility>

#include "server/engine/review.h"
#include "server/engine/run/cut_answer.h"
#include "server/engine/run/patch_turn.h"
#include "server/engine/run/run_state.h"
#include "server/engine/run/send_loop.h"
#include "server/engine/run/turn_judge.h"
#include "server/engine/run/turn_request.h"

namespace extractd {
namespace {

using Next = TurnJudge::Next;

// One call, turn by turn.
class Run {
 public:
  Run(const Plan& plan, ExtractionTools tools) : state_(plan, std::move(tools)) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  // Makes the next turn ready to be sent. False: the call has ended.
  bool BeginTurn() {
    if (!request_.Encode()) return false;
    ++state_.turn;
    return true;
  }

  Task<SendResult> SendTurn() { return sends_.SendTurn(); }
  bool has_learned() const { return sends_.has_learned(); }

  Next Judge(const SendResult& sent) {
    return sent.ok() ? judge_.Judge(sent.reply) : judge_.JudgeFailure(sent);
  }

  Task<Next> Review() {
    const Candidate candidate = judge_.MakeCandidate();
    co_return judge_.Take(co_await state_.tools.reviewer->Review(candidate));
  }

  void AskAgain(const ChatReply& reply) {
    request_.set_limit(cut_.limit());
    switch (state_.turn_kind) {
      case AttemptKind::kReaskPatch:
        request_.Ask(patch_.Request());
        break;
      case AttemptKind::kRaisedLimit:
        break;  // the same again
      case AttemptKind::kContinuation:
        if (state_.asks_for_part) request_.Ask(cut_.Request());
        break;
      default:
        request_.Correct(judge_.AnswerOr(reply), judge_.feedback());
        break;
    }
    state_.TellRetrying(std::chrono::milliseconds(0));
  }

  Extraction Finish() {
    Extraction& result = state_.result;
    if (state_.streamed.has_value()) {
      if (result.status.ok()) {
        state_.streamed->Settle(result.answer.json, result.attempts.back());
      }
      result.shown = state_.streamed->started();
      state_.tools.stream->OnEnded();
    }
    state_.tools.observer.OnExtraction(*state_.plan, result);
    return std::move(result);
  }

  // Plans anew with what was learned, for the same turn. False: the call has ended.
  Task<bool> Replan() {
    absl::StatusOr<std::unique_ptr<Plan>> made = co_await state_.tools.replan();
    if (!made.ok()) {
      state_.End(made.status());
      co_return false;
    }
    const Plan& before = *state_.plan;
    (*made)->deadline = before.deadline;
    (*made)->prepare_time = before.prepare_time;
    (*made)->retry.max_attempts = before.retry.max_attempts;
    state_.streamed.reset();  // of the earlier plan
    state_.plan = state_.result.replans.emplace_back(*std::move(made)).get();
    patch_.End();
    cut_.BeginAnew();
    state_.turn_kind = AttemptKind::kReask;
    state_.asks_for_part = false;
    judge_.BeginAnew();
    request_.BeginAnew();
    sends_.BeginAgain();
    --state_.turn;
    state_.End(absl::OkStatus());
    co_return true;
  }

 private:
  RunState state_;
  PatchTurn patch_{state_};
  CutAnswer cut_{state_};
  TurnRequest request_{state_};
  SendLoop sends_{state_, request_};
  TurnJudge judge_{state_, patch_, cut_};
};

}  // namespace

Task<Extraction> Extract(const Plan& plan, ExtractionTools tools) {
  co_await asio::this_coro::throw_if_cancelled(false);
  Run run(plan, std::move(tools));
  bool goes_on = true;
  while (goes_on && run.BeginTurn()) {
    const SendResult sent = co_await run.SendTurn();
    if (run.has_learned()) {
      goes_on = co_await run.Replan();
      continue;
    }
    Next next = run.Judge(sent);
    if (next == Next::kReview) next = co_await run.Review();
    goes_on = next == Next::kReask;
    if (goes_on) run.AskAgain(sent.reply);
  }
  co_return run.Finish();
}

}  // namespace extractd
