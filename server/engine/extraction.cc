#include "server/engine/extraction.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <absl/random/distributions.h>
#include <fmt/format.h>

#include "server/base/error.h"
#include "server/base/strings.h"
#include "server/base/tokens.h"
#include "server/base/utf8.h"
#include "server/engine/backoff.h"
#include "server/engine/failures.h"
#include "server/engine/spending.h"
#include "server/schema/toon_verdict.h"

namespace extractd {
namespace {

using std::chrono::milliseconds;

constexpr size_t kMaxRawTextBytes = 256 * 1024;
constexpr size_t kMaxAttemptIssues = 32;

absl::Status DeadlineError(std::string_view phase, std::string_view message) {
  return MakeError(
      {.reason = Reason::kDeadline, .metadata = {{"phase", std::string(phase)}}}, message
  );
}

absl::Status CancelledError() {
  return MakeError(Reason::kCancelled, "the caller cancelled");
}

// The text of a reply in which the answer would be.
std::string_view RawTextOf(const ChatReply& reply) {
  const Message& message = reply.message;
  return message.tool_calls.empty() ? std::string_view(message.text)
                                    : std::string_view(message.tool_calls.front().arguments);
}

// A reply whose bytes had to be mended on the way is lossy, whatever the parser says.
void NoteReplacedBytes(const Plan& plan, schema::Verdict& verdict) {
  if (plan.judge.max_loss == json::MaxLoss::kLossy) {
    verdict.repairs.push_back({.kind = "invalid_utf8", .after = "\xEF\xBF\xBD", .lossless = false});
    return;
  }
  verdict.valid = false;
  verdict.issues.listed.push_back({
      .keyword = "syntax",
      .message = "the answer has bytes that are not UTF-8",
      .expected = "UTF-8",
  });
  ++verdict.issues.total;
}

// One call, turn by turn.
class Run {
 public:
  Run(const Plan& plan, ExtractionTools tools) : plan_(plan), tools_(tools) {}

  // Makes the next turn ready to be sent. False: the call has ended.
  bool BeginTurn() {
    absl::StatusOr<WireRequest> wire = plan_.upstream->Encode(turn_ == 0 ? plan_.request : reask_);
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
      tools_.observer.OnSend(plan_, attempt);
      const SteadyTime sending = tools_.clock.Now();
      SendResult sent = co_await plan_.upstream->Send(wire_, TimersOfSend());
      AddUpstreamTime(sending);
      RecordSend(sent, attempt);
      if (sent.ok()) co_return sent;
      const std::optional<milliseconds> wait = WaitBeforeRetry(sent, retry + 1);
      if (!wait.has_value()) co_return sent;
      backoff = *wait;
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
    reask_ = plan_.request;
    plan_.handler->mode->Reask(sent.reply, result_.issues, reask_);
    return true;
  }

  Extraction Finish() {
    tools_.observer.OnExtraction(plan_, result_);
    return std::move(result_);
  }

 private:
  enum class Next : std::uint8_t { kEnd, kReask };

  milliseconds Left() const {
    return std::chrono::duration_cast<milliseconds>(plan_.deadline - tools_.clock.Now());
  }

  void End(absl::Status status) { result_.status = std::move(status); }

  bool AttemptsLeft() const {
    return static_cast<int>(result_.attempts.size()) < plan_.retry.max_attempts;
  }

  SendTimers TimersOfSend() const {
    SendTimers timers = plan_.timers;
    const milliseconds left = std::max(Left(), milliseconds(1));
    timers.total = timers.total.count() == 0 ? left : std::min(timers.total, left);
    return timers;
  }

  void AddUpstreamTime(SteadyTime begin) {
    result_.upstream_time +=
        std::chrono::duration_cast<std::chrono::microseconds>(tools_.clock.Now() - begin);
  }

  Attempt& BeginAttempt(int retry, milliseconds backoff) {
    AttemptKind kind = turn_ == 1 ? plan_.first_kind : AttemptKind::kReask;
    if (retry > 0) kind = AttemptKind::kRetry;
    result_.attempts.push_back({
        .plan = &plan_,
        .number = static_cast<int>(result_.attempts.size()) + 1,
        .turn = turn_,
        .kind = kind,
        .backoff = backoff,
    });
    return result_.attempts.back();
  }

  // Whether the provider may be asked; if not, how long until it may.
  std::optional<milliseconds> Admit(int retry) {
    const SteadyTime now = tools_.clock.Now();
    if (retry == 0) tools_.health.CountFirst(plan_.provider(), now);
    return tools_.health.Admit(plan_.provider(), now);
  }

