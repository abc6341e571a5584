#include "server/providers/auth/token_cache.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include "tests/fakes/run_task.h"

namespace extractd::providers {
namespace {

using namespace std::chrono_literals;
using Got = absl::StatusOr<Token>;

class TokenCacheTest : public testing::Test {
 protected:
  // Counts itself, and makes "token 1", "token 2" … of an hour unless `failure` is set.
  TokenCache::Fetch Source() {
    return [this]() -> Task<Got> {
      const int number = ++fetches_;
      if (!failure_.ok()) co_return failure_;
      co_return Token{Secret("token " + std::to_string(number)), now_ + life_, {}};
    };
  }

  std::string Get() {
    const Got got = fakes::Await(cache_.Get("key", Source()));
    return got.ok() ? std::string(got->value.Reveal()) : std::string(got.status().message());
  }

  SystemTime now_{1'000'000s};
  std::chrono::seconds life_ = 1h;
  absl::Status failure_;
  std::atomic<int> fetches_ = 0;
  std::vector<Secret> told_;
  TokenCache cache_{
      [this](const Secret& token) { told_.push_back(token); }, [this] { return now_; }
  };
};

TEST_F(TokenCacheTest, ATokenIsFetchedOnceAndLogsAreToldOfIt) {
  EXPECT_EQ(Get(), "token 1");
  EXPECT_EQ(Get(), "token 1");
  EXPECT_EQ(told_, std::vector<Secret>{Secret("token 1")});
}

TEST_F(TokenCacheTest, AnotherKeyIsAnotherToken) {
  EXPECT_EQ(Get(), "token 1");
  const Got other = fakes::Await(cache_.Get("other", Source()));
  EXPECT_EQ(other->value.Reveal(), "token 2");
}

TEST_F(TokenCacheTest, ATokenIsReplacedBeforeItExpires) {
  EXPECT_EQ(Get(), "token 1");
  now_ += 1h - TokenCache::kRefreshMargin - 1s;
  EXPECT_EQ(Get(), "token 1");
  now_ += 1s;
  EXPECT_EQ(Get(), "token 2");
}

TEST_F(TokenCacheTest, AShortLivedTokenIsUsedForMostOfItsLife) {
  life_ = 100s;
  EXPECT_EQ(Get(), "token 1");
  now_ += 89s;
  EXPECT_EQ(Get(), "token 1");
  now_ += 1s;
  EXPECT_EQ(Get(), "token 2");
}

TEST_F(TokenCacheTest, WhenRefreshingFailsTheOldTokenServesUntilItsEnd) {
  EXPECT_EQ(Get(), "token 1");
  failure_ = absl::UnavailableError("down");
  now_ += 58min;
  EXPECT_EQ(Get(), "token 1");
  EXPECT_EQ(fetches_, 2);
  EXPECT_EQ(Get(), "token 1");
  EXPECT_EQ(fetches_, 2) << "not asked again at once";
  now_ += 2min;
  EXPECT_EQ(Get(), "down");
}

TEST_F(TokenCacheTest, AFailureIsRememberedForAMomentOnly) {
  failure_ = absl::UnavailableError("down");
  EXPECT_EQ(Get(), "down");
  failure_ = absl::OkStatus();
  EXPECT_EQ(Get(), "down");
  EXPECT_EQ(fetches_, 1);
  now_ += TokenCache::kFailureLife;
  EXPECT_EQ(Get(), "token 2");
}

TEST_F(TokenCacheTest, AForgottenTokenIsFetchedAnewUnlessItIsYoung) {
  EXPECT_EQ(Get(), "token 1");
  cache_.Forget("key");
  EXPECT_EQ(Get(), "token 1");
  now_ += TokenCache::kYouth;
  cache_.Forget("key");
  EXPECT_EQ(Get(), "token 2");
  cache_.Forget("unknown");
}

// Calls on one loop whose fetch ends when the test says so.
class TokenFlightTest : public TokenCacheTest {
 protected:
  // Never answers before Land().
  TokenCache::Fetch SlowSource() {
    return [this]() -> Task<Got> {
      ++fetches_;
      auto gate = std::make_shared<asio::steady_timer>(loop_, 1h);
      gate_ = gate;
      co_await gate->async_wait(asio::as_tuple(asio::use_awaitable));
      co_return Token{Secret("landed"), now_ + 1h, {}};
    };
  }
  void Land() { gate_.lock()->cancel(); }

