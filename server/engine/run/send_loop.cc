#include "server/engine/run/send_loop.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include <absl/random/distributions.h>

#include "server/engine/backoff.h"
#include "server/engine/endings.h"
#include "server/engine/failures.h"
#include "server/engine/lessons.h"
#include "server/engine/spending.h"

namespace extractd {

using std::chrono::milliseconds;

Task<SendResult> SendLoop::SendTurn() {
  milliseconds backoff{0};
  for (int retry = 0;; ++retry) {
    Attempt& attempt = BeginAttempt(retry, backoff);
    if (const auto closed_for = Admit(retry)) co_return EndUnsent(*closed_for, attempt);
    run_.tools.observer.OnSend(plan(), attempt);
    const std::unique_ptr<ExchangeTap> tap =
        run_.tools.observer.Tap(plan(), attempt, request_.wire());
    request_.Mark(TraceparentOf(attempt), tap.get());
    SendResult sent = co_await Send(attempt);
    attempt.end = run_.tools.clock.Now();
    if (tap != nullptr) tap->OnEnd(sent);
    AddUpstreamTime(attempt.begin);
    RecordSend(sent, attempt);
    if (sent.ok()) co_return sent;
    const std::optional<milliseconds> wait = WaitBeforeRetry(sent, retry + 1);
    if (!wait.has_value()) co_return sent;
    backoff = *wait;
    run_.TellRetrying(backoff);
    const SteadyTime waiting = run_.tools.clock.Now();
    const absl::Status waited = co_await run_.tools.clock.Sleep(backoff);
    AddUpstreamTime(waiting);
    if (!waited.ok()) {
      run_.End(CancelledError());
      co_return sent;
    }
    if (!request_.EncodeAgain()) co_return sent;
  }
}

SendTimers SendLoop::TimersOfSend() const {
  SendTimers timers = plan().timers;
  const milliseconds left = std::max(run_.Left(), milliseconds(1));
  timers.total = timers.total.count() == 0 ? left : std::min(timers.total, left);
  return timers;
}

// No coroutine of its own: what it hands on lives as long as the send.
Task<SendResult> SendLoop::Send(const Attempt& attempt) {
  timers_ = TimersOfSend();
  ExtractionStream* const stream = run_.tools.stream;
  if (stream == nullptr) return plan().upstream->Send(request_.wire(), timers_);
  const bool other_turn = run_.turn <= plan().retry.max_reasks && run_.AttemptsLeft();
  // What is stopped cannot be patched.
  run_.streamed.emplace(plan(), *stream, other_turn && !plan().patches());
  if (run_.asks_for_part) return plan().upstream->Send(request_.wire(), timers_);
  if (run_.turn == 1) run_.streamed->TellCalls();
  return run_.streamed->Run(request_.wire(), timers_, attempt);
}

void SendLoop::AddUpstreamTime(SteadyTime begin) {
  run_.result.upstream_time +=
      std::chrono::duration_cast<std::chrono::microseconds>(run_.tools.clock.Now() - begin);
}

Attempt& SendLoop::BeginAttempt(int retry, milliseconds backoff) {
  AttemptKind kind = run_.turn == 1 ? plan().first_kind : run_.turn_kind;
  if (retry > 0 || std::exchange(again_, false)) kind = AttemptKind::kRetry;
  const SteadyTime now = run_.tools.clock.Now();
  run_.result.attempts.push_back({
      .plan = &plan(),
      .number = run_.tools.attempts_before + static_cast<int>(run_.result.attempts.size()) + 1,
      .turn = run_.tools.turns_before + run_.turn,
      .kind = kind,
      .backoff = backoff,
      .mode = plan().mode(),
      .span = SpanOfAttempt(),
      .begin = now,
      .end = now,
  });
  return run_.result.attempts.back();
}

// Of a trace that is not recorded here, the provider's span follows the caller's.
std::uint64_t SendLoop::SpanOfAttempt() {
  const TraceContext& trace = plan().trace;
  if (!trace.recorded) return trace.span;
  return absl::Uniform<std::uint64_t>(
      absl::IntervalClosed, run_.tools.random, 1, std::numeric_limits<std::uint64_t>::max()
  );
}

std::string SendLoop::TraceparentOf(const Attempt& attempt) const {
  const TraceContext& trace = plan().trace;
  return trace.exists() && trace.sent ? extractd::TraceparentOf(trace, attempt.span)
                                      : std::string();
}

std::optional<milliseconds> SendLoop::Admit(int retry) {
  const SteadyTime now = run_.tools.clock.Now();
  if (retry == 0) run_.tools.health.CountFirst(plan().provider(), now);
  return run_.tools.health.Admit(plan().provider(), now);
}

SendResult SendLoop::EndUnsent(milliseconds closed_for, Attempt& attempt) {
  attempt.outcome = AttemptOutcome::kCircuitOpen;
  attempt.failure = SendFailure::kConnection;
  attempt.error_message = "not sent: the provider failed too often lately";
  run_.tools.observer.OnAttempt(plan(), attempt);
  run_.End(CircuitOpenError(plan(), closed_for));
  return {.failure = attempt.failure, .message = attempt.error_message};
}

void SendLoop::RecordSend(const SendResult& sent, Attempt& attempt) {
  ExtractionTools& tools = run_.tools;
  tools.health.Record(plan().provider(), sent.failure, tools.clock.Now());
  NoteReply(sent, attempt);
  if (sent.ok()) attempt.usage.toon_saved_tokens = plan().input_saved_tokens;
  attempt.cost = CostOfSend(plan().price.get(), sent);
  run_.result.usage += attempt.usage;
  run_.result.cost += attempt.cost;
  if (sent.ok()) {
    tools.latencies.Add(plan().provider(), plan().model(), sent.latency);
    return;
  }
  attempt.outcome = MeaningOf(sent.failure).outcome;
  attempt.error_message = sent.message;
  Learn(sent, attempt);
  tools.observer.OnAttempt(plan(), attempt);
}

void SendLoop::Learn(const SendResult& sent, Attempt& attempt) {
  ExtractionTools& tools = run_.tools;
  // What is refused of a part says nothing of the whole.
  if (tools.lessons == nullptr || run_.asks_for_part) return;
  const std::optional<Lesson> lesson = LessonOf(plan(), sent);
  if (!lesson.has_value()) return;
  tools.lessons->Add({plan().provider(), plan().model(), plan().lesson_subject}, *lesson);
  attempt.learned = lesson->Text();
  attempt.learned_kind = LessonKindName(lesson->kind);
  has_learned_ = tools.replan != nullptr && run_.AttemptsLeft();
}

std::optional<milliseconds> SendLoop::WaitBeforeRetry(const SendResult& sent, int retry) {
  if (sent.send_again && run_.AttemptsLeft()) return milliseconds(0);
  const FailureMeaning& meaning = MeaningOf(sent.failure);
  run_.End(SendError(plan(), sent, run_.Left()));
  const bool wanted = meaning.retry_on.has_value() && !sent.final &&
                      Contains(plan().retry.retry_on, *meaning.retry_on);
  if (!wanted) return std::nullopt;
  if (retry > plan().retry.max_transport_retries || !run_.AttemptsLeft()) {
    run_.result.retries_exhausted = true;
    return std::nullopt;
  }
  ExtractionTools& tools = run_.tools;
  const double random = absl::Uniform(tools.random, 0.0, 1.0);
  const milliseconds wait = BackoffBefore(retry, plan().retry, sent.retry_after, random);
  const bool in_time = wait <= kMaxRetryAfter && wait < run_.Left();
  if (!in_time || !tools.health.TakeRetry(plan().provider(), tools.clock.Now())) {
    run_.result.retries_exhausted = true;
    return std::nullopt;
  }
  run_.End(absl::OkStatus());
  return wait;
}

}  // namespace extractd
