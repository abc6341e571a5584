#include "server/schema/schema_cache.h"

#include <cstring>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <xxhash.h>

namespace extractd::schema {
namespace {

// Texts with the same key are told apart by comparing them.
std::string KeyOf(std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  std::string key(sizeof(hash), '\0');
  std::memcpy(key.data(), &hash, sizeof(hash));
  return key;
}

}  // namespace

SchemaCache::SchemaCache(const Options& options, asio::thread_pool& pool)
    : options_(options), pool_(pool), entries_(options.max_bytes) {}

std::shared_ptr<const PreparedSchema> SchemaCache::FindLocked(
    const std::string& key, std::string_view text
) {
  std::shared_ptr<const PreparedSchema> entry = entries_.Find(key);
  if (entry == nullptr || entry->compiled->text() != text) return nullptr;
  ++counts_.hits;
  return entry;
}

std::shared_ptr<const PreparedSchema> SchemaCache::FindAt(
    const std::string& key, std::string_view text
) {
  const absl::MutexLock lock(&mutex_);
  return FindLocked(key, text);
}

SchemaCache::Boarding SchemaCache::JoinFlight(
    const std::string& key, std::string_view text, Waiter& waiter
) {
  const absl::MutexLock lock(&mutex_);
  if (auto landed = FindLocked(key, text)) return {.landed = std::move(landed)};
  const auto [flight, first] = flights_.try_emplace(text);
  flight->second.push_back(std::move(waiter));
  ++(first ? counts_.misses : counts_.joined);
  return {.first = first};
}

// Runs where it is called; every waiter is resumed on its own loop.
void SchemaCache::CompileAndLand(const std::string& key, const std::string& text) {
  const Result result = Prepare(text, options_.limits);
  std::vector<Waiter> waiters;
  {
    const absl::MutexLock lock(&mutex_);
    if (result.ok()) entries_.Put(key, *result, (*result)->memory_bytes());
    waiters = std::move(flights_.extract(text).mapped());
  }
  for (Waiter& resume : waiters) resume(result);
}

std::shared_ptr<const PreparedSchema> SchemaCache::Find(std::string_view text) {
  return FindAt(KeyOf(text), text);
}

Task<SchemaCache::Result> SchemaCache::Get(std::string_view text) {
  const std::string key = KeyOf(text);
  if (std::shared_ptr<const PreparedSchema> entry = FindAt(key, text)) co_return entry;

  const auto wait = [this, &key, text](auto handler) {
    // Tracked: the loop must not run out of work while the pool compiles.
    auto loop = asio::prefer(
        asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked
    );
    Waiter resume = [loop, handler = std::move(handler)](const Result& result) mutable {
      asio::post(loop, [handler = std::move(handler), result]() mutable {
        std::move(handler)(std::move(result));
      });
    };
    const Boarding boarding = JoinFlight(key, text, resume);
    if (boarding.landed != nullptr) return resume(boarding.landed);
    if (!boarding.first) return;
    if (text.size() <= kInlineBytes) {
      CompileAndLand(key, std::string(text));
    } else {
      asio::post(pool_, [this, key, copy = std::string(text)] { CompileAndLand(key, copy); });
    }
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result)>(
      wait, asio::use_awaitable
  );
}

SchemaCacheStats SchemaCache::stats() const {
  const absl::MutexLock lock(&mutex_);
  SchemaCacheStats stats = counts_;
  stats.entries = entries_.stats();
  return stats;
}

}  // namespace extractd::schema
