#include "tests/fakes/imposter_state.h"

#include <utility>

namespace extractd::fakes {

void ImposterState::Queue(ScriptedReply reply) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(reply));
}

void ImposterState::SetDefault(Answer answer) {
  const std::lock_guard lock(mutex_);
  default_ = std::move(answer);
}

size_t ImposterState::NoteConnection() {
  const std::lock_guard lock(mutex_);
  connections_.push_back({.accepted = std::chrono::steady_clock::now()});
  counts_.connections = connections_.size();
  changed_.notify_all();
  return connections_.size() - 1;
}

void ImposterState::NoteBytes(size_t connection, size_t bytes) {
  const std::lock_guard lock(mutex_);
  connections_.at(connection).bytes += bytes;
}

void ImposterState::NoteSent(size_t connection, size_t bytes) {
  const std::lock_guard lock(mutex_);
  connections_.at(connection).sent += bytes;
}

void ImposterState::NoteClosed(size_t connection, bool by_peer) {
  const std::lock_guard lock(mutex_);
  SeenConnection& seen = connections_.at(connection);
  if (seen.closed) return;
  seen.closed = true;
  ++counts_.closed;
  if (by_peer) {
    seen.closed_by_peer = std::chrono::steady_clock::now();
    ++counts_.closed_by_peer;
  }
  changed_.notify_all();
}

ScriptedReply ImposterState::NoteRequest(SeenRequest request) {
  std::unique_lock lock(mutex_);
  requests_.push_back(request);
  counts_.requests = requests_.size();
  ++connections_.at(request.connection).requests;
  changed_.notify_all();
  if (!queue_.empty()) {
    ScriptedReply reply = std::move(queue_.front());
    queue_.pop_front();
    return reply;
  }
  const Answer answer = default_;
  lock.unlock();
  return answer ? answer(request) : ScriptedReply::Status(500, R"({"error":"nothing scripted"})");
}

std::vector<SeenRequest> ImposterState::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::vector<SeenConnection> ImposterState::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

ImposterState::Counts ImposterState::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

bool ImposterState::WaitFor(
    std::chrono::milliseconds patience, const std::function<bool(const Counts&)>& holds
) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return holds(counts_); });
}

}  // namespace extractd::fakes
