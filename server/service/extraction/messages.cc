#include "server/service/extraction/messages.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "server/base/utf8.h"

namespace extractd {
namespace {

// In the trailers of a failed call.
constexpr size_t kMaxFailureIssues = 8;

struct NumberedMode {
  std::string_view name;
  v1::Mode number;
};
constexpr std::array kModes = {
    NumberedMode{mode_names::kTools, v1::MODE_TOOLS},
    NumberedMode{mode_names::kJson, v1::MODE_JSON},
    NumberedMode{mode_names::kJsonSchema, v1::MODE_JSON_SCHEMA},
    NumberedMode{mode_names::kMdJson, v1::MODE_MD_JSON},
    NumberedMode{mode_names::kParallelTools, v1::MODE_PARALLEL_TOOLS},
    NumberedMode{mode_names::kReasoningTools, v1::MODE_REASONING_TOOLS},
    NumberedMode{mode_names::kResponsesTools, v1::MODE_RESPONSES_TOOLS},
};

template <class Duration>
std::int32_t Count(Duration duration) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(std::min<std::int64_t>(duration.count(), kMost));
}

v1::FinishReason FinishReasonNumber(FinishReason reason) {
  switch (reason) {
    case FinishReason::kUnspecified:
      return v1::FINISH_REASON_UNSPECIFIED;
    case FinishReason::kStop:
      return v1::FINISH_REASON_STOP;
    case FinishReason::kToolCalls:
      return v1::FINISH_REASON_TOOL_CALLS;
    case FinishReason::kLength:
      return v1::FINISH_REASON_LENGTH;
    case FinishReason::kRefusal:
      return v1::FINISH_REASON_REFUSAL;
    case FinishReason::kContentFilter:
      return v1::FINISH_REASON_CONTENT_FILTER;
    case FinishReason::kOther:
      return v1::FINISH_REASON_OTHER;
  }
  return v1::FINISH_REASON_UNSPECIFIED;
}

v1::AttemptKind KindNumber(AttemptKind kind) {
  switch (kind) {
    case AttemptKind::kFirst:
      return v1::ATTEMPT_KIND_FIRST;
    case AttemptKind::kRetry:
      return v1::ATTEMPT_KIND_RETRY;
    case AttemptKind::kReask:
      return v1::ATTEMPT_KIND_REASK;
    case AttemptKind::kFallback:
      return v1::ATTEMPT_KIND_FALLBACK;
    case AttemptKind::kReaskPatch:
      return v1::ATTEMPT_KIND_REASK_PATCH;
    case AttemptKind::kRaisedLimit:
      return v1::ATTEMPT_KIND_RAISED_LIMIT;
    case AttemptKind::kContinuation:
      return v1::ATTEMPT_KIND_CONTINUATION;
  }
  return v1::ATTEMPT_KIND_UNSPECIFIED;
}

v1::AttemptOutcome OutcomeNumber(AttemptOutcome outcome) {
  switch (outcome) {
    case AttemptOutcome::kValid:
      return v1::ATTEMPT_OUTCOME_VALID;
    case AttemptOutcome::kInvalid:
      return v1::ATTEMPT_OUTCOME_INVALID;
    case AttemptOutcome::kTruncated:
      return v1::ATTEMPT_OUTCOME_TRUNCATED;
    case AttemptOutcome::kRefused:
      return v1::ATTEMPT_OUTCOME_REFUSED;
    case AttemptOutcome::kRateLimited:
      return v1::ATTEMPT_OUTCOME_RATE_LIMITED;
    case AttemptOutcome::kRejected:
      return v1::ATTEMPT_OUTCOME_REJECTED;
    case AttemptOutcome::kAuthFailed:
      return v1::ATTEMPT_OUTCOME_AUTH_FAILED;
    case AttemptOutcome::kUnavailable:
      return v1::ATTEMPT_OUTCOME_UNAVAILABLE;
    case AttemptOutcome::kTimedOut:
      return v1::ATTEMPT_OUTCOME_TIMED_OUT;
    case AttemptOutcome::kCancelled:
      return v1::ATTEMPT_OUTCOME_CANCELLED;
    case AttemptOutcome::kCircuitOpen:
      return v1::ATTEMPT_OUTCOME_CIRCUIT_OPEN;
  }
  return v1::ATTEMPT_OUTCOME_UNSPECIFIED;
}

// Texts of the answer may hold unpaired surrogates, which protobuf does not take.
void SetText(std::string* field, std::string_view text) {
  if (IsValidUtf8(text)) {
    field->assign(text);
  } else {
    *field = ReplaceInvalidUtf8(text);
  }
}

}  // namespace

void ToMessage(const schema::Issue& issue, v1::Issue& out) {
  SetText(out.mutable_path(), issue.path);
  out.set_schema_path(issue.schema_path);
  out.set_keyword(issue.keyword);
  SetText(out.mutable_message(), issue.message);
  out.set_expected(issue.expected);
  SetText(out.mutable_found(), issue.found);
}

void ToMessage(const json::Repair& repair, v1::Repair& out) {
  SetText(out.mutable_path(), repair.path);
  out.set_kind(repair.kind);
  SetText(out.mutable_before(), repair.before);
  SetText(out.mutable_after(), repair.after);
  out.set_lossless(repair.lossless);
}

void ToMessage(const Downgrade& downgrade, v1::Downgrade& out) {
  out.set_schema_path(downgrade.schema_path);
  out.set_keyword(downgrade.keyword);
  out.set_action(downgrade.action);
  out.set_reason(downgrade.reason);
}

void ToMessage(const Warning& warning, v1::Warning& out) {
  out.set_code(warning.code);
  out.set_message(warning.message);
}