  // The call ends without a send: waiting for a provider that fails is what its caller is spared.
  SendResult EndUnsent(milliseconds closed_for, Attempt& attempt) {
    attempt.outcome = AttemptOutcome::kCircuitOpen;
    attempt.failure = SendFailure::kConnection;
    attempt.error_message = "not sent: the provider failed too often lately";
    tools_.observer.OnAttempt(plan_, attempt);
    End(MakeError(
        {.reason = Reason::kCircuitOpen,
         .metadata = {{"provider", plan_.provider()}, {"model", plan_.model()}},
         .retry_after = closed_for},
        fmt::format("provider '{}' failed too often lately: nothing was sent", plan_.provider())
    ));
    return {.failure = attempt.failure, .message = attempt.error_message};
  }

  void RecordSend(const SendResult& sent, Attempt& attempt) {
    tools_.health.Record(plan_.provider(), sent.failure, tools_.clock.Now());
    attempt.failure = sent.failure;
    attempt.latency = sent.latency;
    attempt.http_status = sent.http_status;
    attempt.provider_request_id = sent.provider_request_id;
    attempt.body_hash = sent.body_hash;
    attempt.usage = sent.reply.usage;
    if (sent.ok()) attempt.usage.toon_saved_tokens = plan_.input_saved_tokens;
    attempt.finish_reason = sent.reply.finish_reason;
    attempt.cost = CostOfSend(plan_.price.get(), sent);
    result_.usage += attempt.usage;
    result_.cost += attempt.cost;
    if (sent.ok()) {
      tools_.latencies.Add(plan_.provider(), plan_.model(), sent.latency);
      return;
    }
    attempt.outcome = MeaningOf(sent.failure).outcome;
    attempt.error_message = sent.message;
    tools_.observer.OnAttempt(plan_, attempt);
  }

  // The wait before the failed send is repeated; nothing if it is not, and the call has ended.
  std::optional<milliseconds> WaitBeforeRetry(const SendResult& sent, int retry) {
    if (sent.send_again && AttemptsLeft()) return milliseconds(0);
    const FailureMeaning& meaning = MeaningOf(sent.failure);
    End(EndingOf(sent));
    const bool wanted = meaning.retry_on.has_value() && !sent.final &&
                        Contains(plan_.retry.retry_on, *meaning.retry_on);
    if (!wanted) return std::nullopt;
    if (retry > plan_.retry.max_transport_retries || !AttemptsLeft()) {
      result_.retries_exhausted = true;
      return std::nullopt;
    }
    const double random = absl::Uniform(tools_.random, 0.0, 1.0);
    const milliseconds wait = BackoffBefore(retry, plan_.retry, sent.retry_after, random);
    const bool in_time = wait <= kMaxRetryAfter && wait < Left();
    if (!in_time || !tools_.health.TakeRetry(plan_.provider(), tools_.clock.Now())) {
      result_.retries_exhausted = true;
      return std::nullopt;
    }
    End(absl::OkStatus());
    return wait;
  }

  // What the caller is told if this send was the last.
  absl::Status EndingOf(const SendResult& sent) const {
    if (sent.failure == SendFailure::kCancelled) return CancelledError();
    if (sent.failure == SendFailure::kTimeout && Left() <= milliseconds(1)) {
      return DeadlineError("total", "the deadline passed while the provider was answering");
    }
    return StatusOf(sent, plan_.provider(), plan_.model());
  }

  // Turns an answer into the end of the call or into a re-ask.
  Next Judge(const SendResult& sent) {
    Attempt& attempt = result_.attempts.back();
    const ChatReply& reply = sent.reply;
    result_.finish_reason = reply.finish_reason;
    if (plan_.include_raw) {
      attempt.raw_text = CutUtf8(RawTextOf(reply), kMaxRawTextBytes);
    }
    const Next next = Refused(reply) ? EndRefused(reply, attempt) : JudgeText(reply, attempt);
    tools_.observer.OnAttempt(plan_, attempt);
    return next;
  }

  static bool Refused(const ChatReply& reply) {
    return reply.finish_reason == FinishReason::kRefusal ||
           reply.finish_reason == FinishReason::kContentFilter;
  }

  Next EndRefused(const ChatReply& reply, Attempt& attempt) {
    attempt.outcome = AttemptOutcome::kRefused;
    attempt.error_message = "the model refused";
    End(MakeError(
        {.reason = Reason::kProviderRefused,
         .metadata =
             {{"provider", plan_.provider()},
              {"model", plan_.model()},
              {"category", std::string(FinishReasonName(reply.finish_reason))}}},
        fmt::format("model '{}' of '{}' refused to answer", plan_.model(), plan_.provider())
    ));
    return Next::kEnd;
  }

  schema::Verdict VerdictOn(const ChatReply& reply) {
    const absl::StatusOr<std::string_view> text = plan_.handler->mode->Find(reply);
    if (!text.ok()) {
      schema::Verdict verdict;
      verdict.issues.listed.push_back(
          {.keyword = "syntax", .message = std::string(text.status().message())}
      );
      verdict.issues.total = 1;
      return verdict;
    }
    schema::Verdict verdict = VerdictOnText(*text);
    if (reply.sanitized) NoteReplacedBytes(plan_, verdict);
    result_.parse_time += verdict.parse_time;
    result_.validate_time += verdict.validate_time;
    return verdict;
  }

