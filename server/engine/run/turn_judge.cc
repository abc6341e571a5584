#include "server/engine/run/turn_judge.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "server/base/utf8.h"
#include "server/engine/endings.h"

namespace extractd {
namespace {

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

bool Refused(const ChatReply& reply) {
  return reply.finish_reason == FinishReason::kRefusal ||
         reply.finish_reason == FinishReason::kContentFilter;
}

// Issues at places of the caller's value, at those of what the model wrote.
schema::IssueList InModelsTerms(schema::Wrapping wrapping, schema::IssueList issues) {
  for (schema::Issue& issue : issues.listed) {
    issue.path = schema::WrappedPath(wrapping, issue.path);
  }
  return issues;
}

}  // namespace

TurnJudge::Next TurnJudge::Judge(const ChatReply& reply) {
  Extraction& result = run_.result;
  result.finish_reason = reply.finish_reason;
  result.citations = reply.citations;
  if (plan().include_thinking) result.thinking = reply.message.thinking;
  if (plan().include_raw) {
    attempt().raw_text = CutUtf8(RawTextOf(plan(), reply), kMaxRawTextBytes);
  }
  const Next next = Refused(reply)    ? EndRefused(reply)
                    : patch_.active() ? JudgePatched(reply)
                                      : JudgeText(reply);
  if (next != Next::kReview) run_.tools.observer.OnAttempt(plan(), attempt());
  return next;
}

Candidate TurnJudge::MakeCandidate() const {
  const int turns = plan().retry.max_reasks - (run_.turn - 1);
  const int sends = plan().retry.max_attempts - static_cast<int>(run_.result.attempts.size());
  return {
      .plan = plan(),
      .extraction = run_.result,
      .reasks_left = std::max(std::min(turns, sends), 0),
  };
}

TurnJudge::Next TurnJudge::JudgeFailure(const SendResult& sent) {
  const bool refused =
      sent.failure == SendFailure::kSchemaRejected || sent.failure == SendFailure::kRejected;
  const bool other_turn = run_.turn <= plan().retry.max_reasks && run_.AttemptsLeft();
  if (!patch_.active() || !refused || !other_turn) return Next::kEnd;
  run_.End(absl::OkStatus());
  ShowWhole();
  patch_.End();
  run_.asks_for_part = false;
  run_.turn_kind = AttemptKind::kReask;
  return Next::kReask;
}

void TurnJudge::ShowWhole() {
  whole_reply_ = ChatReply{.message = {.role = Role::kAssistant, .text = judged_.whole}};
}

TurnJudge::Next TurnJudge::Take(const absl::StatusOr<schema::IssueList>& review) {
  Next next = Next::kEnd;
  if (!review.ok()) {
    run_.result.valid = false;
    run_.End(review.status());
  } else if (!review->empty()) {
    attempt().outcome = AttemptOutcome::kInvalid;
    NoteIssues(*review, attempt());
    feedback_ =
        plan().tools.empty() ? InModelsTerms(plan().wrapping, *review) : calls_.Reject(*review);
    run_.result.valid = false;
    KeepBest({.answer = run_.result.answer, .issues = *review});
    next = AskAgain(judged_);
  }
  run_.tools.observer.OnAttempt(plan(), attempt());
  return next;
}

TurnJudge::Next TurnJudge::EndRefused(const ChatReply& reply) {
  attempt().outcome = AttemptOutcome::kRefused;
  attempt().error_message = "the model refused";
  run_.End(RefusedError(plan(), reply));
  return Next::kEnd;
}

Judgement TurnJudge::JudgementOn(const ChatReply& reply) {
  const auto& streamed = run_.streamed;
  if (calls_.empty() && run_.calls_told() > 0) {
    const auto told = run_.tools.stream->items.before();
    calls_.Keep({told.begin(), told.end()});
  }
  if (!streamed.has_value() || !streamed->stopped()) return JudgeReply(plan(), reply, calls_);
  attempt().stopped = true;
  attempt().error_message = "stopped: what had come could not become valid any more";
  return {
      .issues = streamed->issues(),
      .feedback = InModelsTerms(plan().wrapping, streamed->issues()),
  };
}

void TurnJudge::NoteTimes(const Judgement& judged) {
  run_.result.parse_time += judged.parse_time;
  run_.result.validate_time += judged.validate_time;
}

TurnJudge::Next TurnJudge::JudgeText(const ChatReply& reply) {
  whole_reply_.reset();
  if (run_.asks_for_part) whole_reply_ = cut_.Join(reply);
  const ChatReply& whole = AnswerOr(reply);
  Judgement judged = JudgementOn(whole);
  NoteTimes(judged);
  NoteToon(judged);
  const bool truncated = whole.finish_reason == FinishReason::kLength || judged.truncated;
  if (judged.valid && !truncated) SettleItems(judged);
  NoteIssues(judged.issues, attempt());
  if (plan().patches()) judged_ = judged;
  if (judged.valid && !truncated) return EndValid(std::move(judged.answer));
  feedback_ = std::move(judged.feedback);
  const Judgement& kept = plan().patches() ? judged_ : judged;
  KeepBest(kept);
  if (truncated) return EndTruncated(whole);
  attempt().outcome = AttemptOutcome::kInvalid;
  return AskAgain(kept);
}

TurnJudge::Next TurnJudge::JudgePatched(const ChatReply& reply) {
  judged_ = patch_.Judge(reply, attempt().error_message);
  NoteTimes(judged_);
  ShowWhole();
  if (judged_.valid) SettleItems(judged_);
  NoteIssues(judged_.issues, attempt());
  if (judged_.valid) {
    patch_.End();
    return EndValid(judged_.answer);
  }
  feedback_ = judged_.feedback;
  KeepBest(judged_);
  attempt().outcome = AttemptOutcome::kInvalid;
  return AskAgain(judged_);
}

TurnJudge::Next TurnJudge::AskAgain(const Judgement& judged) {
  if (!MayReask()) return Next::kEnd;
  run_.asks_for_part = patch_.Begin(judged, feedback_);
  run_.turn_kind = run_.asks_for_part ? AttemptKind::kReaskPatch : AttemptKind::kReask;
  return Next::kReask;
}

void TurnJudge::NoteToon(const Judgement& judged) {
  attempt().usage.toon_saved_tokens += judged.toon_saved_tokens;
  run_.result.usage.toon_saved_tokens += judged.toon_saved_tokens;
  if (!judged.toon_missed) return;
  run_.result.warnings.push_back(
      {"OUTPUT_ENCODING_NOT_USED", "the model was asked for TOON and answered in JSON"}
  );
}

void TurnJudge::SettleItems(Judgement& judged) {
  ExtractionStream* const stream = run_.tools.stream;
  const bool list = plan().wrapping == schema::Wrapping::kList || !plan().tools.empty();
  if (stream == nullptr || !run_.streamed.has_value() || !stream->tells_items || !list) return;
  if (!run_.streamed->SettleItems(judged.answer.items, attempt())) {
    judged.valid = false;
    judged.issues.listed.push_back(
        {.keyword = "syntax", .message = "the answer gives its items twice, and not the same ones"}
    );
    judged.issues.total = 1;
    judged.feedback = judged.issues;
    return;
  }
  judged.answer.items = stream->items.all();
  if (const size_t repeated = stream->items.passed_over(); repeated > 0) {
    run_.result.warnings.push_back(
        {"ITEMS_REPEATED",
         fmt::format("the model gave the first {} items again, which were passed over", repeated)}
    );
  }
}

TurnJudge::Next TurnJudge::EndValid(Answer answer) {
  attempt().outcome = AttemptOutcome::kValid;
  run_.result.valid = true;
  run_.result.answer = std::move(answer);
  run_.result.issues = {};
  run_.End(absl::OkStatus());
  return run_.tools.reviewer == nullptr ? Next::kEnd : Next::kReview;
}

void TurnJudge::KeepBest(Judgement judged) {
  Extraction& result = run_.result;
  result.issues = judged.issues;
  const size_t told = run_.items_told();
  if (told > 0) {
    // What was told belongs to every answer, with what else the last one has.
    std::vector<Item>& items = judged.answer.items;
    const auto taken = std::min(items.size(), run_.tools.stream->items.taken());
    items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(taken));
    const std::vector<Item>& first = run_.tools.stream->items.all();
    items.insert(items.begin(), first.begin(), first.end());
  }
  const bool better =
      told > 0 || result.answer.empty() || judged.issues.total <= best_issues_.total;
  if (judged.answer.empty() || !better) return;
  best_issues_ = std::move(judged.issues);
  result.answer = std::move(judged.answer);
}

