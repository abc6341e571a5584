#include "server/service/call_recorder.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "server/base/error.h"
#include "server/base/status_code_name.h"
#include "server/engine/callers/principal.h"
#include "server/engine/spending.h"
#include "server/service/call_events.h"
#include "server/service/telemetry/call_spans.h"
#include "server/service/telemetry/payload_tap.h"

namespace extractd {
namespace {

using observe::LogLevel;

double Seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

// Callers name models freely; a label must not grow with them.
std::string_view ModelLabel(const Plan& plan) {
  const ProviderRow& row = *plan.handler->row;
  const bool known = plan.model() == row.default_model ||
                     std::ranges::find(row.models, plan.model()) != row.models.end();
  return known ? std::string_view(plan.model()) : "other";
}

std::string_view AttemptReason(const Attempt& attempt) {
  return attempt.failure == SendFailure::kNone ? AttemptOutcomeName(attempt.outcome)
                                               : SendFailureName(attempt.failure);
}

void PutCost(const Cost& cost, observe::LogLine& line) {
  if (const auto micros = cost.usd_micros()) line.Number("cost_usd_micros", *micros);
  if (cost.incomplete()) line.Flag("cost_incomplete", true);
}

// What comes by the thousand when there is too much of it is counted, not logged.
LogLevel LevelOf(const std::optional<ErrorDetails>& details) {
  if (!details.has_value()) return LogLevel::kError;  // a bug of ours
  const bool too_much = details->reason == Reason::kOverloaded ||
                        details->reason == Reason::kRateLimited ||
                        details->reason == Reason::kBudgetExceeded;
  return too_much ? LogLevel::kDebug : LogLevel::kInfo;
}

void PutCaller(const std::shared_ptr<const Principal>& caller, observe::LogLine& line) {
  if (caller != nullptr) line.Text("principal", caller->name);
}

void PutTrace(const TraceContext& trace, observe::LogLine& line) {
  if (trace.exists()) line.Text("trace_id", HexOf(trace.trace));
}

// The one value of a header; empty if there is none, or more than one.
std::string_view MetadataOf(const grpc::ServerContext& context, const char* name) {
  const auto& all = context.client_metadata();
  const auto found = all.find(name);
  if (found == all.end() || all.count(name) > 1) return {};
  return {found->second.data(), found->second.size()};
}

}  // namespace

void CallRecorder::OnRefused(std::string_view method, const Rpc& rpc, const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  const bool ours = !details.has_value();
  auto line = log_.Line(LevelOf(details), "call_refused");
  line.Text("request_id", rpc.id()).Text("method", method).Text("reason", ReasonOf(status));
  PutCaller(rpc.caller(), line);
  PutTrace(rpc.trace(), line);
  if (ours) line.Text("error", {status.message().data(), status.message().size()});
  line.Write();
  if (events_.watched()) events_.Publish(RefusedEvent(rpc.id(), rpc.caller().get(), status));
}

void CallRecorder::OnPlanned(const Plan& plan) {
  auto line = log_.Line(LogLevel::kDebug, "call_planned");
  line.Text("request_id", plan.request_id)
      .Text("provider", plan.provider())
      .Text("model", plan.model())
      .Text("mode", plan.mode())
      .Text("schema_id", plan.schema_id())
      .Flag("strict", plan.strict);
  PutCaller(plan.caller, line);
  PutTrace(plan.trace, line);
  line.Write();
  if (events_.watched()) events_.Publish(PlannedEvent(plan));
}

void CallRecorder::OnSend(const Plan& plan, const Attempt& attempt) {
  auto line = log_.Line(LogLevel::kDebug, "attempt_started");
  line.Text("request_id", plan.request_id)
      .Number("attempt", attempt.number)
      .Number("turn", attempt.turn)
      .Text("kind", AttemptKindName(attempt.kind))
      .Number("backoff_ms", attempt.backoff.count());
  PutTrace(plan.trace, line);
  line.Write();
  if (attempt.kind != AttemptKind::kFirst && events_.watched()) {
    events_.Publish(RetryEvent(plan, attempt));
  }
}

std::unique_ptr<ExchangeTap> CallRecorder::Tap(
    const Plan& plan, const Attempt& attempt, const WireRequest& request
) {
  if (payloads_ == nullptr || !payloads_->Wants()) return nullptr;
  return std::make_unique<PayloadTap>(*payloads_, plan, attempt, request);
}

void CallRecorder::OnAttempt(const Plan& plan, const Attempt& attempt) {
  CountAttempt(plan, attempt);
  if (plan.trace.recorded) tracer_.Record(AttemptSpan(plan, attempt));
  if (events_.watched()) events_.Publish(AttemptEvent(plan, attempt));
  const bool good = attempt.outcome == AttemptOutcome::kValid;
  auto line = log_.Line(good ? LogLevel::kDebug : LogLevel::kInfo, "attempt_ended");
  line.Text("request_id", plan.request_id)
      .Number("attempt", attempt.number)
      .Number("turn", attempt.turn)
      .Text("outcome", AttemptOutcomeName(attempt.outcome))
      .Text("provider", plan.provider())
      .Number("http_status", attempt.http_status)
      .Number("latency_us", attempt.latency.count())
      .Number("issues", static_cast<std::int64_t>(attempt.issues.total));
  if (attempt.failure != SendFailure::kNone) line.Text("failure", SendFailureName(attempt.failure));
  if (!attempt.learned.empty()) line.Text("learned", attempt.learned);
  if (!attempt.body_hash.empty()) line.Text("body_hash", attempt.body_hash);
  if (!attempt.provider_request_id.empty()) {
    line.Text("provider_request_id", attempt.provider_request_id);
  }
  PutCost(attempt.cost, line);
  PutCaller(plan.caller, line);
  PutTrace(plan.trace, line);
  line.Write();
}

void CallRecorder::CountAttempt(const Plan& plan, const Attempt& attempt) {
  const std::string_view outcome = AttemptOutcomeName(attempt.outcome);
  const std::string_view model = ModelLabel(plan);
  metrics_.upstream_duration.Observe(
      {plan.provider(), model, plan.mode(), outcome}, Seconds(attempt.latency)
  );
  metrics_.upstream_attempts.Add(
      {plan.provider(), AttemptKindName(attempt.kind), AttemptReason(attempt)}
  );
  if (!attempt.learned_kind.empty()) {
    metrics_.learned.Add({plan.provider(), model, attempt.learned_kind});
  }
  if (attempt.stopped) metrics_.streams_stopped.Add({plan.provider(), model});
  if (attempt.kind == AttemptKind::kReask) {
    metrics_.reasks.Add({plan.provider(), plan.mode(), outcome});
  }
  for (const schema::Issue& issue : attempt.issues.listed) {
    metrics_.validation_failures.Add({issue.keyword});
  }
  const auto count = [&](std::string_view type, std::int64_t tokens) {
    if (tokens > 0) {
      metrics_.tokens.Add({plan.provider(), model, type}, static_cast<double>(tokens));
    }
  };
  count("input", attempt.usage.input_tokens);
  count("output", attempt.usage.output_tokens);
  count("cached_input", attempt.usage.cached_input_tokens);
  count("cache_write_input", attempt.usage.cache_write_input_tokens);
  count("reasoning", attempt.usage.reasoning_tokens);
  if (attempt.cost.known()) metrics_.cost.Add({plan.provider(), model}, attempt.cost.usd());
  if (attempt.cost.incomplete()) metrics_.cost_unknown.Add({plan.provider(), model});
}

void CallRecorder::OnExtraction(const Plan& plan, const Extraction& extraction) {
  for (const json::Repair& repair : extraction.answer.repairs) metrics_.repairs.Add({repair.kind});
  for (const Item& item : extraction.answer.items) {
    for (const json::Repair& repair : item.repairs) metrics_.repairs.Add({repair.kind});
  }
  const std::int64_t saved = TokensSaved(extraction.attempts);
  if (saved > 0) {
    const std::string_view model = ModelLabel(plan);
    metrics_.tokens_saved.Add({plan.provider(), model}, static_cast<double>(saved));
  }
  auto line = log_.Line(LogLevel::kInfo, "call_ended");
  line.Text("request_id", plan.request_id)
      .Text("outcome", ReasonOf(extraction.status))
      .Text("provider", plan.provider())
      .Text("model", plan.model())
      .Text("mode", plan.mode())
      .Flag("valid", extraction.valid)
      .Number("attempts", static_cast<std::int64_t>(extraction.attempts.size()))
      .Number("turns", extraction.attempts.empty() ? 0 : extraction.attempts.back().turn)
      .Number("input_tokens", extraction.usage.input_tokens)
      .Number("output_tokens", extraction.usage.output_tokens)
      .Number("upstream_us", extraction.upstream_time.count());
  if (saved > 0) line.Number("saved_tokens", saved);
  PutCost(extraction.cost, line);
  PutCaller(plan.caller, line);
  PutTrace(plan.trace, line);
  line.Write();
  if (!extraction.status.ok() && events_.watched()) {
    events_.Publish(FailureEvent(plan, extraction));
  }
}

TraceContext CallRecorder::OnRpcStart(const grpc::ServerContext& context) {
  metrics_.in_flight.Add({}, 1);
  return tracer_.Begin(MetadataOf(context, "traceparent"), MetadataOf(context, "tracestate"));
}

void CallRecorder::OnRpcEnd(const RpcEnd& end) {
  metrics_.in_flight.Add({}, -1);
  metrics_.rpc_requests.Add({end.method, StatusCodeName(end.code)});
  metrics_.rpc_duration.Observe({end.method}, Seconds(end.duration));
  if (end.trace->recorded) tracer_.Record(CallSpan(end));
}

}  // namespace extractd