  schema::Verdict VerdictOnText(std::string_view text) {
    if (plan_.output_encoding == TextEncoding::kJson) {
      return schema::Judge(*plan_.schema->compiled, text, plan_.judge);
    }
    schema::ToonVerdict judged = schema::JudgeToon(*plan_.schema->compiled, text, plan_.judge);
    if (!judged.verdict.valid) return std::move(judged.verdict);
    if (judged.toon) {
      const std::int64_t saved = EstimateTokens(judged.verdict.json) - EstimateTokens(text);
      result_.attempts.back().usage.toon_saved_tokens += saved;
      result_.usage.toon_saved_tokens += saved;
    } else {
      result_.warnings.push_back(
          {"OUTPUT_ENCODING_NOT_USED", "the model was asked for TOON and answered in JSON"}
      );
    }
    return std::move(judged.verdict);
  }

  Next JudgeText(const ChatReply& reply, Attempt& attempt) {
    schema::Verdict verdict = VerdictOn(reply);
    attempt.issues.total = verdict.issues.total;
    attempt.issues.listed.assign(
        verdict.issues.listed.begin(),
        verdict.issues.listed.begin() +
            static_cast<std::ptrdiff_t>(std::min(verdict.issues.listed.size(), kMaxAttemptIssues))
    );
    const bool truncated = reply.finish_reason == FinishReason::kLength || verdict.truncated;
    if (verdict.valid && !truncated) return EndValid(std::move(verdict), attempt);
    KeepBest(std::move(verdict));
    if (truncated) return EndTruncated(reply, attempt);
    attempt.outcome = AttemptOutcome::kInvalid;
    return MayReask() ? Next::kReask : Next::kEnd;
  }

  Next EndValid(schema::Verdict verdict, Attempt& attempt) {
    attempt.outcome = AttemptOutcome::kValid;
    result_.valid = true;
    result_.json = std::move(verdict.json);
    result_.repairs = std::move(verdict.repairs);
    result_.issues = {};
    End(absl::OkStatus());
    return Next::kEnd;
  }

  // Of several invalid answers the one with the fewest issues is the best, the later one of equals.
  void KeepBest(schema::Verdict verdict) {
    result_.issues = verdict.issues;
    const bool better = result_.json.empty() || verdict.issues.total <= best_issues_.total;
    if (verdict.json.empty() || !better) return;
    best_issues_ = std::move(verdict.issues);
    result_.json = std::move(verdict.json);
    result_.repairs = std::move(verdict.repairs);
  }

  Next EndTruncated(const ChatReply& reply, Attempt& attempt) {
    attempt.outcome = AttemptOutcome::kTruncated;
    attempt.error_message = "the answer was cut";
    EndWithAnswer(MakeError(
        {.reason = Reason::kOutputTruncated,
         .metadata =
             {{"provider", plan_.provider()},
              {"model", plan_.model()},
              {"finish_reason", std::string(FinishReasonName(reply.finish_reason))}}},
        "the answer was cut before its end; raise generation.max_output_tokens"
    ));
    return Next::kEnd;
  }

  // False: the call has ended with what is wrong.
  bool MayReask() {
    if (turn_ > plan_.retry.max_reasks || !AttemptsLeft()) {
      EndWithAnswer(MakeError(
          {.reason = Reason::kOutputInvalid,
           .metadata =
               {{"provider", plan_.provider()},
                {"model", plan_.model()},
                {"turns", std::to_string(turn_)},
                {"issues", std::to_string(result_.issues.total)}}},
          fmt::format("the answer is still invalid after {} turn{}", turn_, turn_ == 1 ? "" : "s")
      ));
      return false;
    }
    const auto median = tools_.latencies.Median(plan_.provider(), plan_.model());
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
    if (plan_.on_invalid != OnInvalid::kReturnBestEffort) {
      End(std::move(status));
      return;
    }
    if (!best_issues_.empty()) result_.issues = std::move(best_issues_);
    End(absl::OkStatus());
  }

  const Plan& plan_;
  ExtractionTools tools_;
  Extraction result_;
  int turn_ = 0;
  WireRequest wire_;               // of the turn
  ChatRequest reask_;              // what the next turn asks, but for the first
  schema::IssueList best_issues_;  // of result_.json, while it is not valid
};

}  // namespace

Task<Extraction> Extract(const Plan& plan, ExtractionTools tools) {
  co_await asio::this_coro::throw_if_cancelled(false);
  Run run(plan, tools);
  bool goes_on = true;
  while (goes_on && run.BeginTurn()) {
    const SendResult sent = co_await run.SendTurn();
    goes_on = run.GoesOnAfter(sent);
  }
  co_return run.Finish();
}

}  // namespace extractd
