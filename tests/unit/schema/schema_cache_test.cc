#include "server/schema/schema_cache.h"

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <absl/synchronization/notification.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/base/error.h"
#include "tests/fakes/run_task.h"
#include "tests/fakes/test_settings.h"
#include "tests/unit/schema/allocated_bytes.h"

namespace extractd::schema {
namespace {

using fakes::Await;
using Found = std::shared_ptr<const PreparedSchema>;

constexpr int kThreads = 64;

// Schemas that differ, small enough to be compiled at once.
std::string SchemaNumber(int number) {
  return fmt::format(
      R"({{"type":"object","properties":{{"p{}":{{"type":"string","pattern":"^[a-z]+{}$"}}}}}})",
      number,
      number
  );
}

// One that is compiled on the pool.
std::string LargeSchema() {
  return fmt::format(
      R"({{"type":"object","description":"{}"}})", std::string(SchemaCache::kInlineBytes, 'x')
  );
}

using Loops = std::vector<asio::io_context>;

// Runs `work` on a thread for each loop, which all begin at the same time. The loops outlive all
// threads, as the cache asks for.
void OnThreads(Loops& loops, const std::function<void(size_t, asio::io_context&)>& work) {
  absl::Notification start;
  std::vector<std::jthread> threads;
  threads.reserve(loops.size());
  for (size_t i = 0; i < loops.size(); ++i) {
    threads.emplace_back([&, i] {
      start.WaitForNotification();
      work(i, loops[i]);
    });
  }
  start.Notify();
  threads.clear();
}

// The large schema; `same` is counted up if the call goes on where it began.
Task<Found> GetOnOneThread(SchemaCache& cache, std::atomic<int>& same) {
  const auto thread = std::this_thread::get_id();
  const std::string text = LargeSchema();
  const SchemaCache::Result result = co_await cache.Get(text);
  same += std::this_thread::get_id() == thread ? 1 : 0;
  co_return result.value_or(nullptr);
}

class SchemaCacheTest : public ::testing::Test {
 protected:
  // The pool's only thread does nothing until Release.
  void HoldPool() {
    asio::post(pool_, [this] { released_.WaitForNotification(); });
  }
  void Release() { released_.Notify(); }

  static Found Get(SchemaCache& cache, std::string_view text) {
    asio::io_context loop;
    return Get(cache, text, loop);
  }
  static Found Get(SchemaCache& cache, std::string_view text, asio::io_context& loop) {
    auto result = Await(loop, cache.Get(text));
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : nullptr;
  }

