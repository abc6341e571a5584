#include "server/engine/extraction.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <absl/random/distributions.h>
#include <fmt/format.h>

#include "server/base/error.h"
#include "server/base/strings.h"
#include "server/base/utf8.h"
#include "server/engine/backoff.h"
#include "server/engine/endings.h"
#include "server/engine/failures.h"
#include "server/engine/judge/judge.h"
#include "server/engine/lessons.h"
#include "server/engine/spending.h"
#include "server/engine/stream/streamed_send.h"

namespace extractd {
namespace {

using std::chrono::milliseconds;

constexpr size_t kMaxRawTextBytes = 256 * 1024;

// The text of a reply in which the answer would be; with several tools, each on a line of its own.
std::string RawTextOf(const Plan& plan, const ChatReply& reply) {
  const Message& message = reply.message;
  if (message.tool_calls.empty()) return message.text;
  if (plan.tools.empty()) return message.tool_calls.front().arguments;
  std::string text;
  for (const ToolCall& call : message.tool_calls) {
    text += fmt::format("{}{} {}", text.empty() ? "" : "\n", call.name, call.arguments);
    if (text.size() > kMaxRawTextBytes) break;
  }
  return text;
}

// One call, turn by turn.
class Run {
 public:
  Run(const Plan& plan, ExtractionTools tools, ExtractionStream* stream)
      : plan_(&plan), tools_(std::move(tools)), stream_(stream) {}

  // Makes the next turn ready to be sent. False: the call has ended.
  bool BeginTurn() {
    const bool streams = stream_ != nullptr && plan().upstream->streams();
    if (turn_ == 0 && streams) reask_ = plan().request;
    reask_.stream = streams;
    const bool as_planned = turn_ == 0 && !streams;
    absl::StatusOr<WireRequest> wire =
        plan().upstream->Encode(as_planned ? plan().request : reask_);
    if (!wire.ok()) {
      const bool known = DetailsOf(wire.status()).has_value();
      End(known ? wire.status() : MakeError(Reason::kInternal, Std(wire.status().message())));
      return false;
    }
    wire_ = *std::move(wire);
    ++turn_;
    return true;
  }

  // Sends the turn until it is answered, or until the failure counts: then the call has ended.
  Task<SendResult> SendTurn() {
    milliseconds backoff{0};
    for (int retry = 0;; ++retry) {
      Attempt& attempt = BeginAttempt(retry, backoff);
      if (const auto closed_for = Admit(retry)) co_return EndUnsent(*closed_for, attempt);
      tools_.observer.OnSend(plan(), attempt);
      const SteadyTime sending = tools_.clock.Now();
      SendResult sent = co_await Send(attempt);
      AddUpstreamTime(sending);
      RecordSend(sent, attempt);
      if (sent.ok()) co_return sent;
      const std::optional<milliseconds> wait = WaitBeforeRetry(sent, retry + 1);
      if (!wait.has_value()) co_return sent;
      backoff = *wait;
      TellRetrying(backoff);
      const SteadyTime waiting = tools_.clock.Now();
      const absl::Status waited = co_await tools_.clock.Sleep(backoff);
      AddUpstreamTime(waiting);
      if (!waited.ok()) {
        End(CancelledError());
        co_return sent;
      }
    }
  }

  // Turns what came back into the end of the call or into the next turn. False: the end.
  bool GoesOnAfter(const SendResult& sent) {
    if (!sent.ok() || Judge(sent) == Next::kEnd) return false;
    // Where calls stay accepted, the model must see every turn; else the last one is enough.
    if (plan().tools.empty() || turn_ == 1) reask_ = plan().request;
    plan().handler->mode->Reask(sent.reply, feedback_, reask_);
    TellRetrying(milliseconds(0));
    return true;
  }

  // The last send was refused for something that the call can do without.
  bool has_learned() const { return has_learned_; }

