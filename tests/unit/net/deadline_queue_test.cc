#include "server/net/deadline_queue.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace extractd::net {
namespace {

using namespace std::chrono_literals;

class Waiter final : public DeadlineQueue::Entry {
 public:
  Waiter(std::string& log, char name) : log_(log), name_(name) {}
  std::function<void()> then = [] {};

 private:
  void OnDue(SteadyTime now) override {
    EXPECT_LE(now, std::chrono::steady_clock::now());
    EXPECT_EQ(due(), SteadyTime::max()) << "it is out of the queue";
    log_ += name_;
    then();
  }
  std::string& log_;
  char name_;
};

class DeadlineQueueTest : public ::testing::Test {
 protected:
  static SteadyTime In(std::chrono::milliseconds wait) {
    return std::chrono::steady_clock::now() + wait;
  }

  asio::io_context loop_{1};
  DeadlineQueue queue_{loop_.get_executor()};
  std::string log_;
  Waiter a_{log_, 'a'}, b_{log_, 'b'}, c_{log_, 'c'};
};

TEST_F(DeadlineQueueTest, CallsInTheOrderOfTheDeadlines) {
  queue_.Set(c_, In(15ms));
  queue_.Set(a_, In(5ms));
  queue_.Set(b_, In(10ms));
  loop_.run();
  EXPECT_EQ(log_, "abc");
}

TEST_F(DeadlineQueueTest, ADeadlineInThePastIsCalledFromTheLoopNotFromSet) {
  queue_.Set(a_, In(-1s));
  EXPECT_EQ(log_, "");
  loop_.run();
  EXPECT_EQ(log_, "a");
}

TEST_F(DeadlineQueueTest, ADeadlineCanBeMovedAndCleared) {
  queue_.Set(a_, In(5ms));
  queue_.Set(a_, In(20ms));
  queue_.Set(b_, In(10ms));
  queue_.Set(c_, In(1ms));
  queue_.Clear(c_);
  loop_.run();
  EXPECT_EQ(log_, "ba");
}

TEST_F(DeadlineQueueTest, NoDeadlineIsAsCleared) {
  queue_.Set(a_, In(1ms));
  queue_.Set(a_, SteadyTime::max());
  loop_.run();
  EXPECT_EQ(log_, "");
}

TEST_F(DeadlineQueueTest, WhoIsCalledMayChangeTheQueue) {
  a_.then = [&] {
    queue_.Clear(b_);
    queue_.Set(c_, In(1ms));
  };
  queue_.Set(a_, In(1ms));
  queue_.Set(b_, In(1ms) + 1us);
  loop_.run();
  EXPECT_EQ(log_, "ac");
}

TEST_F(DeadlineQueueTest, TwoWithTheSameDeadlineAreBothCalled) {
  const SteadyTime due = In(1ms);
  queue_.Set(a_, due);
  queue_.Set(b_, due);
  loop_.run();
  EXPECT_EQ(log_.size(), 2U);
}

TEST_F(DeadlineQueueTest, NobodyIsCalledOnceItIsGone) {
  {
    DeadlineQueue brief(loop_.get_executor());
    brief.Set(a_, In(-1s));
    loop_.poll_one();  // its expiry may be queued already
    brief.Clear(a_);
    brief.Set(b_, In(-1s));
    brief.Clear(b_);
  }
  log_.clear();
  loop_.run();
  EXPECT_EQ(log_, "");
}

}  // namespace
}  // namespace extractd::net
