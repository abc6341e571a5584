#include "server/service/telemetry/call_spans.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "server/base/status_code_name.h"
#include "server/engine/callers/principal.h"
#include "server/net/uri.h"
#include "server/providers/telemetry_name.h"

namespace extractd {
namespace {

using observe::Span;
using observe::SpanAttribute;
using observe::SpanKind;
using std::chrono::system_clock;

class Attributes {
 public:
  Attributes& Text(std::string_view key, std::string_view value) {
    if (!value.empty()) all_.push_back({key, std::string(value)});
    return *this;
  }
  Attributes& Number(std::string_view key, std::int64_t value) {
    all_.push_back({key, value});
    return *this;
  }
  Attributes& Flag(std::string_view key, bool value) {
    all_.push_back({key, value});
    return *this;
  }
  Attributes& Real(std::string_view key, double value) {
    all_.push_back({key, value});
    return *this;
  }
  Attributes& Texts(std::string_view key, std::vector<std::string> values) {
    all_.push_back({key, std::move(values)});
    return *this;
  }
  std::vector<SpanAttribute> Take() { return std::move(all_); }

 private:
  std::vector<SpanAttribute> all_;
};

// When something was, by the clock that people have.
system_clock::time_point WallTime(SteadyTime time) {
  const auto ago = std::chrono::steady_clock::now() - time;
  return system_clock::now() - std::chrono::duration_cast<system_clock::duration>(ago);
}

void AddServer(std::string_view base_url, Attributes& out) {
  const net::UrlParts url = net::SplitUrl(base_url);
  out.Text("server.address", net::HostOf(url.authority));
  std::int64_t port = url.scheme == "http" ? 80 : 443;
  const size_t colon = url.authority.rfind(':');
  if (colon != std::string_view::npos && colon > url.authority.find_last_of(']') + 1) {
    const std::string_view digits = url.authority.substr(colon + 1);
    (void)std::from_chars(digits.data(), digits.data() + digits.size(), port);
  }
  out.Number("server.port", port);
}

void AddRequest(const Plan& plan, Attributes& out) {
  const Generation& generation = plan.request.generation;
  out.Text("gen_ai.operation.name", "chat")
      .Text("gen_ai.provider.name", providers::TelemetryName(plan.provider()))
      .Text("gen_ai.request.model", plan.model())
      .Text("gen_ai.output.type", "json");
  if (generation.max_output_tokens) {
    out.Number("gen_ai.request.max_tokens", *generation.max_output_tokens);
  }
  if (generation.temperature) out.Real("gen_ai.request.temperature", *generation.temperature);
  if (generation.top_p) out.Real("gen_ai.request.top_p", *generation.top_p);
  if (generation.seed) out.Number("gen_ai.request.seed", *generation.seed);
}

void AddReply(const Attempt& attempt, Attributes& out) {
  const auto count = [&out](std::string_view key, std::int64_t tokens) {
    if (tokens > 0) out.Number(key, tokens);
  };
  const Usage& usage = attempt.usage;
  count("gen_ai.usage.input_tokens", usage.input_tokens);
  count("gen_ai.usage.output_tokens", usage.output_tokens);
  count("gen_ai.usage.cache_read.input_tokens", usage.cached_input_tokens);
  count("gen_ai.usage.cache_write.input_tokens", usage.cache_write_input_tokens);
  count("gen_ai.usage.reasoning.output_tokens", usage.reasoning_tokens);
  if (attempt.finish_reason != FinishReason::kUnspecified) {
    out.Texts(
        "gen_ai.response.finish_reasons", {std::string(FinishReasonName(attempt.finish_reason))}
    );
  }
  if (attempt.http_status > 0) out.Number("http.response.status_code", attempt.http_status);
  out.Text("extractd.provider_request_id", attempt.provider_request_id);
  if (const auto micros = attempt.cost.usd_micros()) {
    out.Real("extractd.cost_usd", static_cast<double>(*micros) / 1e6);
  }
}

void AddOutcome(const Attempt& attempt, Attributes& out) {
  out.Number("extractd.attempt", attempt.number)
      .Number("extractd.turn", attempt.turn)
      .Text("extractd.attempt.kind", AttemptKindName(attempt.kind))
      .Text("extractd.outcome", AttemptOutcomeName(attempt.outcome))
      .Number("extractd.validation.error_count", static_cast<std::int64_t>(attempt.issues.total));
  if (attempt.failure != SendFailure::kNone) {
    out.Text("error.type", SendFailureName(attempt.failure));
  } else if (attempt.outcome != AttemptOutcome::kValid) {
    out.Text("error.type", AttemptOutcomeName(attempt.outcome));
  }
}

// Keywords, not places: those can be names that a model made up of what it read.
std::vector<std::string> KeywordsOf(const schema::IssueList& issues) {
  std::vector<std::string> keywords;
  for (const schema::Issue& issue : issues.listed) keywords.emplace_back(issue.keyword);
  std::ranges::sort(keywords);
  const auto [first, last] = std::ranges::unique(keywords);
  keywords.erase(first, last);
  return keywords;
}

void AddEvents(const Attempt& attempt, Span& span) {
  if (attempt.backoff.count() > 0) {
    span.events.push_back({
        .name = "extractd.retry",
        .time = span.begin,
        .attributes = Attributes().Number("extractd.backoff_ms", attempt.backoff.count()).Take(),
    });
  }
  if (attempt.issues.total > 0) {
    span.events.push_back({
        .name = "extractd.output_invalid",
        .time = span.end,
        .attributes =
            Attributes().Texts("extractd.validation.keywords", KeywordsOf(attempt.issues)).Take(),
    });
  }
  if (!attempt.learned_kind.empty()) {
    span.events.push_back({
        .name = "extractd.learned",
        .time = span.end,
        .attributes = Attributes().Text("extractd.belief", attempt.learned_kind).Take(),
    });
  }
}

Span SpanIn(const TraceContext& trace) {
  return {.trace = trace.trace, .state = trace.state};
}

}  // namespace

Span CallSpan(const RpcEnd& end) {
  Span span = SpanIn(*end.trace);
  span.id = end.trace->span;
  span.parent = end.trace->parent;
  span.name = fmt::format("{}/{}", end.service, end.method);
  span.kind = SpanKind::kServer;
  span.end = system_clock::now();
  span.begin = span.end - std::chrono::duration_cast<system_clock::duration>(end.duration);
  span.failed = end.code != grpc::StatusCode::OK;
  Attributes attributes;
  attributes.Text("rpc.system", "grpc")
      .Text("rpc.service", end.service)
      .Text("rpc.method", end.method)
      .Number("rpc.grpc.status_code", end.code)
      .Text("extractd.request_id", end.request_id)
      .Text("extractd.principal", end.caller == nullptr ? std::string_view() : end.caller->name);
  if (span.failed) attributes.Text("error.type", StatusCodeName(end.code));
  span.attributes = attributes.Take();
  return span;
}

Span AttemptSpan(const Plan& plan, const Attempt& attempt) {
  Span span = SpanIn(plan.trace);
  span.id = attempt.span;
  span.parent = plan.trace.span;
  span.name = fmt::format("chat {}", plan.model());
  span.kind = SpanKind::kClient;
  span.begin = WallTime(attempt.begin);
  span.end = WallTime(attempt.end);
  span.failed = attempt.outcome != AttemptOutcome::kValid;
  Attributes attributes;
  AddRequest(plan, attributes);
  AddServer(plan.handler->row->base_url, attributes);
  attributes.Text("extractd.request_id", plan.request_id).Text("extractd.mode", plan.mode());
  AddReply(attempt, attributes);
  AddOutcome(attempt, attributes);
  span.attributes = attributes.Take();
  AddEvents(attempt, span);
  return span;
}

}  // namespace extractd
