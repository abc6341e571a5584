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
  Priority priority = Priority::kNormal;
  milliseconds patience{0};
  WaiterState state = WaiterState::kWaiting;  // under the mutex
};

struct Admission::Caller {
  // Calls of one priority.
  struct Line {
    std::deque<WaiterPtr> waiting = {};
    bool in_turns = false;  // of turns_: if somebody waits, and perhaps for a while after that
  };

  int max_calls = 0;
  int running = 0;
  std::array<Line, kPriorities> lines = {};

  Line& LineOf(Priority priority) { return lines.at(static_cast<size_t>(priority)); }
  const Line& LineOf(Priority priority) const { return lines.at(static_cast<size_t>(priority)); }
  // Somebody waits who goes before, or came before, a call of that priority.
  bool HasWaiting(Priority priority) const {
    return std::any_of(
        lines.begin(),
        lines.begin() + static_cast<std::ptrdiff_t>(priority) + 1,
        [](const Line& line) { return !line.waiting.empty(); }
    );
  }
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
  caller.max_calls = request.max_calls;  // a reload may have changed it
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
  if (exhausted_ || !HasRoomFor(caller) || caller.HasWaiting(request.priority)) return {};
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
  const milliseconds wait = ExpectedWait(caller, request.priority);
  if (exhausted_) return Overloaded("exhausted", kShortestHint);
  waiter->patience = policy_.queue_timeout;
  if (request.deadline.has_value()) {
    const auto left = std::chrono::duration_cast<milliseconds>(*request.deadline - now);
    waiter->patience = std::clamp(left, milliseconds(0), waiter->patience);
  }
  if (wait > waiter->patience) return Overloaded("too_long", wait);
  RETURN_IF_ERROR(MakeRoom(caller, request.priority));
  waiter->caller = &caller;
  waiter->priority = request.priority;
  Caller::Line& line = caller.LineOf(request.priority);
  if (!std::exchange(line.in_turns, true)) {
    turns_.at(static_cast<size_t>(request.priority)).push_back(&caller);
  }
  line.waiting.push_back(waiter);
  ++queued_;
  Dispatch();  // it may have become free since TryEnter
  return absl::OkStatus();
}

// A call takes the place of one of a lower priority, the newest of whoever has the most of them. Of
// its own priority it takes the place of a caller's newest who has more waiting than its own.
absl::Status Admission::MakeRoom(const Caller& caller, Priority priority) {
  if (queued_ < policy_.max_queued) return absl::OkStatus();
  for (size_t i = kPriorities; i-- > static_cast<size_t>(priority);) {
    const auto lower = static_cast<Priority>(i);
    Caller* longest = nullptr;
    for (const auto& [name, other] : callers_) {
      const size_t waiting = other->LineOf(lower).waiting.size();
      if (longest == nullptr || waiting > longest->LineOf(lower).waiting.size()) {
        longest = other.get();
      }
    }
    const size_t allowed = lower == priority ? caller.LineOf(priority).waiting.size() + 1 : 0;
    if (longest == nullptr || longest->LineOf(lower).waiting.size() <= allowed) continue;
    PushOut(longest->LineOf(lower).waiting);
    return absl::OkStatus();
  }
  return Overloaded("queue_full", ExpectedWait(caller, priority));
}

void Admission::PushOut(std::deque<WaiterPtr>& waiting) {
  const WaiterPtr loser = waiting.back();
  waiting.pop_back();
  --queued_;
  loser->state = WaiterState::kPushedOut;
  Wake(loser);
}

// Callers take turns, so that a caller's call waits for as many others as all have before it in
// turn, however many one of them has.
milliseconds Admission::ExpectedWait(const Caller& caller, Priority priority) const {
  const size_t own = caller.LineOf(priority).waiting.size();
  size_t callers = own == 0 ? 1 : 0;
  for (size_t i = 0; i <= static_cast<size_t>(priority); ++i) callers += turns_.at(i).size();
  const auto ahead = std::min((own + 1) * callers, static_cast<size_t>(queued_) + 1);
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
      if (!cancelled) return Overloaded("queue_full", ExpectedWait(caller, waiter->priority));
      break;
    case WaiterState::kWaiting:
      std::erase(caller.LineOf(waiter->priority).waiting, waiter);
      --queued_;
      if (!cancelled) return Overloaded("timeout", ExpectedWait(caller, waiter->priority));
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
  for (size_t i = 0; i < kPriorities; ++i) {
    const auto priority = static_cast<Priority>(i);
    while (running_ < policy_.max_in_flight) {
      Caller* const caller = NextOf(priority);
      if (caller == nullptr) break;
      Caller::Line& line = caller->LineOf(priority);
      const WaiterPtr waiter = line.waiting.front();
      line.waiting.pop_front();
      --queued_;
      line.in_turns = !line.waiting.empty();
      if (line.in_turns) turns_.at(i).push_back(caller);
      ++running_;
      ++caller->running;
      waiter->state = WaiterState::kAdmitted;
      Wake(waiter);
    }
  }
}

// Taken out of its turns; null: nobody there may run now.
Admission::Caller* Admission::NextOf(Priority priority) {
  Queue& turns = turns_.at(static_cast<size_t>(priority));
  for (size_t left = turns.size(); left > 0; --left) {
    Caller* const caller = turns.front();
    turns.pop_front();
    Caller::Line& line = caller->LineOf(priority);
    line.in_turns = !line.waiting.empty();
    if (!line.in_turns) continue;
    if (HasRoomFor(*caller)) return caller;
    turns.push_back(caller);
    line.in_turns = true;
  }
  return nullptr;
}

}  // namespace extractd
