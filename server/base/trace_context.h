// TraceContext: whose trace a call belongs to, in the form that the W3C gave it: `traceparent`, and
// `tracestate` beside it.
#ifndef EXTRACTD_SERVER_BASE_TRACE_CONTEXT_H_
#define EXTRACTD_SERVER_BASE_TRACE_CONTEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace extractd {

struct TraceId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend bool operator==(const TraceId&, const TraceId&) = default;
};

struct TraceContext {
  TraceId trace = {};        // zero: there is no trace
  std::uint64_t span = 0;    // of the call; the caller's where the call has none of its own
  std::uint64_t parent = 0;  // the caller's; 0: the trace begins here
  std::uint8_t flags = 0;
  bool recorded = false;   // spans of the call are exported
  bool sent = true;        // providers are told of it
  std::string state = {};  // the caller's tracestate

  bool exists() const { return trace != TraceId(); }
  bool sampled() const { return (flags & kSampled) != 0; }
  static constexpr std::uint8_t kSampled = 1;
};

// What a caller's `traceparent` says: `span` and `parent` are the caller's. Nothing: it is not
// well-formed. Later versions are read as far as this one goes, as the W3C asks.
std::optional<TraceContext> ParseTraceparent(std::string_view text);

// The header for a request that is sent as part of `span`.
std::string TraceparentOf(const TraceContext& context, std::uint64_t span);

// 32 and 16 lower case hexadecimal digits.
std::string HexOf(const TraceId& trace);
std::string HexOf(std::uint64_t span);

}  // namespace extractd

#endif  // EXTRACTD_SERVER_BASE_TRACE_CONTEXT_H_
