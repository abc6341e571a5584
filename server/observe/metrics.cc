#include "server/observe/metrics.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <sstream>

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <fmt/format.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "server/base/strings.h"

namespace extractd::observe {
namespace {

constexpr std::string_view kPrefix = "extractd_";

const std::vector<double> kRpcSeconds = {
    .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320
};
const std::vector<double> kUpstreamSeconds = {
    .01, .02, .04, .08, .16, .32, .64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92
};
const std::vector<double> kOverheadSeconds = {
    .00005, .0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1
};

// The values one after the other, with a mark behind each.
std::string KeyOf(LabelValues values) {
  std::string key;
  for (const std::string_view value : values) key.append(value).push_back('\0');
  return key;
}

bool Spells(std::string_view key, LabelValues values) {
  for (const std::string_view value : values) {
    if (!key.starts_with(value)) return false;
    key.remove_prefix(value.size());
    if (!key.starts_with('\0')) return false;
    key.remove_prefix(1);
  }
  return key.empty();
}

// What a thread has looked up lately: few combinations of labels make nearly all of the look-ups,
// and these cost neither a lock nor a hash. Families have numbers, since one may come to stand
// where another was.
struct LookUp {
  std::uint64_t family = 0;  // 0: none
  std::string key = {};
  void* child = nullptr;
};
constexpr size_t kLookUps = 128;

LookUp& LookUpOf(std::uint64_t family, LabelValues values) {
  thread_local std::array<LookUp, kLookUps> last;
  size_t place = family;
  for (const std::string_view value : values) {
    const auto end = value.empty() ? '\0' : value.back();
    place = (place * 31) + (value.size() * 7) + static_cast<unsigned char>(end);
  }
  return last[place % kLookUps];
}

std::uint64_t NextFamilyId() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

// One metric family whose children are made at first use and looked up by their label values.
template <class Metric, class... Arguments>
class LabeledFamily {
 public:
  LabeledFamily(
      prometheus::Family<Metric>& family, std::vector<std::string> labels, Arguments... arguments
  )
      : family_(family), labels_(std::move(labels)), arguments_(std::move(arguments)...) {}

  Metric& At(LabelValues values) {
    LookUp& last = LookUpOf(id_, values);
    if (last.family != id_ || !Spells(last.key, values)) {
      last = {.family = id_, .key = KeyOf(values), .child = nullptr};
      last.child = &Find(last.key, values);
    }
    return *static_cast<Metric*>(last.child);
  }

 private:
  Metric& Find(std::string_view key, LabelValues values) {
    {
      const absl::ReaderMutexLock lock(&mutex_);
      const auto known = children_.find(key);
      if (known != children_.end()) return *known->second;
    }
    return Make(key, values);
  }

  Metric& Make(std::string_view key, LabelValues values) {
    const absl::MutexLock lock(&mutex_);
    const auto known = children_.find(key);
    if (known != children_.end()) return *known->second;
    std::map<std::string, std::string> labels;
    size_t i = 0;
    for (const std::string_view value : values) labels.emplace(labels_.at(i++), value);
    Metric& child = std::apply(
        [&](const auto&... arguments) -> Metric& { return family_.Add(labels, arguments...); },
        arguments_
    );
    children_.emplace(key, &child);
    return child;
  }