  // Plans anew with what was learned, for the same turn. False: the call has ended.
  Task<bool> Replan() {
    has_learned_ = false;
    absl::StatusOr<std::unique_ptr<Plan>> made = co_await tools_.replan();
    if (!made.ok()) {
      End(made.status());
      co_return false;
    }
    (*made)->deadline = plan().deadline;
    (*made)->prepare_time = plan().prepare_time;
    (*made)->retry.max_attempts = plan().retry.max_attempts;
    streamed_.reset();  // of the earlier plan
    plan_ = result_.replans.emplace_back(*std::move(made)).get();
    calls_ = {};
    reask_ = plan().request;
    --turn_;
    again_ = true;
    End(absl::OkStatus());
    co_return true;
  }

  Extraction Finish() {
    if (streamed_.has_value()) {
      const std::string& json = result_.answer.json;
      if (result_.status.ok() && !json.empty()) streamed_->Settle(json, result_.attempts.back());
      stream_->OnEnded();
    }
    tools_.observer.OnExtraction(plan(), result_);
    return std::move(result_);
  }

 private:
  enum class Next : std::uint8_t { kEnd, kReask };

  const Plan& plan() const { return *plan_; }

  milliseconds Left() const {
    return std::chrono::duration_cast<milliseconds>(plan().deadline - tools_.clock.Now());
  }

  void End(absl::Status status) { result_.status = std::move(status); }

  bool AttemptsLeft() const {
    return static_cast<int>(result_.attempts.size()) < plan().retry.max_attempts;
  }

  SendTimers TimersOfSend() const {
    SendTimers timers = plan().timers;
    const milliseconds left = std::max(Left(), milliseconds(1));
    timers.total = timers.total.count() == 0 ? left : std::min(timers.total, left);
    return timers;
  }

  // No coroutine of its own: what it hands on lives as long as the send.
  Task<SendResult> Send(const Attempt& attempt) {
    timers_ = TimersOfSend();
    if (stream_ == nullptr) return plan().upstream->Send(wire_, timers_);
    const bool other_turn = turn_ <= plan().retry.max_reasks && AttemptsLeft();
    streamed_.emplace(plan(), *stream_, other_turn);
    return streamed_->Run(wire_, timers_, attempt);
  }

  // What was shown of the last attempt is void.
  void TellRetrying(milliseconds backoff) {
    if (!streamed_.has_value() || !streamed_->started()) return;
    stream_->OnRetrying(plan(), result_.attempts.back(), backoff);
  }

  void AddUpstreamTime(SteadyTime begin) {
    result_.upstream_time +=
        std::chrono::duration_cast<std::chrono::microseconds>(tools_.clock.Now() - begin);
  }

  Attempt& BeginAttempt(int retry, milliseconds backoff) {
    AttemptKind kind = turn_ == 1 ? plan().first_kind : AttemptKind::kReask;
    if (retry > 0 || std::exchange(again_, false)) kind = AttemptKind::kRetry;
    result_.attempts.push_back({
        .plan = &plan(),
        .number = static_cast<int>(result_.attempts.size()) + 1,
        .turn = turn_,
        .kind = kind,
        .backoff = backoff,
        .mode = plan().mode(),
    });
    return result_.attempts.back();
  }

  // Whether the provider may be asked; if not, how long until it may.
  std::optional<milliseconds> Admit(int retry) {
    const SteadyTime now = tools_.clock.Now();
    if (retry == 0) tools_.health.CountFirst(plan().provider(), now);
    return tools_.health.Admit(plan().provider(), now);
  }

  // The call ends without a send: waiting for a provider that fails is what its caller is spared.
  SendResult EndUnsent(milliseconds closed_for, Attempt& attempt) {
    attempt.outcome = AttemptOutcome::kCircuitOpen;
    attempt.failure = SendFailure::kConnection;
    attempt.error_message = "not sent: the provider failed too often lately";
    tools_.observer.OnAttempt(plan(), attempt);
    End(CircuitOpenError(plan(), closed_for));
    return {.failure = attempt.failure, .message = attempt.error_message};
  }