TurnJudge::Next TurnJudge::EndTruncated(const ChatReply& reply) {
  attempt().outcome = AttemptOutcome::kTruncated;
  attempt().error_message = "the answer was cut";
  const absl::Status error = TruncatedError(plan(), reply);
  const std::optional<AttemptKind> next = cut_.Next(reply);
  if (!next.has_value()) {
    EndWithAnswer(error);
    return Next::kEnd;
  }
  if (!MayReask(error)) return Next::kEnd;
  run_.turn_kind = *next;
  run_.asks_for_part = *next == AttemptKind::kContinuation && run_.items_told() == 0;
  patch_.End();
  return Next::kReask;
}

bool TurnJudge::MayReask() {
  return MayReask(InvalidError(plan(), run_.turn, run_.result.issues));
}

bool TurnJudge::MayReask(const absl::Status& otherwise) {
  if (run_.turn > plan().retry.max_reasks || !run_.AttemptsLeft()) {
    EndWithAnswer(otherwise);
    return false;
  }
  const auto median = run_.tools.latencies.Median(plan().provider(), plan().model());
  if (run_.Left() <= median.value_or(std::chrono::microseconds(0))) {
    EndWithAnswer(DeadlineError(
        "reask", "the answer is invalid and the time left is too short for another turn"
    ));
    return false;
  }
  return true;
}

void TurnJudge::EndWithAnswer(absl::Status status) {
  if (plan().on_invalid != OnInvalid::kReturnBestEffort) {
    run_.End(std::move(status));
    return;
  }
  if (!best_issues_.empty()) run_.result.issues = std::move(best_issues_);
  run_.End(absl::OkStatus());
}

}  // namespace extractd