  absl::Notification released_;
  asio::thread_pool pool_{1};
};

TEST_F(SchemaCacheTest, TheFirstCallCompilesAndTheNextFindIt) {
  SchemaCache cache({}, pool_);
  const Found first = Get(cache, SchemaNumber(1));
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->compiled->text(), SchemaNumber(1));
  EXPECT_EQ(Get(cache, SchemaNumber(1)), first);
  EXPECT_NE(Get(cache, SchemaNumber(2)), first);
  EXPECT_EQ(cache.stats().misses, 2);
  EXPECT_EQ(cache.stats().hits, 1);
  EXPECT_EQ(cache.stats().joined, 0);
  EXPECT_EQ(cache.stats().entries.entries, 2);
}

TEST_F(SchemaCacheTest, FindCountsOnlyWhatItFinds) {
  SchemaCache cache({}, pool_);
  EXPECT_EQ(cache.Find(SchemaNumber(1)), nullptr);
  EXPECT_EQ(cache.stats().hits, 0);
  EXPECT_EQ(cache.stats().misses, 0);
  const Found first = Get(cache, SchemaNumber(1));
  EXPECT_EQ(cache.Find(SchemaNumber(1)), first);
  EXPECT_EQ(cache.stats().hits, 1);
}

TEST_F(SchemaCacheTest, SixtyFourCallsAtOnceShareOneCompilation) {
  SchemaCache cache({}, pool_);
  HoldPool();
  std::vector<Found> found(kThreads);
  std::atomic<int> on_own_thread = 0;
  std::jthread release([&] {
    while (cache.stats().misses + cache.stats().joined < kThreads) std::this_thread::yield();
    Release();
  });
  Loops loops(kThreads);
  OnThreads(loops, [&](size_t i, asio::io_context& loop) {
    found[i] = Await(loop, GetOnOneThread(cache, on_own_thread));
  });
  pool_.join();
  EXPECT_EQ(cache.stats().misses, 1);
  EXPECT_EQ(cache.stats().joined, kThreads - 1);
  EXPECT_EQ(cache.stats().hits, 0);
  EXPECT_EQ(on_own_thread, kThreads) << "each goes on where it was";
  ASSERT_NE(found[0], nullptr);
  for (const Found& schema : found) EXPECT_EQ(schema, found[0]);
}

TEST_F(SchemaCacheTest, SmallSchemasAreCompiledOnceTooHoweverManyAskAtOnce) {
  constexpr int kRounds = 200;
  SchemaCache cache({}, pool_);
  for (int round = 0; round < kRounds; ++round) {
    const std::string text = SchemaNumber(round);
    Loops loops(8);
    OnThreads(loops, [&](size_t /*thread*/, asio::io_context& loop) {
      EXPECT_NE(Get(cache, text, loop), nullptr);
    });
  }
  EXPECT_EQ(cache.stats().misses, kRounds);
  EXPECT_EQ(cache.stats().hits + cache.stats().joined, 7 * kRounds);
}

TEST_F(SchemaCacheTest, ALargeSchemaDoesNotHoldUpItsLoop) {
  SchemaCache cache({}, pool_);
  HoldPool();
  const std::string large = LargeSchema();
  asio::io_context loop;
  bool large_is_there = false;
  asio::co_spawn(
      loop,
      cache.Get(large),
      [&](const std::exception_ptr& /*error*/, const SchemaCache::Result& result) {
        large_is_there = result.ok();
      }
  );
  EXPECT_TRUE(Await(loop, cache.Get("{}")).ok());
  EXPECT_FALSE(large_is_there);
  Release();
  loop.restart();
  loop.run();
  EXPECT_TRUE(large_is_there);
}

TEST_F(SchemaCacheTest, WhatDoesNotCompileIsNotKept) {
  SchemaCache cache({}, pool_);
  for (int i = 0; i < 3; ++i) {
    const auto result = Await(cache.Get(R"({"type":"number","minimum":"low"})"));
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(DetailsOf(result.status()).value_or(ErrorDetails{}).reason, Reason::kInvalidSchema);
  }
  EXPECT_EQ(cache.stats().misses, 3);
  EXPECT_EQ(cache.stats().hits, 0);
  EXPECT_EQ(cache.stats().entries.entries, 0);
}

TEST_F(SchemaCacheTest, TheLimitsOfTheCacheHoldForEverySchema) {
  SchemaCache cache({.limits = {.max_bytes = 10}}, pool_);
  const auto result = Await(cache.Get(R"({"type":"object"})"));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(DetailsOf(result.status()).value_or(ErrorDetails{}).reason, Reason::kSchemaTooLarge);
}

TEST_F(SchemaCacheTest, TheLeastRecentlyUsedGoesFirst) {
  const size_t one =
      Get(*std::make_unique<SchemaCache>(SchemaCache::Options{}, pool_), SchemaNumber(1))
          ->memory_bytes();
  SchemaCache cache({.max_bytes = (3 * one) + (one / 2)}, pool_);
  for (const int number : {1, 2, 3, 1, 4}) Get(cache, SchemaNumber(number));
  EXPECT_EQ(cache.stats().entries.evictions, 1);
  EXPECT_NE(cache.Find(SchemaNumber(1)), nullptr);
  EXPECT_EQ(cache.Find(SchemaNumber(2)), nullptr);
  EXPECT_NE(cache.Find(SchemaNumber(3)), nullptr);
  EXPECT_NE(cache.Find(SchemaNumber(4)), nullptr);
}

TEST_F(SchemaCacheTest, WhatLeavesTheCacheLivesAsLongAsACallHasIt) {
  SchemaCache cache({.max_bytes = 1}, pool_);
  const Found schema = Get(cache, SchemaNumber(1));
  EXPECT_EQ(cache.stats().entries.entries, 0);
  EXPECT_EQ(schema->compiled->text(), SchemaNumber(1));
}

// 100,000 of them in the long tier.
TEST_F(SchemaCacheTest, Case8_MemoryStaysWithinTheLimitWhateverTheNumberOfSchemas) {
  constexpr size_t kLimit = size_t{2} << 20U;
  const int schemas = IsFullRun() ? 100'000 : 1000;
  SchemaCache cache({.max_bytes = kLimit}, pool_);
  const size_t before = AllocatedBytes();
  for (int i = 0; i < schemas; ++i) {
    const Found schema = Get(cache, SchemaNumber(i));
    ASSERT_LE(cache.stats().entries.bytes, static_cast<std::int64_t>(kLimit));
    if (i % 50 == 0) ASSERT_LE(AllocatedBytes() - before, kLimit);
  }
  EXPECT_GT(cache.stats().entries.evictions, schemas / 2);
  EXPECT_GT(cache.stats().entries.bytes, static_cast<std::int64_t>(kLimit / 2));
}

// Numbers from 0, of which the n-th comes with a probability in proportion to 1 / (n + 1).
std::vector<int> ZipfNumbers(int kinds, int count) {
  std::vector<double> weights;
  weights.reserve(static_cast<size_t>(kinds));
  for (int n = 0; n < kinds; ++n) weights.push_back(1.0 / (n + 1));
  std::discrete_distribution<int> distribution(weights.begin(), weights.end());
  std::mt19937 random(2026);  // NOLINT(cert-msc51-cpp,cert-msc32-c): the same mix in every run
  std::vector<int> numbers;
  numbers.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) numbers.push_back(distribution(random));
  return numbers;
}