  void RecordSend(const SendResult& sent, Attempt& attempt) {
    tools_.health.Record(plan().provider(), sent.failure, tools_.clock.Now());
    NoteReply(sent, attempt);
    if (sent.ok()) attempt.usage.toon_saved_tokens = plan().input_saved_tokens;
    attempt.cost = CostOfSend(plan().price.get(), sent);
    result_.usage += attempt.usage;
    result_.cost += attempt.cost;
    if (sent.ok()) {
      tools_.latencies.Add(plan().provider(), plan().model(), sent.latency);
      return;
    }
    attempt.outcome = MeaningOf(sent.failure).outcome;
    attempt.error_message = sent.message;
    Learn(sent, attempt);
    tools_.observer.OnAttempt(plan(), attempt);
  }

  // Keeps what a refusal teaches, for this call and later ones.
  void Learn(const SendResult& sent, Attempt& attempt) {
    if (tools_.lessons == nullptr) return;
    const std::optional<Lesson> lesson = LessonOf(plan(), sent);
    if (!lesson.has_value()) return;
    tools_.lessons->Add({plan().provider(), plan().model(), plan().lesson_subject}, *lesson);
    attempt.learned = lesson->Text();
    attempt.learned_kind = LessonKindName(lesson->kind);
    has_learned_ = tools_.replan != nullptr && AttemptsLeft();
  }

  // The wait before the failed send is repeated; nothing if it is not, and the call has ended.
  std::optional<milliseconds> WaitBeforeRetry(const SendResult& sent, int retry) {
    if (sent.send_again && AttemptsLeft()) return milliseconds(0);
    const FailureMeaning& meaning = MeaningOf(sent.failure);
    End(SendError(plan(), sent, Left()));
    const bool wanted = meaning.retry_on.has_value() && !sent.final &&
                        Contains(plan().retry.retry_on, *meaning.retry_on);
    if (!wanted) return std::nullopt;
    if (retry > plan().retry.max_transport_retries || !AttemptsLeft()) {
      result_.retries_exhausted = true;
      return std::nullopt;
    }
    const double random = absl::Uniform(tools_.random, 0.0, 1.0);
    const milliseconds wait = BackoffBefore(retry, plan().retry, sent.retry_after, random);
    const bool in_time = wait <= kMaxRetryAfter && wait < Left();
    if (!in_time || !tools_.health.TakeRetry(plan().provider(), tools_.clock.Now())) {
      result_.retries_exhausted = true;
      return std::nullopt;
    }
    End(absl::OkStatus());
    return wait;
  }

  // Turns an answer into the end of the call or into a re-ask.
  Next Judge(const SendResult& sent) {
    Attempt& attempt = result_.attempts.back();
    const ChatReply& reply = sent.reply;
    result_.finish_reason = reply.finish_reason;
    result_.citations = reply.citations;
    if (plan().include_thinking) result_.thinking = reply.message.thinking;
    if (plan().include_raw) {
      attempt.raw_text = CutUtf8(RawTextOf(plan(), reply), kMaxRawTextBytes);
    }
    const Next next = Refused(reply) ? EndRefused(reply, attempt) : JudgeText(reply, attempt);
    tools_.observer.OnAttempt(plan(), attempt);
    return next;
  }

  static bool Refused(const ChatReply& reply) {
    return reply.finish_reason == FinishReason::kRefusal ||
           reply.finish_reason == FinishReason::kContentFilter;
  }

  Next EndRefused(const ChatReply& reply, Attempt& attempt) {
    attempt.outcome = AttemptOutcome::kRefused;
    attempt.error_message = "the model refused";
    End(RefusedError(plan(), reply));
    return Next::kEnd;
  }

  Judgement JudgementOn(const ChatReply& reply) {
    if (!streamed_.has_value() || !streamed_->stopped()) return JudgeReply(plan(), reply, calls_);
    return {.issues = streamed_->issues(), .feedback = streamed_->issues()};
  }

