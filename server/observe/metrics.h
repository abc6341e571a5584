// Metrics: counters, gauges and histograms with few labels, as a Prometheus text page. Every name
// begins with "extractd_". A label value that callers choose freely must be bounded before it comes
// here. Thread-safe.
#ifndef EXTRACTD_SERVER_OBSERVE_METRICS_H_
#define EXTRACTD_SERVER_OBSERVE_METRICS_H_

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace extractd::observe {

// Values of the labels, in the order in which the family names them.
using LabelValues = std::initializer_list<std::string_view>;

enum class MetricKind : std::uint8_t { kCounter, kGauge };

// One value that is computed when the page is read, e.g. from the statistics of a cache.
struct Sample {
  std::string name = {};  // without the prefix, which all but process_* get
  std::string help = {};
  MetricKind kind = MetricKind::kGauge;
  std::vector<std::pair<std::string, std::string>> labels = {};
  double value = 0;
};

class Metrics {
 private:
  struct State;

 public:
  class Counter {
   public:
    void Add(LabelValues labels, double by = 1);

   private:
    friend class Metrics;
    struct Family;
    std::shared_ptr<Family> family_;
  };

  class Gauge {
   public:
    void Set(LabelValues labels, double value);
    void Add(LabelValues labels, double by);

   private:
    friend class Metrics;
    struct Family;
    std::shared_ptr<Family> family_;
  };

  class Histogram {
   public:
    void Observe(LabelValues labels, double value);

   private:
    friend class Metrics;
    struct Family;
    std::shared_ptr<Family> family_;
  };

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  Counter rpc_requests;         // method, code
  Histogram rpc_duration;       // method
  Histogram overhead;           // (none): time of a call that was not spent on providers
  Gauge in_flight;              // (none)
  Histogram upstream_duration;  // provider, model, mode, outcome
  Counter upstream_attempts;    // provider, kind, reason
  Counter reasks;               // provider, mode, result
  Counter validation_failures;  // keyword
  Counter repairs;              // kind
  Counter tokens;               // provider, model, type
  Counter learned;              // provider, model, belief
  Counter cost;                 // provider, model
  Counter cost_unknown;         // provider, model
  Counter admission_rejected;   // reason
  Histogram queue_wait;         // (none): of calls that had to wait
  Counter streams_stopped;      // provider, model
  Counter tokens_saved;         // provider, model

  // Asked whenever the page is read; must be thread-safe and outlive this.
  using Source = std::function<std::vector<Sample>()>;
  void AddSource(Source source);

  // The page.
  std::string Text() const;

 private:
  Counter MakeCounter(const char* name, const char* help, std::vector<std::string> labels);
  Histogram MakeHistogram(
      const char* name,
      const char* help,
      std::vector<std::string> labels,
      std::vector<double> buckets
  );

  std::unique_ptr<State> state_;
};

}  // namespace extractd::observe

#endif  // EXTRACTD_SERVER_OBSERVE_METRICS_H_