TEST_F(SchemaCacheTest, FourOfFiveCallsOfAMixFromTwoClientsAreHits) {
  constexpr int kCalls = 1000;
  SchemaCache cache({}, pool_);
  const std::vector<int> numbers = ZipfNumbers(100, kCalls);
  Loops loops(2);
  OnThreads(loops, [&](size_t client, asio::io_context& loop) {
    for (size_t i = client; i < numbers.size(); i += 2) {
      Get(cache, SchemaNumber(numbers[i]), loop);
    }
  });
  const SchemaCacheStats stats = cache.stats();
  EXPECT_EQ(stats.hits + stats.misses + stats.joined, kCalls);
  EXPECT_EQ(stats.misses, stats.entries.entries) << "each schema is compiled once";
  EXPECT_GE(stats.hits, kCalls * 4 / 5);
  RecordProperty("hits", static_cast<int>(stats.hits));
}

TEST_F(SchemaCacheTest, ASubsetIsAddedToASchemaThatIsThereAndCounted) {
  SchemaCache cache({}, pool_);
  const std::string text = R"({"type":"object","properties":{"a":{"type":"string"}}})";
  const lower::Subset& strict = *lower::FindSubset("openai_strict");
  const Found plain = Get(cache, text);
  const std::int64_t bytes = cache.stats().entries.bytes;
  EXPECT_EQ(cache.Find(text, &strict), nullptr);
  const auto lowered = Await(cache.Get(text, &strict));
  ASSERT_TRUE(lowered.ok());
  EXPECT_EQ(*lowered, plain) << "it is not compiled again";
  EXPECT_NE(plain->FindLowered(strict), nullptr);
  EXPECT_EQ(cache.Find(text, &strict), plain);
  EXPECT_GT(cache.stats().entries.bytes, bytes);
  EXPECT_EQ(cache.stats().entries.entries, 1);
}

class Form final : public KeptForm {
 public:
  explicit Form(std::string source) : source_(std::move(source)) {}
  std::string_view source() const override { return source_; }
  size_t memory_bytes() const override { return 1000; }

 private:
  std::string source_;
};

TEST_F(SchemaCacheTest, FormsOfOthersAreKeptWithinTheSameBytes) {
  const std::string text = R"({"type":"object"})";
  SchemaCache cache({.max_bytes = 100'000}, pool_);
  const auto form = std::make_shared<const Form>(text);
  EXPECT_EQ(cache.FindKept(text), nullptr);
  cache.Keep(form);
  EXPECT_EQ(cache.FindKept(text), form);
  EXPECT_GE(cache.stats().entries.bytes, 1000);
  EXPECT_EQ(cache.Find(text), nullptr) << "it is no schema of that text";
  const Found schema = Get(cache, text);
  EXPECT_EQ(cache.FindKept(text), form);
  EXPECT_EQ(cache.Find(text), schema);
  for (int i = 0; i < 200; ++i) cache.Keep(std::make_shared<const Form>(fmt::format("{}", i)));
  EXPECT_EQ(cache.FindKept(text), nullptr) << "pushed out";
  EXPECT_NE(cache.FindKept("199"), nullptr);
  EXPECT_LE(cache.stats().entries.bytes, 100'000);
}

}  // namespace
}  // namespace extractd::schema
