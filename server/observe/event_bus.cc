#include "server/observe/event_bus.h"

#include <algorithm>
#include <utility>

namespace extractd::observe {

EventBus::Watcher::~Watcher() {
  bus_.Remove(this);
}

std::optional<EventBus::Watcher::Delivery> EventBus::Watcher::Take() {
  const absl::MutexLock lock(&bus_.mutex_);
  if (waiting_.empty()) return std::nullopt;
  Delivery delivery = {.event = std::move(waiting_.front()), .lost = std::exchange(lost_, 0)};
  waiting_.pop_front();
  return delivery;
}

bool EventBus::Watcher::closed() const {
  const absl::MutexLock lock(&bus_.mutex_);
  return bus_.closed_;
}

bool EventBus::Watcher::Wants(const Event& event) const {
  if (!filter_.provider.empty() && filter_.provider != event.provider) return false;
  if (!filter_.principal.empty() && filter_.principal != event.principal) return false;
  return filter_.kinds.empty() ||
         std::ranges::find(filter_.kinds, event.kind) != filter_.kinds.end();
}

void EventBus::Watcher::Add(const std::shared_ptr<const Event>& event) {
  if (waiting_.size() == kMaxWaiting) {
    waiting_.pop_front();
    ++lost_;
    ++bus_.lost_;
  }
  waiting_.push_back(event);
  if (waiting_.size() == 1) wake_();
}

void EventBus::Publish(Event event) {
  if (!watched()) return;
  const auto shared = std::make_shared<const Event>(std::move(event));
  const absl::MutexLock lock(&mutex_);
  for (Watcher* watcher : watchers_) {
    // Only to tell the analysis which lock a watcher's members have: this one.
    watcher->bus_.mutex_.AssertHeld();
    if (watcher->Wants(*shared)) watcher->Add(shared);
  }
}

std::unique_ptr<EventBus::Watcher> EventBus::Watch(Filter filter, std::function<void()> wake) {
  std::unique_ptr<Watcher> watcher(new Watcher(*this, std::move(filter), std::move(wake)));
  const absl::MutexLock lock(&mutex_);
  if (watchers_.size() == kMaxWatchers) return nullptr;
  watchers_.push_back(watcher.get());
  watched_ = !closed_;
  return watcher;
}

void EventBus::Close() {
  const absl::MutexLock lock(&mutex_);
  closed_ = true;
  watched_ = false;
  for (const Watcher* watcher : watchers_) watcher->wake_();
}

void EventBus::Remove(const Watcher* watcher) {
  const absl::MutexLock lock(&mutex_);
  std::erase(watchers_, watcher);
  if (watchers_.empty()) watched_ = false;
}

}  // namespace extractd::observe
