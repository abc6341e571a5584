// Admission: how many calls run at once, which of the others wait and for how long, and which are
// turned away at once, while there is still time for them to go elsewhere. One for the process, for
// the calls that ask providers. Thread-safe; who waits is woken on its own loop.
//
// Calls of a higher priority go first. Among equals callers take turns: whoever has more calls
// waiting than others is the first to be turned away, and never keeps others from their turn.
#ifndef EXTRACTD_SERVER_ENGINE_TRAFFIC_ADMISSION_H_
#define EXTRACTD_SERVER_ENGINE_TRAFFIC_ADMISSION_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include "server/base/clock.h"
#include "server/base/strings.h"
#include "server/base/task.h"
#include "server/engine/traffic/priority.h"

namespace extractd {

class Admission {
 private:
  struct Caller;

 public:
  struct Policy {
    int max_in_flight = 2000;
    int max_queued = 2000;  // 0: nobody waits
    std::chrono::milliseconds queue_timeout{10'000};
    friend bool operator==(const Policy&, const Policy&) = default;
  };

  struct Request {
    std::string_view caller = {};           // principal; empty: one of those without
    Priority priority = Priority::kNormal;  // of the call
    int max_calls = 0;  // of the caller at once; 0: as many as there is room for
    std::optional<SteadyTime> deadline = {};  // of the call
  };

  struct Stats {
    std::int64_t running = 0;
    std::int64_t queued = 0;
  };

  // One of the calls that run; its end gives the place to the next.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept;
    Place& operator=(Place&& other) noexcept;
    ~Place() { Leave(); }
    void Leave();
    explicit operator bool() const { return admission_ != nullptr; }

   private:
    friend class Admission;
    Place(Admission& admission, Caller& caller, SteadyTime begin)
        : admission_(&admission), caller_(&caller), begin_(begin) {}

    Admission* admission_ = nullptr;
    Caller* caller_ = nullptr;
    SteadyTime begin_ = {};
  };

  // `clock` outlives this, and this every place.
  Admission(const Policy& policy, const Clock& clock);
  ~Admission();
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  void set_policy(const Policy& policy);
  // While the process is short of something that calls need, new ones are turned away.
  void set_exhausted(bool exhausted);

  // A place, if there is one now and nobody waits for it. Empty: see Wait.
  Place TryEnter(const Request& request);
  // A place when it is the caller's turn. kOverloaded, with RetryInfo and the metadata `cause`
  // (queue_full, too_long, timeout, exhausted), `limit` and `flag`: at once if the wait would be
  // too long, else after the queue's timeout. Cancelled through the coroutine's slot.
  Task<absl::StatusOr<Place>> Wait(Request request);

  Stats stats() const;

 private:
  struct Waiter;
  using WaiterPtr = std::shared_ptr<Waiter>;
  using Queue = std::deque<Caller*>;

  Caller& CallerOf(const Request& request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasRoomFor(const Caller& caller) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Enqueue(const Request& request, const WaiterPtr& waiter);
  absl::Status MakeRoom(const Caller& caller, Priority priority)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PushOut(std::deque<WaiterPtr>& waiting) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::chrono::milliseconds ExpectedWait(const Caller& caller, Priority priority) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Overloaded(std::string_view cause, std::chrono::milliseconds wait) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What became of a waiter that woke up.
  absl::StatusOr<Place> Settle(const WaiterPtr& waiter, bool cancelled);
  void Release(Caller& caller, SteadyTime begin);
  void Dispatch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Caller* NextOf(Priority priority) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;
  mutable absl::Mutex mutex_;
  Policy policy_ ABSL_GUARDED_BY(mutex_);
  bool exhausted_ ABSL_GUARDED_BY(mutex_) = false;
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  int queued_ ABSL_GUARDED_BY(mutex_) = 0;
  double mean_ms_ ABSL_GUARDED_BY(mutex_) = 0;  // that calls took lately
  // Principals come from the configuration: few.
  StringMap<std::unique_ptr<Caller>> callers_ ABSL_GUARDED_BY(mutex_);
  std::array<Queue, kPriorities> turns_ ABSL_GUARDED_BY(mutex_);  // callers who have waiters
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_ENGINE_TRAFFIC_ADMISSION_H_
