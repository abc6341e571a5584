#include "server/base/trace_context.h"

#include <charconv>

#include <fmt/format.h>

namespace extractd {
namespace {

// version "-" trace "-" span "-" flags
constexpr size_t kTraceAt = 3;
constexpr size_t kSpanAt = 36;
constexpr size_t kFlagsAt = 53;
constexpr size_t kBytes = 55;

template <class Number>
std::optional<Number> ReadHex(std::string_view digits) {
  Number value = 0;
  for (const char digit : digits) {
    if (digit >= 'A' && digit <= 'F') return std::nullopt;  // from_chars takes them
  }
  const char* const end = digits.data() + digits.size();
  const auto [at, error] = std::from_chars(digits.data(), end, value, 16);
  if (error != std::errc() || at != end) return std::nullopt;
  return value;
}

bool HasForm(std::string_view text) {
  if (text.size() < kBytes || text.substr(0, 2) == "ff") return false;
  if (!ReadHex<std::uint8_t>(text.substr(0, 2)).has_value()) return false;
  const bool longer = text.size() > kBytes;
  if (longer && (text.starts_with("00") || text[kBytes] != '-')) return false;
  return text[kTraceAt - 1] == '-' && text[kSpanAt - 1] == '-' && text[kFlagsAt - 1] == '-';
}

}  // namespace

std::optional<TraceContext> ParseTraceparent(std::string_view text) {
  if (!HasForm(text)) return std::nullopt;
  const auto high = ReadHex<std::uint64_t>(text.substr(kTraceAt, 16));
  const auto low = ReadHex<std::uint64_t>(text.substr(kTraceAt + 16, 16));
  const auto span = ReadHex<std::uint64_t>(text.substr(kSpanAt, 16));
  const auto flags = ReadHex<std::uint8_t>(text.substr(kFlagsAt, 2));
  if (!high.has_value() || !low.has_value() || !span.has_value() || !flags.has_value()) {
    return std::nullopt;
  }
  const TraceContext context = {
      .trace = {*high, *low}, .span = *span, .parent = *span, .flags = *flags
  };
  if (!context.exists() || context.span == 0) return std::nullopt;
  return context;
}

std::string TraceparentOf(const TraceContext& context, std::uint64_t span) {
  return fmt::format(
      "00-{}-{}-{:02x}", HexOf(context.trace), HexOf(span), context.flags & TraceContext::kSampled
  );
}

std::string HexOf(const TraceId& trace) {
  return fmt::format("{:016x}{:016x}", trace.high, trace.low);
}

std::string HexOf(std::uint64_t span) {
  return fmt::format("{:016x}", span);
}

}  // namespace extractd
