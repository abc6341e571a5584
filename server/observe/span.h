// Span: one step of a trace as it is exported. Names and attributes follow OpenTelemetry's
// conventions; none of them ever holds prompts, answers or keys.
#ifndef EXTRACTD_SERVER_OBSERVE_SPAN_H_
#define EXTRACTD_SERVER_OBSERVE_SPAN_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/base/trace_context.h"

namespace extractd::observe {

struct SpanAttribute {
  std::string_view key = {};  // a constant
  std::variant<std::string, std::int64_t, double, bool, std::vector<std::string>> value = {};
};

struct SpanEvent {
  std::string_view name = {};  // a constant
  std::chrono::system_clock::time_point time = {};
  std::vector<SpanAttribute> attributes = {};
};

// The numbers are OTLP's.
enum class SpanKind : std::uint8_t { kServer = 2, kClient = 3 };

struct Span {
  TraceId trace = {};
  std::uint64_t id = 0;
  std::uint64_t parent = 0;  // 0: none
  std::string state = {};    // tracestate
  std::string name = {};
  SpanKind kind = SpanKind::kServer;
  std::chrono::system_clock::time_point begin = {};
  std::chrono::system_clock::time_point end = {};
  std::vector<SpanAttribute> attributes = {};
  std::vector<SpanEvent> events = {};
  bool failed = false;
};

}  // namespace extractd::observe

#endif  // EXTRACTD_SERVER_OBSERVE_SPAN_H_
