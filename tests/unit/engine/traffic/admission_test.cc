#include "server/engine/traffic/admission.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "server/base/error.h"
#include "tests/fakes/engine_fakes.h"

namespace extractd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Place = Admission::Place;

class AdmissionTest : public testing::Test {
 protected:
  ~AdmissionTest() override {
    for (const auto& call : calls_) call->cancel.emit(asio::cancellation_type::terminal);
    Run();
  }

  // One call that waits, or has waited.
  struct Call {
    asio::cancellation_signal cancel;
    std::optional<absl::StatusOr<Place>> outcome;
    std::string caller;
  };

  Call& Wait(Admission::Request request) {
    calls_.push_back(std::make_unique<Call>());
    Call& call = *calls_.back();
    call.caller = request.caller;
    request.caller = call.caller;
    asio::co_spawn(
        loop_,
        Entered(admission_, request),
        asio::bind_cancellation_slot(
            call.cancel.slot(),
            [this, &call](const std::exception_ptr&, absl::StatusOr<Place> outcome) {
              if (outcome.ok()) {
                entered_.push_back(call.caller);
                last_ = &call;
              }
              call.outcome = std::move(outcome);
            }
        )
    );
    Run();
    return call;
  }

  static Task<absl::StatusOr<Place>> Entered(Admission& admission, Admission::Request request) {
    co_await asio::this_coro::throw_if_cancelled(false);
    co_return co_await admission.Wait(request);
  }

  // Everything that can happen without time.
  void Run() {
    loop_.restart();
    loop_.poll();
  }

  void Leave(Place& place) {
    place.Leave();
    Run();
  }

  static std::string CauseOf(const Call& call) {
    if (!call.outcome.has_value()) return "waits";
    if (call.outcome->ok()) return "entered";
    const auto details = DetailsOf(call.outcome->status());
    return details->reason == Reason::kOverloaded ? details->metadata.front().second
                                                  : std::string(ReasonName(details->reason));
  }

  // Calls so long that later ones know what to expect.
  void Teach(milliseconds time) {
    Place place = admission_.TryEnter({});
    clock_.Pass(time);
    place.Leave();
  }

  asio::io_context loop_;
  fakes::FakeClock clock_;
  Admission admission_{{.max_in_flight = 2, .max_queued = 4, .queue_timeout = seconds(10)}, clock_};
  std::vector<std::unique_ptr<Call>> calls_;
  std::vector<std::string> entered_;  // after waiting, in their order
  Call* last_ = nullptr;              // of them
};

TEST_F(AdmissionTest, AsManyAsThereIsRoomForEnterAtOnce) {
  Place first = admission_.TryEnter({});
  const Place second = admission_.TryEnter({});
  EXPECT_TRUE(first);
  EXPECT_TRUE(second);
  EXPECT_FALSE(admission_.TryEnter({}));
  EXPECT_EQ(admission_.stats().running, 2);
  first.Leave();
  EXPECT_TRUE(admission_.TryEnter({}));
}

TEST_F(AdmissionTest, OthersEnterInTheirOrderAsPlacesBecomeFree) {
  Place first = admission_.TryEnter({});
  Place second = admission_.TryEnter({});
  const Call& third = Wait({});
  const Call& fourth = Wait({});
  EXPECT_EQ(admission_.stats().queued, 2);
  EXPECT_EQ(CauseOf(third), "waits");
  Leave(first);
  EXPECT_EQ(CauseOf(third), "entered");
  EXPECT_EQ(CauseOf(fourth), "waits");
  Leave(second);
  EXPECT_EQ(CauseOf(fourth), "entered");
  EXPECT_EQ(admission_.stats().queued, 0);
}

TEST_F(AdmissionTest, CallersTakeTurnsHoweverManyCallsOneHas) {
  Place first = admission_.TryEnter({});
  const Place second = admission_.TryEnter({});
  Wait({.caller = "many"});
  Wait({.caller = "many"});
  Wait({.caller = "many"});
  Wait({.caller = "few"});
  Leave(first);
  for (int i = 0; i < 3; ++i)
    Leave(**calls_.at(entered_.back() == "few" ? 3 : i == 2 ? 1 : 0)->outcome);
  EXPECT_EQ(entered_, (std::vector<std::string>{"many", "few", "many", "many"}));
}

TEST_F(AdmissionTest, HigherPrioritiesGoFirst) {
  Place first = admission_.TryEnter({});
  const Place second = admission_.TryEnter({});
  Wait({.caller = "low", .priority = Priority::kLow});
  Wait({.caller = "normal"});
  Call& high = Wait({.caller = "high", .priority = Priority::kHigh});
  Leave(first);
  ASSERT_EQ(CauseOf(high), "entered");
  Leave(**high.outcome);
  EXPECT_EQ(entered_, (std::vector<std::string>{"high", "normal"}));
}

TEST_F(AdmissionTest, PrioritiesAreThoseOfCallsNotOfTheirCallers) {
  Place first = admission_.TryEnter({});
  const Place second = admission_.TryEnter({});
  const Call& low = Wait({.caller = "one", .priority = Priority::kLow});
  const Call& normal = Wait({.caller = "one"});
  const Call& high = Wait({.caller = "one", .priority = Priority::kHigh});
  Leave(first);
  EXPECT_EQ(CauseOf(high), "entered");
  EXPECT_EQ(CauseOf(normal), "waits");
  Leave(**calls_[2]->outcome);
  EXPECT_EQ(CauseOf(normal), "entered");
  EXPECT_EQ(CauseOf(low), "waits");
}

