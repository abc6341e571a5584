#include "server/engine/traffic/admission.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <fmt/format.h>

#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/engine/endings.h"

namespace extractd {
namespace {

using std::chrono::milliseconds;

// A hint for callers: neither at once nor never.
constexpr milliseconds kShortestHint{100};
constexpr milliseconds kLongestHint{30'000};

enum class WaiterState : std::uint8_t { kWaiting, kAdmitted, kPushedOut };

}  // namespace

struct Admission::Waiter {
  explicit Waiter(const asio::any_io_executor& loop) : timer(loop) {}

  asio::steady_timer timer;  // its own loop's only
  Caller* caller = nullptr;
  milliseconds patience{0};
  WaiterState state = WaiterState::kWaiting;  // under the mutex
};

struct Admission::Caller {
  Priority priority = Priority::kNormal;
  int max_calls = 0;
  int running = 0;
  std::deque<WaiterPtr> waiting = {};
  bool in_turns = false;  // of turns_: if somebody waits, and perhaps for a while after that
};

namespace {

// From whatever thread, on the waiter's loop.
template <class WaiterPtr>
void Wake(const WaiterPtr& waiter) {
  asio::post(waiter->timer.get_executor(), [waiter] { waiter->timer.cancel(); });
}

}  // namespace

Admission::Place::Place(Place&& other) noexcept
    : admission_(std::exchange(other.admission_, nullptr)),
      caller_(other.caller_),
      begin_(other.begin_) {}

Admission::Place& Admission::Place::operator=(Place&& other) noexcept {
  if (this == &other) return *this;
  Leave();
  admission_ = std::exchange(other.admission_, nullptr);
  caller_ = other.caller_;
  begin_ = other.begin_;
  return *this;
}

void Admission::Place::Leave() {
  if (Admission* admission = std::exchange(admission_, nullptr)) {
    admission->Release(*caller_, begin_);
  }
}

Admission::Admission(const Policy& policy, const Clock& clock) : clock_(clock), policy_(policy) {}
Admission::~Admission() = default;

void Admission::set_policy(const Policy& policy) {
  const absl::MutexLock lock(&mutex_);
  policy_ = policy;
  Dispatch();
}

void Admission::set_exhausted(bool exhausted) {
  const absl::MutexLock lock(&mutex_);
  exhausted_ = exhausted;
}

Admission::Stats Admission::stats() const {
  const absl::MutexLock lock(&mutex_);
  return {.running = running_, .queued = queued_};
}

Admission::Caller& Admission::CallerOf(const Request& request) {
  auto found = callers_.find(request.caller);
  if (found == callers_.end()) {
    found = callers_.emplace(std::string(request.caller), std::make_unique<Caller>()).first;
  }
  Caller& caller = *found->second;
  // A reload may have changed them; who waits already keeps its turn.
  caller.max_calls = request.max_calls;
  if (!caller.in_turns) caller.priority = request.priority;
  return caller;
}

bool Admission::HasRoomFor(const Caller& caller) const {
  return running_ < policy_.max_in_flight &&
         (caller.max_calls == 0 || caller.running < caller.max_calls);
}

Admission::Place Admission::TryEnter(const Request& request) {
  const SteadyTime now = clock_.Now();
  const absl::MutexLock lock(&mutex_);
  Caller& caller = CallerOf(request);
  // While others wait there is room only for those whom a limit of their own holds back.
  if (exhausted_ || !HasRoomFor(caller) || !caller.waiting.empty()) return {};
  ++running_;
  ++caller.running;
  return {*this, caller, now};
}

Task<absl::StatusOr<Admission::Place>> Admission::Wait(Request request) {
  const asio::any_io_executor loop = co_await asio::this_coro::executor;
  const auto waiter = std::make_shared<Waiter>(loop);
  CO_RETURN_IF_ERROR(Enqueue(request, waiter));
  waiter->timer.expires_after(waiter->patience);
  boost::system::error_code error;
  co_await waiter->timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  const bool cancelled = co_await Cancelled();
  co_return Settle(waiter, cancelled);
}

absl::Status Admission::Enqueue(const Request& request, const WaiterPtr& waiter) {
  const SteadyTime now = clock_.Now();
  const absl::MutexLock lock(&mutex_);
  Caller& caller = CallerOf(request);
  const milliseconds wait = ExpectedWait(caller);
  if (exhausted_) return Overloaded("exhausted", kShortestHint);
  waiter->patience = policy_.queue_timeout;
  if (request.deadline.has_value()) {
    const auto left = std::chrono::duration_cast<milliseconds>(*request.deadline - now);
    waiter->patience = std::clamp(left, milliseconds(0), waiter->patience);
  }
  if (wait > waiter->patience) return Overloaded("too_long", wait);
  RETURN_IF_ERROR(MakeRoom(caller));
  waiter->caller = &caller;
  if (!std::exchange(caller.in_turns, true)) {
    turns_.at(static_cast<size_t>(caller.priority)).push_back(&caller);
  }
  caller.waiting.push_back(waiter);
  ++queued_;
  Dispatch();  // it may have become free since TryEnter
  return absl::OkStatus();
}

// A caller with few waiting calls takes the place of the newest of the one with the most.
absl::Status Admission::MakeRoom(const Caller& caller) {
  if (queued_ < policy_.max_queued) return absl::OkStatus();
  Caller* longest = nullptr;
  for (const auto& [name, other] : callers_) {
    if (longest == nullptr || other->waiting.size() > longest->waiting.size())
      longest = other.get();
  }
  if (longest == nullptr || longest->waiting.size() <= caller.waiting.size() + 1) {
    return Overloaded("queue_full", ExpectedWait(caller));
  }
  const WaiterPtr loser = longest->waiting.back();
  longest->waiting.pop_back();
  --queued_;
  loser->state = WaiterState::kPushedOut;
  Wake(loser);
  return absl::OkStatus();
}

// Callers take turns, so that a caller's call waits for as many others as all have before it in
// turn, however many one of them has.
milliseconds Admission::ExpectedWait(const Caller& caller) const {
  size_t callers = caller.waiting.empty() ? 1 : 0;
  for (const Queue& turns : turns_) callers += turns.size();
  const auto ahead =
      std::min((caller.waiting.size() + 1) * callers, static_cast<size_t>(queued_) + 1);
  const double slots = std::max(1, policy_.max_in_flight);
  return milliseconds(static_cast<std::int64_t>(mean_ms_ * static_cast<double>(ahead) / slots));
}

absl::Status Admission::Overloaded(std::string_view cause, milliseconds wait) const {
  const bool of_queue = cause == "queue_full";
  const int limit = of_queue ? policy_.max_queued : policy_.max_in_flight;
  return MakeError(
      {.reason = Reason::kOverloaded,
       .metadata =
           {{"cause", std::string(cause)},
            {"limit", std::to_string(limit)},
            {"flag", of_queue ? "max_queued" : "max_in_flight"}},
       .retry_after = std::clamp(wait, kShortestHint, kLongestHint)},
      fmt::format("too many calls at once ({}); nothing was sent", cause)
  );
}

absl::StatusOr<Admission::Place> Admission::Settle(const WaiterPtr& waiter, bool cancelled) {
  const SteadyTime now = clock_.Now();
  Place place;  // given back outside of the mutex
  const absl::MutexLock lock(&mutex_);
  Caller& caller = *waiter->caller;
  switch (waiter->state) {
    case WaiterState::kAdmitted:
      place = Place(*this, caller, now);
      if (!cancelled) return place;
      break;
    case WaiterState::kPushedOut:
      if (!cancelled) return Overloaded("queue_full", ExpectedWait(caller));
      break;
    case WaiterState::kWaiting:
      std::erase(caller.waiting, waiter);
      --queued_;
      if (!cancelled) return Overloaded("timeout", ExpectedWait(caller));
      break;
  }
  return CancelledError();
}

void Admission::Release(Caller& caller, SteadyTime begin) {
  constexpr double kWeight = 0.05;  // of the newest
  const auto took = std::chrono::duration<double, std::milli>(clock_.Now() - begin).count();
  const absl::MutexLock lock(&mutex_);
  mean_ms_ = mean_ms_ == 0 ? took : mean_ms_ + kWeight * (took - mean_ms_);
  --running_;
  --caller.running;
  Dispatch();
}

void Admission::Dispatch() {
  for (Queue& turns : turns_) {
    while (running_ < policy_.max_in_flight) {
      Caller* const caller = NextIn(turns);
      if (caller == nullptr) break;
      const WaiterPtr waiter = caller->waiting.front();
      caller->waiting.pop_front();
      --queued_;
      caller->in_turns = !caller->waiting.empty();
      if (caller->in_turns) turns.push_back(caller);
      ++running_;
      ++caller->running;
      waiter->state = WaiterState::kAdmitted;
      Wake(waiter);
    }
  }
}

// Taken out of `turns`; null: nobody there may run now.
Admission::Caller* Admission::NextIn(Queue& turns) {
  for (size_t left = turns.size(); left > 0; --left) {
    Caller* const caller = turns.front();
    turns.pop_front();
    caller->in_turns = !caller->waiting.empty();
    if (!caller->in_turns) continue;
    if (HasRoomFor(*caller)) return caller;
    turns.push_back(caller);
  }
  return nullptr;
}

}  // namespace extractd
