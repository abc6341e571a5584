// EventBus: what happens to calls and to the daemon, for those who look on. While nobody does, an
// event costs its maker one look at watched(). Thread-safe.
#ifndef EXTRACTD_SERVER_OBSERVE_EVENT_BUS_H_
#define EXTRACTD_SERVER_OBSERVE_EVENT_BUS_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

namespace extractd::observe {

enum class EventKind : std::uint8_t {
  kRequest,
  kResponse,
  kParseError,
  kRetry,
  kFinalFailure,
  kCircuit,
  kConfig,
  kError,
};

// Never holds prompts, answers or keys.
struct Event {
  EventKind kind = EventKind::kRequest;
  std::chrono::system_clock::time_point time = std::chrono::system_clock::now();
  std::string request_id = {};
  int attempt = 0;
  std::string principal = {};  // whose call it is; empty: anybody's, or no call
  std::string provider = {};
  std::string model = {};
  std::string reason = {};   // one word
  std::string message = {};  // one sentence
};

class EventBus {
 public:
  // What a watcher may lag behind before it loses the oldest.
  static constexpr size_t kMaxWaiting = 1024;
  static constexpr size_t kMaxWatchers = 64;

  // What is set must all match.
  struct Filter {
    std::vector<EventKind> kinds = {};  // empty: all
    std::string provider = {};
    std::string principal = {};
  };

  class Watcher {
   public:
    // `lost`: events that were lost right before this one.
    struct Delivery {
      std::shared_ptr<const Event> event;
      std::int64_t lost = 0;
    };
    ~Watcher();
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    // The oldest event that waits, if one does.
    std::optional<Delivery> Take();
    // No event will come any more.
    bool closed() const;

   private:
    friend class EventBus;
    Watcher(EventBus& bus, Filter filter, std::function<void()> wake)
        : bus_(bus), filter_(std::move(filter)), wake_(std::move(wake)) {}
    bool Wants(const Event& event) const;
    void Add(const std::shared_ptr<const Event>& event) ABSL_EXCLUSIVE_LOCKS_REQUIRED(bus_.mutex_);

    EventBus& bus_;
    const Filter filter_;
    const std::function<void()> wake_;
    std::deque<std::shared_ptr<const Event>> waiting_ ABSL_GUARDED_BY(bus_.mutex_);
    std::int64_t lost_ ABSL_GUARDED_BY(bus_.mutex_) = 0;
  };

  EventBus() = default;
  EventBus(const EventBus&) = delete;
  EventBus& operator=(const EventBus&) = delete;

  // Somebody looks on: events are worth their making.
  bool watched() const { return watched_.load(std::memory_order_relaxed); }
  void Publish(Event event);

  // The events from now on that pass the filter. `wake` is called whenever the first of them waits
  // and when the bus is closed, by whichever thread does that: it must not block, and not come back
  // here. Null: kMaxWatchers look on already. The bus outlives its watchers.
  std::unique_ptr<Watcher> Watch(Filter filter, std::function<void()> wake);

  // The end of all watching.
  void Close();

  // Events that watchers were too slow for, all together.
  std::int64_t lost() const { return lost_.load(); }

 private:
  void Remove(const Watcher* watcher);

  std::atomic<bool> watched_ = false;
  std::atomic<std::int64_t> lost_ = 0;
  mutable absl::Mutex mutex_;
  std::vector<Watcher*> watchers_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace extractd::observe

#endif  // EXTRACTD_SERVER_OBSERVE_EVENT_BUS_H_