  struct Call {
    asio::cancellation_signal cancel;
    std::optional<Got> got;
  };
  // `source` outlives the call.
  std::shared_ptr<Call> Begin(const TokenCache::Fetch& source) {
    auto call = std::make_shared<Call>();
    asio::co_spawn(
        loop_,
        Root(cache_, source),
        asio::bind_cancellation_slot(
            call->cancel.slot(),
            [call](const std::exception_ptr&, Got got) { call->got = std::move(got); }
        )
    );
    loop_.restart();
    loop_.poll();
    return call;
  }
  static Task<Got> Root(TokenCache& cache, const TokenCache::Fetch& source) {
    co_await asio::this_coro::throw_if_cancelled(false);
    co_return co_await cache.Get("key", source);
  }
  void Cancel(Call& call) {
    call.cancel.emit(asio::cancellation_type::terminal);
    loop_.restart();
    loop_.poll();
  }

  std::weak_ptr<asio::steady_timer> gate_;
  asio::io_context loop_{1};
  TokenCache::Fetch slow_ = SlowSource();
};

TEST_F(TokenFlightTest, CallsShareOneFlight) {
  const auto first = Begin(slow_);
  const auto second = Begin(slow_);
  const auto third = Begin(slow_);
  EXPECT_EQ(fetches_, 1);
  Land();
  loop_.restart();
  loop_.poll();
  for (const auto& call : {first, second, third}) {
    ASSERT_TRUE(call->got.has_value());
    EXPECT_EQ((*call->got)->value.Reveal(), "landed");
  }
}

TEST_F(TokenFlightTest, ACancelledFlightIsTakenUpByOneThatWaits) {
  const auto first = Begin(slow_);
  const auto second = Begin(slow_);
  const auto third = Begin(slow_);
  Cancel(*first);
  EXPECT_TRUE(absl::IsCancelled(first->got->status()));
  EXPECT_FALSE(second->got.has_value());
  EXPECT_EQ(fetches_, 2);
  Land();
  loop_.restart();
  loop_.poll();
  EXPECT_EQ((*second->got)->value.Reveal(), "landed");
  EXPECT_EQ((*third->got)->value.Reveal(), "landed");
  EXPECT_EQ(fetches_, 2);
}

TEST_F(TokenFlightTest, AWaitingCallCanBeCancelledAlone) {
  const auto first = Begin(slow_);
  const auto second = Begin(slow_);
  Cancel(*second);
  EXPECT_TRUE(absl::IsCancelled(second->got->status()));
  EXPECT_FALSE(first->got.has_value());
  Land();
  loop_.restart();
  loop_.poll();
  EXPECT_TRUE(first->got->ok());
}

TEST_F(TokenFlightTest, WhileATokenIsRefreshedTheOthersGoOnWithIt) {
  EXPECT_EQ(Get(), "token 1");
  now_ += 58min;
  const auto refreshes = Begin(slow_);
  const auto goes_on = Begin(slow_);
  EXPECT_EQ((*goes_on->got)->value.Reveal(), "token 1");
  EXPECT_FALSE(refreshes->got.has_value());
  Land();
  loop_.restart();
  loop_.poll();
  EXPECT_EQ((*refreshes->got)->value.Reveal(), "landed");
}

TEST_F(TokenFlightTest, ALoopThatEndsInFlightLeavesItToAnother) {
  {
    asio::io_context other{1};
    const TokenCache::Fetch forever = [&other]() -> Task<Got> {
      asio::steady_timer never(other, 1h);
      co_await never.async_wait(asio::as_tuple(asio::use_awaitable));
      co_return absl::InternalError("never");
    };
    asio::co_spawn(other, Root(cache_, forever), [](const std::exception_ptr&, const Got&) {});
    other.poll();
  }
  EXPECT_EQ(Get(), "token 1");
}

TEST(TokenCacheThreadsTest, ManyLoopsShareOneFlight) {
  constexpr int kLoops = 4;
  constexpr int kCallsOfALoop = 50;
  std::atomic<int> fetches = 0;
  std::atomic<int> served = 0;
  TokenCache cache([](const Secret&) {});
  const TokenCache::Fetch fetch = [&fetches]() -> Task<Got> {
    ++fetches;
    asio::steady_timer wait(co_await asio::this_coro::executor, 20ms);
    co_await wait.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return Token{Secret("shared"), std::chrono::system_clock::now() + 1h, {}};
  };
  std::vector<std::thread> threads;
  for (int loop_number = 0; loop_number < kLoops; ++loop_number) {
    threads.emplace_back([&] {
      asio::io_context loop{1};
      for (int call = 0; call < kCallsOfALoop; ++call) {
        asio::co_spawn(
            loop,
            cache.Get("key", fetch),
            [&served](const std::exception_ptr&, const Got& got) {
              if (got.ok() && got->value.Reveal() == "shared") ++served;
            }
        );
      }
      loop.run();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(fetches, 1);
  EXPECT_EQ(served, kLoops * kCallsOfALoop);
}

}  // namespace
}  // namespace extractd::providers
