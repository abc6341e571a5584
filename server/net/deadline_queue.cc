#include "server/net/deadline_queue.h"

namespace extractd::net {

DeadlineQueue::DeadlineQueue(const asio::any_io_executor& loop) : timer_(loop) {}

DeadlineQueue::~DeadlineQueue() {
  *alive_ = false;
}

void DeadlineQueue::Set(Entry& entry, SteadyTime due) {
  if (due == entry.due_) return;
  Clear(entry);
  if (due == SteadyTime::max()) return;
  entry.due_ = due;
  queue_.emplace(due, &entry);
  if (due < armed_) Arm(due);
}

void DeadlineQueue::Clear(Entry& entry) {
  if (entry.due_ == SteadyTime::max()) return;
  queue_.erase({entry.due_, &entry});
  entry.due_ = SteadyTime::max();
}

void DeadlineQueue::Arm(SteadyTime due) {
  armed_ = due;
  timer_.expires_at(due);
  timer_.async_wait([this, due, alive = alive_](boost::system::error_code error) {
    // `armed_` differs if the timer was set anew after this expiry had been queued.
    if (error || !*alive || armed_ != due) return;
    Fire();
  });
}

void DeadlineQueue::Fire() {
  // Earlier than any deadline that an entry may set now, so that none of them moves the timer.
  armed_ = SteadyTime::min();
  const SteadyTime now = std::chrono::steady_clock::now();
  while (!queue_.empty() && queue_.begin()->first <= now) {
    Entry& entry = *queue_.begin()->second;
    Clear(entry);
    entry.OnDue(now);
  }
  armed_ = SteadyTime::max();
  if (!queue_.empty()) Arm(queue_.begin()->first);
}

}  // namespace extractd::net
