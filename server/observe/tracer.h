// Tracer: begins the traces of calls, and keeps spans until they are exported. To record one costs
// a lock for a moment and never waits: if the queue is full the span is lost, and counted.
// Thread-safe.
#ifndef EXTRACTD_SERVER_OBSERVE_TRACER_H_
#define EXTRACTD_SERVER_OBSERVE_TRACER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include "server/base/trace_context.h"
#include "server/observe/span.h"

namespace extractd::observe {

class Tracer {
 public:
  // Spans that wait to be exported.
  static constexpr size_t kMaxWaiting = 4096;
  static constexpr size_t kMaxStateBytes = 512;  // of a tracestate; longer ones are left out

  // `exports`: somebody takes the spans; else none is recorded.
  void set_exports(bool exports) { exports_ = exports; }
  // Of the traces that begin here. Those of callers are recorded if their callers do.
  void set_sample_percent(double percent) { sample_percent_ = percent; }
  // Whether providers are told.
  void set_sends(bool sends) { sends_ = sends; }

  // The context of a call with these headers, each empty if it has none. What is not well-formed
  // counts as none. A call that names no trace gets one only if spans are exported.
  TraceContext Begin(std::string_view traceparent, std::string_view tracestate) const;

  // REQUIRES: the context of its call is recorded.
  void Record(Span span);
  // The oldest that wait, so many at most.
  std::vector<Span> Take(size_t most);
  // So many were taken and arrived, or did not.
  void CountExported(size_t spans) { exported_ += static_cast<std::int64_t>(spans); }
  void CountLost(size_t spans) { lost_ += static_cast<std::int64_t>(spans); }

  std::int64_t exported() const { return exported_.load(); }
  std::int64_t lost() const { return lost_.load(); }

 private:
  std::atomic<bool> exports_ = false;
  std::atomic<bool> sends_ = true;
  std::atomic<double> sample_percent_ = 100;
  std::atomic<std::int64_t> exported_ = 0;
  std::atomic<std::int64_t> lost_ = 0;
  absl::Mutex mutex_;
  std::vector<Span> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace extractd::observe

#endif  // EXTRACTD_SERVER_OBSERVE_TRACER_H_
