// Latencies: how long models took lately, so that a call does not start a turn which cannot end
// before its deadline. Bounded; thread-safe.
#ifndef EXTRACTD_SERVER_ENGINE_LATENCIES_H_
#define EXTRACTD_SERVER_ENGINE_LATENCIES_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include "server/base/byte_lru.h"

namespace extractd {

class Latencies {
 public:
  static constexpr size_t kMaxModels = 1000;
  static constexpr size_t kSamples = 31;  // of a model, the latest
  static constexpr size_t kMinSamples = 5;

  // A turn of `model` that was answered.
  void Add(std::string_view provider, std::string_view model, std::chrono::microseconds latency);

  // The median of the latest; nothing until there are kMinSamples.
  std::optional<std::chrono::microseconds> Median(
      std::string_view provider, std::string_view model
  );

 private:
  struct Ring {
    std::array<std::chrono::microseconds, kSamples> samples{};
    size_t count = 0;  // ever added
  };
  absl::Mutex mutex_;
  ByteLru<Ring> rings_ ABSL_GUARDED_BY(mutex_){kMaxModels * 1024, kMaxModels};
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_LATENCIES_H_
