// SchemaCache: the process-wide cache of prepared schemas, and of what others are made from
// (kept_form.h), bounded in bytes, least recently used out first. Calls that ask for the same new
// schema at the same time wait for one compilation. Thread-safe.
#ifndef EXTRACTD_SERVER_SCHEMA_SCHEMA_CACHE_H_
#define EXTRACTD_SERVER_SCHEMA_SCHEMA_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/functional/any_invocable.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>
#include <boost/asio/thread_pool.hpp>

#include "server/base/byte_lru.h"
#include "server/base/strings.h"
#include "server/base/task.h"
#include "server/schema/kept_form.h"
#include "server/schema/prepared_schema.h"

namespace extractd::schema {

struct SchemaCacheStats {
  std::int64_t hits = 0;
  std::int64_t misses = 0;  // compilations, failed ones included
  std::int64_t joined = 0;  // calls that waited for another's compilation
  LruStats entries = {};
};

class SchemaCache {
 public:
  using Result = absl::StatusOr<std::shared_ptr<const PreparedSchema>>;

  struct Options {
    size_t max_bytes = size_t{64} << 20U;  // 0: nothing is kept
    CompileLimits limits = {};
  };
  // Texts above this are compiled on `pool`, so that no loop stands still; smaller ones at once.
  static constexpr size_t kInlineBytes = 16 * 1024;

  // `pool` outlives the cache. A loop that has called Get is destroyed only once the pool is joined
  // and the threads of the other loops have ended, since any of them may be the one that resumes
  // it.
  SchemaCache(const Options& options, asio::thread_pool& pool);
  SchemaCache(const SchemaCache&) = delete;
  SchemaCache& operator=(const SchemaCache&) = delete;

  // The schema for a text, lowered to `subset` unless that is null; fails as Compile does. Failures
  // are not kept. Waits to the end whatever happens to the RPC: compiling is bounded by the limits.
  Task<Result> Get(std::string_view text, const lower::Subset* subset = nullptr);
  // The schema if it is in the cache, lowered to `subset` if that is not null, which counts as a
  // hit; else null, which counts as nothing.
  std::shared_ptr<const PreparedSchema> Find(
      std::string_view text, const lower::Subset* subset = nullptr
  );

  // A form whose source this is; null: there is none. Counts neither as hit nor as miss.
  std::shared_ptr<const KeptForm> FindKept(std::string_view source);
  // Keeps it within the same bytes as the schemas.
  void Keep(std::shared_ptr<const KeptForm> form);

  const CompileLimits& limits() const { return options_.limits; }
  SchemaCacheStats stats() const;

 private:
  using Waiter = absl::AnyInvocable<void(const Result&)>;

  // One of them.
  struct Entry {
    std::shared_ptr<const PreparedSchema> schema = {};
    std::shared_ptr<const KeptForm> form = {};
  };

  // How a call goes on that did not find its schema at first.
  struct Boarding {
    std::shared_ptr<const PreparedSchema> landed = {};  // another call has just compiled it
    bool first = false;                                 // this call must compile
  };

  // What a call waits for.
  struct Flight {
    std::string key = {};   // of the text, in the cache
    std::string name = {};  // of the flight: subset and text
    const lower::Subset* subset = nullptr;
  };

  // Null: there is none for that text.
  std::shared_ptr<const PreparedSchema> EntryLocked(const std::string& key, std::string_view text)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::shared_ptr<const PreparedSchema> FindAt(
      const std::string& key, std::string_view text, const lower::Subset* subset
  );
  std::shared_ptr<const PreparedSchema> FindLocked(
      const std::string& key, std::string_view text, const lower::Subset* subset
  ) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes the waiter, unless the schema has landed.
  Boarding JoinFlight(const Flight& flight, std::string_view text, Waiter& waiter);
  Result Make(const Flight& flight, const std::string& text);
  void CompileAndLand(const Flight& flight, const std::string& text);

  const Options options_;
  asio::thread_pool& pool_;
  mutable absl::Mutex mutex_;
  ByteLru<const Entry> entries_ ABSL_GUARDED_BY(mutex_);
  StringMap<std::vector<Waiter>> flights_ ABSL_GUARDED_BY(mutex_);  // by name
  SchemaCacheStats counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace extractd::schema

#endif  // EXTRACTD_SERVER_SCHEMA_SCHEMA_CACHE_H_
