#include "server/engine/latencies.h"

#include <algorithm>
#include <memory>
#include <string>

namespace extractd {
namespace {

std::string KeyOf(std::string_view provider, std::string_view model) {
  std::string key;
  key.reserve(provider.size() + 1 + model.size());
  return key.append(provider).append("/").append(model);
}

}  // namespace

void Latencies::Add(
    std::string_view provider, std::string_view model, std::chrono::microseconds latency
) {
  const std::string key = KeyOf(provider, model);
  const absl::MutexLock lock(&mutex_);
  std::shared_ptr<Ring> ring = rings_.Find(key);
  if (ring == nullptr) {
    ring = std::make_shared<Ring>();
    rings_.Put(key, ring, sizeof(Ring));
  }
  ring->samples[ring->count++ % kSamples] = latency;
}

std::optional<std::chrono::microseconds> Latencies::Median(
    std::string_view provider, std::string_view model
) {
  const std::string key = KeyOf(provider, model);
  Ring ring;
  {
    const absl::MutexLock lock(&mutex_);
    const std::shared_ptr<Ring> found = rings_.Find(key);
    if (found == nullptr || found->count < kMinSamples) return std::nullopt;
    ring = *found;
  }
  auto* const begin = ring.samples.begin();
  auto* const middle = begin + (std::min(ring.count, kSamples) / 2);
  std::nth_element(begin, middle, begin + std::min(ring.count, kSamples));
  return *middle;
}

}  // namespace extractd
