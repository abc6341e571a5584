#include "server/engine/planning/defaults.h"

#include <gtest/gtest.h>

#include "server/engine/callers/principal.h"

namespace extractd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class DefaultsTest : public testing::Test {
 protected:
  void CallAs(Principal principal) {
    call_.caller = std::make_shared<const Principal>(std::move(principal));
  }

  milliseconds TimeOfCall() const {
    return std::chrono::duration_cast<milliseconds>(DeadlineOf(call_, settings_, now_) - now_);
  }

  const SteadyTime now_{seconds(1000)};
  ExtractCall call_;
  CallSettings settings_ = {.default_model = "acme/of-server", .default_deadline = seconds(60)};
};

TEST_F(DefaultsTest, TheModelIsOfTheCallElseOfItsPrincipalElseOfTheServer) {
  EXPECT_EQ(ModelOf(call_, settings_), "acme/of-server");
  CallAs({.defaults = {.model = "acme/of-principal"}});
  EXPECT_EQ(ModelOf(call_, settings_), "acme/of-principal");
  call_.model = "acme/of-call";
  EXPECT_EQ(ModelOf(call_, settings_), "acme/of-call");
}

TEST_F(DefaultsTest, APrincipalHasADeadlineOfItsOwn) {
  EXPECT_EQ(TimeOfCall(), seconds(60));
  CallAs({.defaults = {.deadline = seconds(5)}});
  EXPECT_EQ(TimeOfCall(), seconds(5));
  call_.deadline = now_ + seconds(20);
  EXPECT_EQ(TimeOfCall(), milliseconds(19'975)) << "with time for the answer to arrive";
}

TEST_F(DefaultsTest, ATenthOfTheTimeButAtMost25MillisecondsBringsTheAnswerBack) {
  const auto kept = [this](milliseconds left) {
    return std::chrono::duration_cast<milliseconds>(now_ + left - AnswerTime(now_ + left, now_));
  };
  EXPECT_EQ(kept(milliseconds(100)), milliseconds(10));
  EXPECT_EQ(kept(milliseconds(250)), milliseconds(25));
  EXPECT_EQ(kept(seconds(20)), milliseconds(25));
}

TEST_F(DefaultsTest, ABoundHoldsWhateverDeadlineIsAskedFor) {
  CallAs({.defaults = {.deadline = seconds(5)}, .bounds = {.deadline = seconds(2)}});
  EXPECT_EQ(TimeOfCall(), seconds(2));
  call_.deadline = now_ + seconds(20);
  EXPECT_EQ(TimeOfCall(), seconds(2));
  call_.deadline = now_ + seconds(1);
  EXPECT_EQ(TimeOfCall(), milliseconds(975));
}

TEST_F(DefaultsTest, AttemptsAreNarrowedToThePrincipalsBound) {
  EXPECT_EQ(MaxAttemptsOf(call_, settings_), 8);
  CallAs({.defaults = {.retry = {.max_attempts = 20}}, .bounds = {.attempts = 6}});
  EXPECT_EQ(MaxAttemptsOf(call_, settings_), 6);
  call_.retry.max_attempts = 2;
  EXPECT_EQ(MaxAttemptsOf(call_, settings_), 2);
}

}  // namespace
}  // namespace extractd
