// DeadlineQueue: many deadlines on one timer of the loop. The timer is set anew only when an
// earlier deadline comes in, and looks for the next one when it fires: in the common case, where
// work ends long before its deadline, nothing but an ordered set is touched. Not thread-safe.
#ifndef EXTRACTD_SERVER_NET_DEADLINE_QUEUE_H_
#define EXTRACTD_SERVER_NET_DEADLINE_QUEUE_H_

#include <memory>
#include <utility>

#include <absl/container/btree_set.h>

#include "server/base/clock.h"
#include "server/base/task.h"

namespace extractd::net {

class DeadlineQueue {
 public:
  // Whoever waits. It must be cleared from its queue before it goes.
  class Entry {
   public:
    Entry() = default;
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    // SteadyTime::max(): not queued.
    SteadyTime due() const { return due_; }

   protected:
    ~Entry() = default;

   private:
    friend DeadlineQueue;
    // The deadline has passed and the entry is out of the queue. May set and clear any entry.
    virtual void OnDue(SteadyTime now) = 0;

    SteadyTime due_ = SteadyTime::max();
  };

  explicit DeadlineQueue(const asio::any_io_executor& loop);
  ~DeadlineQueue();
  DeadlineQueue(const DeadlineQueue&) = delete;
  DeadlineQueue& operator=(const DeadlineQueue&) = delete;

  // Replaces the deadline of `entry`. SteadyTime::max(): as Clear.
  void Set(Entry& entry, SteadyTime due);
  void Clear(Entry& entry);

 private:
  void Arm(SteadyTime due);
  void Fire();

  asio::steady_timer timer_;
  absl::btree_set<std::pair<SteadyTime, Entry*>> queue_;
  SteadyTime armed_ = SteadyTime::max();
  // A handler that is queued already cannot be cancelled: it asks whether we are still there.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_DEADLINE_QUEUE_H_
