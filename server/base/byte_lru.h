// ByteLru: a map from text to shared values, bounded by bytes and by entries; the least recently
// used goes first. Not thread-safe: its owner holds the lock.
#ifndef EXTRACTD_SERVER_BASE_BYTE_LRU_H_
#define EXTRACTD_SERVER_BASE_BYTE_LRU_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "server/base/strings.h"

namespace extractd {

struct LruStats {
  std::int64_t evictions = 0;
  std::int64_t entries = 0;
  std::int64_t bytes = 0;
};

template <class V>
class ByteLru {
 public:
  explicit ByteLru(size_t max_bytes, size_t max_entries = std::numeric_limits<size_t>::max())
      : max_bytes_(max_bytes), max_entries_(max_entries) {}

  // Null if there is none. Makes the entry the most recently used one.
  std::shared_ptr<V> Find(std::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return found->second->value;
  }

  // Calls `each` with key and value of every entry, the most recently used one first. No entry
  // changes its place.
  template <class Each>
  void ForEach(Each each) const {
    for (const Entry& entry : order_) each(std::string_view(entry.key), entry.value);
  }

  // Adds or replaces. A value of more than the whole limit is not kept.
  void Put(std::string_view key, std::shared_ptr<V> value, size_t bytes) {
    Erase(key);
    const size_t charge = bytes + key.size();
    if (charge > max_bytes_ || max_entries_ == 0) return;
    order_.push_front({std::string(key), std::move(value), charge});
    index_.emplace(order_.front().key, order_.begin());
    bytes_ += charge;
    while (bytes_ > max_bytes_ || order_.size() > max_entries_) {
      ++evictions_;
      Erase(order_.back().key);
    }
  }

  void Erase(std::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return;
    const auto entry = found->second;
    bytes_ -= entry->bytes;
    index_.erase(found);
    order_.erase(entry);
  }

  LruStats stats() const {
    return {
        .evictions = evictions_,
        .entries = static_cast<std::int64_t>(order_.size()),
        .bytes = static_cast<std::int64_t>(bytes_),
    };
  }

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<V> value;
    size_t bytes;
  };
  size_t max_bytes_;
  size_t max_entries_;
  size_t bytes_ = 0;
  std::int64_t evictions_ = 0;
  std::list<Entry> order_;  // most recently used first
  StringMap<typename std::list<Entry>::iterator> index_;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_BASE_BYTE_LRU_H_
