#include "server/schema/schema_cache.h"

#include <cstring>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
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

// No key of a schema.
std::string FormKeyOf(std::string_view source) {
  return "form" + KeyOf(source);
}

}  // namespace

SchemaCache::SchemaCache(const Options& options, asio::thread_pool& pool)
    : options_(options), pool_(pool), entries_(options.max_bytes) {}

std::shared_ptr<const PreparedSchema> SchemaCache::EntryLocked(
    const std::string& key, std::string_view text
) {
  const std::shared_ptr<const Entry> entry = entries_.Find(key);
  if (entry == nullptr || entry->schema->compiled->text() != text) return nullptr;
  return entry->schema;
}

std::shared_ptr<const PreparedSchema> SchemaCache::FindLocked(
    const std::string& key, std::string_view text, const lower::Subset* subset
) {
  std::shared_ptr<const PreparedSchema> entry = EntryLocked(key, text);
  if (entry == nullptr) return nullptr;
  if (subset != nullptr && entry->FindLowered(*subset) == nullptr) return nullptr;
  ++counts_.hits;
  return entry;
}

std::shared_ptr<const PreparedSchema> SchemaCache::FindAt(
    const std::string& key, std::string_view text, const lower::Subset* subset
) {
  const absl::MutexLock lock(&mutex_);
  return FindLocked(key, text, subset);
}

SchemaCache::Boarding SchemaCache::JoinFlight(
    const Flight& flight, std::string_view text, Waiter& waiter
) {
  const absl::MutexLock lock(&mutex_);
  if (auto landed = FindLocked(flight.key, text, flight.subset)) {
    return {.landed = std::move(landed)};
  }
  const auto [waiters, first] = flights_.try_emplace(flight.name);
  waiters->second.push_back(std::move(waiter));
  ++(first ? counts_.misses : counts_.joined);
  return {.first = first};
}

// A schema that lacks only the subset is not compiled again.
SchemaCache::Result SchemaCache::Make(const Flight& flight, const std::string& text) {
  std::shared_ptr<const PreparedSchema> known;
  {
    const absl::MutexLock lock(&mutex_);
    known = EntryLocked(flight.key, text);
  }
  Result result = known != nullptr ? Result(std::move(known)) : Prepare(text, options_.limits);
  if (result.ok() && flight.subset != nullptr) (*result)->Lower(*flight.subset);
  return result;
}

// Runs where it is called; every waiter is resumed on its own loop.
void SchemaCache::CompileAndLand(const Flight& flight, const std::string& text) {
  const Result result = Make(flight, text);
  const size_t bytes = result.ok() ? (*result)->memory_bytes() : 0;
  std::vector<Waiter> waiters;
  {
    const absl::MutexLock lock(&mutex_);
    if (result.ok()) {
      entries_.Put(flight.key, std::make_shared<const Entry>(Entry{.schema = *result}), bytes);
    }
    waiters = std::move(flights_.extract(flight.name).mapped());
  }
  for (Waiter& resume : waiters) resume(result);
}

std::shared_ptr<const PreparedSchema> SchemaCache::Find(
    std::string_view text, const lower::Subset* subset
) {
  return FindAt(KeyOf(text), text, subset);
}

Task<SchemaCache::Result> SchemaCache::Get(std::string_view text, const lower::Subset* subset) {
  Flight flight = {.key = KeyOf(text), .subset = subset};
  if (auto entry = FindAt(flight.key, text, subset)) co_return entry;
  flight.name = fmt::format("{}\n{}", subset == nullptr ? "" : subset->name, text);

  const auto wait = [this, &flight, text](auto handler) {
    // Tracked: the loop must not run out of work while the pool compiles.
    auto loop = asio::prefer(
        asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked
    );
    Waiter resume = [loop, handler = std::move(handler)](const Result& result) mutable {
      asio::post(loop, [handler = std::move(handler), result]() mutable {
        std::move(handler)(std::move(result));
      });
    };
    const Boarding boarding = JoinFlight(flight, text, resume);
    if (boarding.landed != nullptr) return resume(boarding.landed);
    if (!boarding.first) return;
    if (text.size() <= kInlineBytes) {
      CompileAndLand(flight, std::string(text));
    } else {
      asio::post(pool_, [this, flight, copy = std::string(text)] { CompileAndLand(flight, copy); });
    }
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result)>(
      wait, asio::use_awaitable
  );
}

std::shared_ptr<const KeptForm> SchemaCache::FindKept(std::string_view source) {
  const std::string key = FormKeyOf(source);
  const absl::MutexLock lock(&mutex_);
  const std::shared_ptr<const Entry> entry = entries_.Find(key);
  return entry != nullptr && entry->form->source() == source ? entry->form : nullptr;
}

void SchemaCache::Keep(std::shared_ptr<const KeptForm> form) {
  const std::string key = FormKeyOf(form->source());
  const size_t bytes = form->memory_bytes();
  auto entry = std::make_shared<const Entry>(Entry{.form = std::move(form)});
  const absl::MutexLock lock(&mutex_);
  entries_.Put(key, std::move(entry), bytes);
}

SchemaCacheStats SchemaCache::stats() const {
  const absl::MutexLock lock(&mutex_);
  SchemaCacheStats stats = counts_;
  stats.entries = entries_.stats();
  return stats;
}

}  // namespace extractd::schema
