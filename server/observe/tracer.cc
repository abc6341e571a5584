#include "server/observe/tracer.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include <absl/random/random.h>

namespace extractd::observe {
namespace {

absl::InsecureBitGen& Random() {
  // NOLINTNEXTLINE(misc-use-internal-linkage): it is local
  thread_local absl::InsecureBitGen random;
  return random;
}

// Ids are never zero.
std::uint64_t NewId() {
  return absl::Uniform<std::uint64_t>(
      absl::IntervalClosed, Random(), 1, std::numeric_limits<std::uint64_t>::max()
  );
}

bool IsPrintable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

TraceContext Tracer::Begin(std::string_view traceparent, std::string_view tracestate) const {
  const bool exports = exports_.load(std::memory_order_relaxed);
  if (!traceparent.empty()) {
    if (std::optional<TraceContext> context = ParseTraceparent(traceparent)) {
      context->recorded = exports && context->sampled();
      context->sent = sends_.load(std::memory_order_relaxed);
      if (!context->recorded) return *std::move(context);
      context->span = NewId();
      if (tracestate.size() <= kMaxStateBytes && IsPrintable(tracestate)) {
        context->state = tracestate;
      }
      return *std::move(context);
    }
  }
  if (!exports) return {};
  const bool sampled = absl::Uniform(Random(), 0.0, 100.0) < sample_percent_.load();
  return {
      .trace = {NewId(), NewId()},
      .span = NewId(),
      .flags = sampled ? TraceContext::kSampled : std::uint8_t{0},
      .recorded = sampled,
      .sent = sends_.load(std::memory_order_relaxed),
  };
}

void Tracer::Record(Span span) {
  {
    const absl::MutexLock lock(&mutex_);
    if (waiting_.size() < kMaxWaiting) {
      waiting_.push_back(std::move(span));
      return;
    }
  }
  CountLost(1);
}

std::vector<Span> Tracer::Take(size_t most) {
  const absl::MutexLock lock(&mutex_);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(most, waiting_.size()));
  std::vector<Span> taken(std::move_iterator(waiting_.begin()), std::move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return taken;
}

}  // namespace extractd::observe