void ToMessage(const Usage& usage, const Cost& cost, v1::Usage& out) {
  out.set_input_tokens(usage.input_tokens);
  out.set_output_tokens(usage.output_tokens);
  out.set_cached_input_tokens(usage.cached_input_tokens);
  out.set_cache_write_input_tokens(usage.cache_write_input_tokens);
  out.set_reasoning_tokens(usage.reasoning_tokens);
  out.set_toon_saved_tokens(usage.toon_saved_tokens);
  out.set_estimated(usage.estimated);
  if (const auto micros = cost.usd_micros()) out.set_cost_usd_micros(*micros);
  out.set_cost_incomplete(cost.incomplete());
}

void ToMessage(const Citation& citation, v1::Citation& out) {
  SetText(out.mutable_text(), citation.text);
  SetText(out.mutable_url(), citation.url);
  SetText(out.mutable_title(), citation.title);
}

void ToMessage(const Thinking& thinking, v1::Thinking& out) {
  SetText(out.mutable_text(), thinking.text);
  out.set_opaque(thinking.opaque);
}

void ToMessage(const Item& item, int index, v1::Item& out) {
  out.set_index(index);
  SetText(out.mutable_tool_name(), item.tool);
  out.set_json(item.json);
  for (const json::Repair& repair : item.repairs) ToMessage(repair, *out.add_repairs());
}

void ToMessage(const Attempt& attempt, v1::Attempt& out) {
  const Plan& plan = *attempt.plan;
  out.set_number(attempt.number);
  out.set_turn(attempt.turn);
  out.set_provider(plan.provider());
  out.set_model(plan.model());
  out.set_mode_name(std::string(attempt.mode));
  out.set_kind(KindNumber(attempt.kind));
  out.set_outcome(OutcomeNumber(attempt.outcome));
  for (const schema::Issue& issue : attempt.issues.listed) ToMessage(issue, *out.add_issues());
  out.set_issue_count(static_cast<std::int32_t>(attempt.issues.total));
  if (!attempt.raw_text.empty()) SetText(out.mutable_raw_text(), attempt.raw_text);
  ToMessage(attempt.usage, attempt.cost, *out.mutable_usage());
  out.set_backoff_ms(Count(attempt.backoff));
  out.set_latency_ms(Count(std::chrono::duration_cast<std::chrono::milliseconds>(attempt.latency)));
  out.set_http_status(attempt.http_status);
  SetText(out.mutable_provider_request_id(), attempt.provider_request_id);
  SetText(out.mutable_error_message(), attempt.error_message);
  out.set_finish_reason(FinishReasonNumber(attempt.finish_reason));
  out.set_learned(attempt.learned);
}

void ToMessage(const Extraction& extraction, v1::ExtractionFailure& out) {
  for (const Attempt& attempt : extraction.attempts) ToMessage(attempt, *out.add_attempts());
  ToMessage(extraction.usage, extraction.cost, *out.mutable_usage());
  size_t listed = 0;
  for (const schema::Issue& issue : extraction.issues.listed) {
    if (listed++ == kMaxFailureIssues) break;
    ToMessage(issue, *out.add_issues());
  }
}

void ToWholeMessage(const Extraction& extraction, v1::ExtractionFailure& out) {
  ToMessage(extraction, out);
  out.clear_issues();
  for (const schema::Issue& issue : extraction.issues.listed) ToMessage(issue, *out.add_issues());
  out.set_best_json(extraction.answer.json);
}

void ToMessage(const Plan& plan, const Extraction& extraction, v1::ExtractResponse& out) {
  const Answer& answer = extraction.answer;
  out.set_json(answer.json);
  for (const Item& item : answer.items) ToMessage(item, out.items_size(), *out.add_items());
  if (answer.absent_reason.has_value()) SetText(out.mutable_absent_reason(), *answer.absent_reason);
  out.set_valid(extraction.valid);
  out.set_request_id(plan.request_id);
  out.set_provider(plan.provider());
  out.set_model(plan.model());
  out.set_mode(ModeNumber(plan.mode()));
  out.set_mode_name(std::string(plan.mode()));
  ToMessage(extraction.usage, extraction.cost, *out.mutable_usage());
  for (const Attempt& attempt : extraction.attempts) ToMessage(attempt, *out.add_attempts());
  for (const json::Repair& repair : answer.repairs) ToMessage(repair, *out.add_repairs());
  for (const Downgrade& downgrade : plan.downgrades) ToMessage(downgrade, *out.add_downgrades());
  for (const schema::Issue& issue : extraction.issues.listed) ToMessage(issue, *out.add_issues());
  out.set_finish_reason(FinishReasonNumber(extraction.finish_reason));
  for (const Citation& citation : extraction.citations) ToMessage(citation, *out.add_citations());
  for (const Thinking& thinking : extraction.thinking) ToMessage(thinking, *out.add_thinking());
  for (const Warning& warning : plan.warnings) ToMessage(warning, *out.add_warnings());
  for (const Warning& warning : extraction.warnings) ToMessage(warning, *out.add_warnings());
  out.set_schema_id(std::string(plan.schema_id()));
}

v1::Mode ModeNumber(std::string_view mode) {
  const auto* known = std::ranges::find(kModes, mode, &NumberedMode::name);
  if (known != kModes.end()) return known->number;
  return mode.empty() ? v1::MODE_UNSPECIFIED : v1::MODE_CUSTOM;
}

std::string_view ModeName(v1::Mode mode) {
  const auto* known = std::ranges::find(kModes, mode, &NumberedMode::number);
  return known == kModes.end() ? std::string_view{} : known->name;
}

}  // namespace extractd