  Next JudgeText(const ChatReply& reply, Attempt& attempt) {
    Judgement judged = JudgementOn(reply);
    result_.parse_time += judged.parse_time;
    result_.validate_time += judged.validate_time;
    NoteToon(judged, attempt);
    NoteIssues(judged.issues, attempt);
    const bool truncated = reply.finish_reason == FinishReason::kLength || judged.truncated;
    if (judged.valid && !truncated) return EndValid(std::move(judged.answer), attempt);
    feedback_ = std::move(judged.feedback);
    KeepBest(std::move(judged));
    if (truncated) return EndTruncated(reply, attempt);
    attempt.outcome = AttemptOutcome::kInvalid;
    return MayReask() ? Next::kReask : Next::kEnd;
  }

  void NoteToon(const Judgement& judged, Attempt& attempt) {
    attempt.usage.toon_saved_tokens += judged.toon_saved_tokens;
    result_.usage.toon_saved_tokens += judged.toon_saved_tokens;
    if (!judged.toon_missed) return;
    result_.warnings.push_back(
        {"OUTPUT_ENCODING_NOT_USED", "the model was asked for TOON and answered in JSON"}
    );
  }

  Next EndValid(Answer answer, Attempt& attempt) {
    attempt.outcome = AttemptOutcome::kValid;
    result_.valid = true;
    result_.answer = std::move(answer);
    result_.issues = {};
    End(absl::OkStatus());
    return Next::kEnd;
  }

  // Of several invalid answers the one with the fewest issues is the best, the later one of equals.
  void KeepBest(Judgement judged) {
    result_.issues = judged.issues;
    const bool better = result_.answer.empty() || judged.issues.total <= best_issues_.total;
    if (judged.answer.empty() || !better) return;
    best_issues_ = std::move(judged.issues);
    result_.answer = std::move(judged.answer);
  }

  Next EndTruncated(const ChatReply& reply, Attempt& attempt) {
    attempt.outcome = AttemptOutcome::kTruncated;
    attempt.error_message = "the answer was cut";
    EndWithAnswer(TruncatedError(plan(), reply));
    return Next::kEnd;
  }

  // False: the call has ended with what is wrong.
  bool MayReask() {
    if (turn_ > plan().retry.max_reasks || !AttemptsLeft()) {
      EndWithAnswer(InvalidError(plan(), turn_, result_.issues));
      return false;
    }
    const auto median = tools_.latencies.Median(plan().provider(), plan().model());
    if (Left() <= median.value_or(std::chrono::microseconds(0))) {
      EndWithAnswer(DeadlineError(
          "reask", "the answer is invalid and the time left is too short for another turn"
      ));
      return false;
    }
    return true;
  }

  // An ending that a caller who wants the best effort takes for an answer.
  void EndWithAnswer(absl::Status status) {
    if (plan().on_invalid != OnInvalid::kReturnBestEffort) {
      End(std::move(status));
      return;
    }
    if (!best_issues_.empty()) result_.issues = std::move(best_issues_);
    End(absl::OkStatus());
  }

  const Plan* plan_;  // the caller's, or the last of result_.replans
  ExtractionTools tools_;
  Extraction result_;
  int turn_ = 0;
  ExtractionStream* stream_;              // null: nobody looks on
  std::optional<StreamedSend> streamed_;  // the last send
  WireRequest wire_;                      // of the turn
  SendTimers timers_;                     // of the last send
  ChatRequest reask_;                     // what the turn asks, where it is not the plan's request
  CallLedger calls_;                      // with several tools
  schema::IssueList feedback_;            // on the last answer, in the model's terms
  schema::IssueList best_issues_;         // of result_.answer, while it is not valid
  bool has_learned_ = false;
  bool again_ = false;  // the turn begins anew, after a lesson
};

}  // namespace

Task<Extraction> Extract(const Plan& plan, ExtractionTools tools, ExtractionStream* stream) {
  co_await asio::this_coro::throw_if_cancelled(false);
  Run run(plan, std::move(tools), stream);
  bool goes_on = true;
  while (goes_on && run.BeginTurn()) {
    const SendResult sent = co_await run.SendTurn();
    if (run.has_learned()) {
      goes_on = co_await run.Replan();
    } else {
      goes_on = run.GoesOnAfter(sent);
    }
  }
  co_return run.Finish();
}

}  // namespace extractd