TEST_F(AdmissionTest, AFullQueueGivesUpLowerPrioritiesFirst) {
  const Place first = admission_.TryEnter({});
  const Place second = admission_.TryEnter({});
  const Call& high = Wait({.caller = "one", .priority = Priority::kHigh});
  const Call& early = Wait({.caller = "two", .priority = Priority::kLow});
  const Call& normal = Wait({.caller = "two"});
  const Call& late = Wait({.caller = "two", .priority = Priority::kLow});
  EXPECT_EQ(CauseOf(Wait({.caller = "three"})), "waits");
  EXPECT_EQ(CauseOf(late), "queue_full") << "the newest of the lowest";
  EXPECT_EQ(CauseOf(Wait({.caller = "three", .priority = Priority::kHigh})), "waits");
  EXPECT_EQ(CauseOf(early), "queue_full");
  EXPECT_EQ(CauseOf(Wait({.caller = "four", .priority = Priority::kLow})), "queue_full")
      << "nobody makes room for it";
  EXPECT_EQ(CauseOf(high), "waits");
  EXPECT_EQ(CauseOf(normal), "waits");
}

TEST_F(AdmissionTest, ACallerAtItsOwnLimitWaitsAndDoesNotHoldUpOthers) {
  Place mine = admission_.TryEnter({.caller = "bound", .max_calls = 1});
  EXPECT_FALSE(admission_.TryEnter({.caller = "bound", .max_calls = 1}));
  const Call& waits = Wait({.caller = "bound", .max_calls = 1});
  Place other = admission_.TryEnter({.caller = "free"});
  EXPECT_TRUE(other);
  Leave(other);
  EXPECT_EQ(CauseOf(waits), "waits");
  Leave(mine);
  EXPECT_EQ(CauseOf(waits), "entered");
}

TEST_F(AdmissionTest, AFullQueueTurnsAwayWhoHasTheMostInIt) {
  const Place first = admission_.TryEnter({});
  const Place second = admission_.TryEnter({});
  for (int i = 0; i < 4; ++i) Wait({.caller = "many"});
  EXPECT_EQ(CauseOf(Wait({.caller = "many"})), "queue_full");
  const Call& few = Wait({.caller = "few"});
  EXPECT_EQ(CauseOf(few), "waits");
  EXPECT_EQ(CauseOf(*calls_[3]), "queue_full") << "the newest of the other";
  EXPECT_EQ(CauseOf(*calls_[2]), "waits");
  EXPECT_EQ(admission_.stats().queued, 4);
}

TEST_F(AdmissionTest, WhoWouldWaitTooLongIsTurnedAwayAtOnceAndToldHowLong) {
  Teach(seconds(9));
  const Place first = admission_.TryEnter({});
  const Place second = admission_.TryEnter({});
  EXPECT_EQ(CauseOf(Wait({})), "waits") << "4.5 s";
  EXPECT_EQ(CauseOf(Wait({})), "waits") << "9 s";
  const Call& third = Wait({});
  EXPECT_EQ(CauseOf(third), "too_long") << "13.5 s";
  EXPECT_EQ(DetailsOf(third.outcome->status())->retry_after, milliseconds(13'500));
  EXPECT_EQ(CauseOf(Wait({.caller = "other"})), "waits") << "it is among the first in turn";
  const SteadyTime soon = clock_.Now() + seconds(1);
  EXPECT_EQ(CauseOf(Wait({.caller = "hurried", .deadline = soon})), "too_long");
}

TEST_F(AdmissionTest, WaitingEndsWithTheQueuesTimeout) {
  admission_.set_policy({.max_in_flight = 1, .max_queued = 4, .queue_timeout = milliseconds(1)});
  const Place first = admission_.TryEnter({});
  const Call& late = Wait({});
  loop_.restart();
  loop_.run();
  EXPECT_EQ(CauseOf(late), "timeout");
  EXPECT_EQ(admission_.stats().queued, 0);
}

TEST_F(AdmissionTest, WhoLeavesWhileWaitingTakesNoPlace) {
  Place first = admission_.TryEnter({});
  const Place second = admission_.TryEnter({});
  Call& gone = Wait({});
  const Call& next = Wait({});
  gone.cancel.emit(asio::cancellation_type::terminal);
  Run();
  EXPECT_EQ(CauseOf(gone), "CANCELLED");
  Leave(first);
  EXPECT_EQ(CauseOf(next), "entered");
  EXPECT_EQ(admission_.stats().running, 2);
}

TEST_F(AdmissionTest, WhoLeavesJustAsItsTurnComesGivesThePlaceOn) {
  Place first = admission_.TryEnter({});
  const Place second = admission_.TryEnter({});
  Call& gone = Wait({});
  const Call& next = Wait({});
  first.Leave();  // the waiter is told, but has not seen it
  gone.cancel.emit(asio::cancellation_type::terminal);
  Run();
  EXPECT_EQ(CauseOf(gone), "CANCELLED");
  EXPECT_EQ(CauseOf(next), "entered");
  EXPECT_EQ(admission_.stats().running, 2);
}

TEST_F(AdmissionTest, AnExhaustedProcessTakesNobody) {
  admission_.set_exhausted(true);
  EXPECT_FALSE(admission_.TryEnter({}));
  EXPECT_EQ(CauseOf(Wait({})), "exhausted");
  admission_.set_exhausted(false);
  EXPECT_TRUE(admission_.TryEnter({}));
}

TEST_F(AdmissionTest, MoreRoomIsUsedAtOnce) {
  const Place first = admission_.TryEnter({});
  const Place second = admission_.TryEnter({});
  const Call& third = Wait({});
  admission_.set_policy({.max_in_flight = 3, .max_queued = 4});
  Run();
  EXPECT_EQ(CauseOf(third), "entered");
}

}  // namespace
}  // namespace extractd