  const std::uint64_t id_ = NextFamilyId();
  prometheus::Family<Metric>& family_;
  std::vector<std::string> labels_;
  std::tuple<Arguments...> arguments_;
  absl::Mutex mutex_;
  StringMap<Metric*> children_ ABSL_GUARDED_BY(mutex_);
};

// What every process exports has the name that every dashboard knows.
std::string FullName(std::string_view name) {
  if (name.starts_with("process_")) return std::string(name);
  return std::string(kPrefix).append(name);
}

// Samples of one name become one family, as the format demands.
void AddSamples(const std::vector<Sample>& samples, std::vector<prometheus::MetricFamily>& page) {
  std::map<std::string, prometheus::MetricFamily> families;
  for (const Sample& sample : samples) {
    prometheus::MetricFamily& family = families[sample.name];
    const bool counter = sample.kind == MetricKind::kCounter;
    family.name = FullName(sample.name);
    family.help = sample.help;
    family.type = counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
    prometheus::ClientMetric& metric = family.metric.emplace_back();
    for (const auto& [name, value] : sample.labels) metric.label.push_back({name, value});
    (counter ? metric.counter.value : metric.gauge.value) = sample.value;
  }
  for (auto& [name, family] : families) page.push_back(std::move(family));
}

}  // namespace

struct Metrics::State {
  prometheus::Registry registry;
  absl::Mutex mutex;
  std::vector<Source> sources ABSL_GUARDED_BY(mutex);
};

struct Metrics::Counter::Family : LabeledFamily<prometheus::Counter> {
  using LabeledFamily::LabeledFamily;
};
struct Metrics::Gauge::Family : LabeledFamily<prometheus::Gauge> {
  using LabeledFamily::LabeledFamily;
};
struct Metrics::Histogram::Family : LabeledFamily<prometheus::Histogram, std::vector<double>> {
  using LabeledFamily::LabeledFamily;
};

void Metrics::Counter::Add(LabelValues labels, double by) {
  family_->At(labels).Increment(by);
}
void Metrics::Gauge::Set(LabelValues labels, double value) {
  family_->At(labels).Set(value);
}
void Metrics::Gauge::Add(LabelValues labels, double by) {
  family_->At(labels).Increment(by);
}
void Metrics::Histogram::Observe(LabelValues labels, double value) {
  family_->At(labels).Observe(value);
}

Metrics::Counter Metrics::MakeCounter(
    const char* name, const char* help, std::vector<std::string> labels
) {
  Counter made;
  made.family_ = std::make_shared<Counter::Family>(
      prometheus::BuildCounter().Name(FullName(name)).Help(help).Register(state_->registry),
      std::move(labels)
  );
  return made;
}

Metrics::Histogram Metrics::MakeHistogram(
    const char* name, const char* help, std::vector<std::string> labels, std::vector<double> buckets
) {
  Histogram made;
  made.family_ = std::make_shared<Histogram::Family>(
      prometheus::BuildHistogram().Name(FullName(name)).Help(help).Register(state_->registry),
      std::move(labels),
      std::move(buckets)
  );
  return made;
}

Metrics::Metrics() : state_(std::make_unique<State>()) {
  rpc_requests = MakeCounter("rpc_requests_total", "Calls ended.", {"method", "code"});
  rpc_duration = MakeHistogram("rpc_duration_seconds", "Time of calls.", {"method"}, kRpcSeconds);
  overhead = MakeHistogram(
      "overhead_seconds", "Time of extractions beside waiting for providers.", {}, kOverheadSeconds
  );
  in_flight.family_ = std::make_shared<Gauge::Family>(
      prometheus::BuildGauge()
          .Name(FullName("in_flight"))
          .Help("Calls being served.")
          .Register(state_->registry),
      std::vector<std::string>{}
  );
  upstream_duration = MakeHistogram(
      "upstream_request_duration_seconds",
      "Time of sends to providers.",
      {"provider", "model", "mode", "outcome"},
      kUpstreamSeconds
  );
  upstream_attempts =
      MakeCounter("upstream_attempts_total", "Sends to providers.", {"provider", "kind", "reason"});
  reasks = MakeCounter("reask_total", "Turns after the first.", {"provider", "mode", "result"});
  validation_failures =
      MakeCounter("validation_failures_total", "Issues found in answers.", {"keyword"});
  repairs = MakeCounter("repair_total", "Local repairs of answers.", {"kind"});
  tokens = MakeCounter("tokens_total", "Tokens used.", {"provider", "model", "type"});
  learned = MakeCounter(
      "learned_total",
      "Refusals that taught what a model does not take.",
      {"provider", "model", "belief"}
  );
  admission_rejected = MakeCounter(
      "admission_rejected_total", "Calls turned away, since there were too many.", {"reason"}
  );
  queue_wait = MakeHistogram(
      "queue_wait_seconds", "Time that calls waited for their turn.", {}, kRpcSeconds
  );
  streams_stopped = MakeCounter(
      "streams_stopped_total",
      "Streamed answers that were stopped, as they could not become valid.",
      {"provider", "model"}
  );
  tokens_saved = MakeCounter(
      "stopped_tokens_saved_total",
      "Output tokens that this saved, by the answers that followed.",
      {"provider", "model"}
  );
  cost = MakeCounter("cost_usd_total", "US dollars spent, by known prices.", {"provider", "model"});
  cost_unknown = MakeCounter(
      "cost_unknown_total",
      "Sends whose cost is not known, or not all of it.",
      {"provider", "model"}
  );
}

Metrics::~Metrics() = default;

void Metrics::AddSource(Source source) {
  const absl::MutexLock lock(&state_->mutex);
  state_->sources.push_back(std::move(source));
}

std::string Metrics::Text() const {
  std::vector<prometheus::MetricFamily> page = state_->registry.Collect();
  std::vector<Source> sources;
  {
    const absl::MutexLock lock(&state_->mutex);
    sources = state_->sources;
  }
  std::vector<Sample> samples;
  for (const Source& source : sources) {
    std::vector<Sample> more = source();
    samples.insert(samples.end(), more.begin(), more.end());
  }
  AddSamples(samples, page);
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, page);
  return out.str();
}

}  // namespace extractd::observe
