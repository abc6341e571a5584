// Registry: which provider can be asked in which mode, and by what. Handlers are registered whole
// or as a loader that runs at first use. Look-up is O(1); all of it is thread-safe.
//
//   registry.Register("acme", "TOOLS", {.loader = MakeAcmeTools});
//   ASSIGN_OR_RETURN(auto handler, registry.Find("acme", "TOOLS"));
#ifndef EXTRACTD_SERVER_REGISTRY_REGISTRY_H_
#define EXTRACTD_SERVER_REGISTRY_REGISTRY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include "server/base/strings.h"
#include "server/modes/mode_handler.h"
#include "server/registry/dialect.h"
#include "server/registry/provider_row.h"

namespace extractd {

// Everything that one (provider, mode) pair needs; complete if row, mode and dialect are there.
struct Handler {
  std::shared_ptr<const ProviderRow> row = {};
  const ModeHandler* mode = nullptr;
  const Dialect* dialect = nullptr;
  const Dialect* responses =
      nullptr;  // the row's second dialect, for what the first can't; or null
};

// Exactly one of the two.
struct Registration {
  using Loader = std::function<absl::StatusOr<Handler>()>;
  std::optional<Handler> handler = {};
  Loader loader = {};
  bool replace = false;  // an existing registration gives way, with a warning
};

struct RegistryStats {
  std::int64_t loaded = 0;  // handlers that are built
  std::int64_t lazy = 0;    // loaders that have not run yet
  std::int64_t total = 0;
};

class Registry {
 public:
  Registry() = default;
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // Returns a warning, which is empty unless something was replaced.
  // InvalidArgument: neither handler nor loader, both, or an incomplete handler.
  // AlreadyExists: the pair is registered and `replace` is not set.
  absl::StatusOr<std::string> Register(
      std::string_view provider, std::string_view mode, Registration registration
  );

  // NotFound: the pair is not registered. A call that holds its handler is not disturbed.
  absl::Status Unregister(std::string_view provider, std::string_view mode);
  // Removes every mode of the provider; how many there were.
  int UnregisterProvider(std::string_view provider);

  // The handler; a lazy one is loaded now, once, whatever number of threads ask.
  // kUnknownProvider (metadata known, nearest): no such provider. kModeNotSupported (metadata
  // supported): the provider has other modes. Any error of the loader, which may be tried again.
  // FailedPrecondition: the loader needs itself, or made an incomplete handler.
  absl::StatusOr<std::shared_ptr<const Handler>> Find(
      std::string_view provider, std::string_view mode
  );

  bool HasMode(std::string_view provider, std::string_view mode) const;
  bool HasProvider(std::string_view provider) const;
  std::vector<std::string> Providers() const;                         // sorted
  std::vector<std::string> ModesOf(std::string_view provider) const;  // sorted
  std::vector<std::string> ProvidersOf(std::string_view mode) const;  // sorted
  // At least one handler of the provider is loaded.
  bool IsLoaded(std::string_view provider) const;
  RegistryStats stats() const;

 private:
  struct Slot {
    std::string mode = {};
    std::shared_ptr<const Handler> handler = {};  // null: lazy
    Registration::Loader loader = {};
    std::uint64_t version = 0;  // changes when the slot is registered again
  };
  using Key = std::pair<std::string, std::string>;

  const Slot* FindSlot(std::string_view provider, std::string_view mode) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  absl::Status NotRegistered(std::string_view provider, std::string_view mode) const;
  absl::StatusOr<std::shared_ptr<const Handler>> Load(const Key& key);
  void Keep(const Key& key, std::uint64_t version, std::shared_ptr<const Handler> handler);

  mutable absl::Mutex mutex_;
  StringMap<std::vector<Slot>> providers_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t next_version_ ABSL_GUARDED_BY(mutex_) = 1;

  // One load at a time, so that two loaders that need each other cannot wait for each other. A
  // loader may look up others: hence recursive. Taken before mutex_, never inside it.
  std::recursive_mutex load_mutex_;
  std::vector<Key> loading_;  // guarded by load_mutex_
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_REGISTRY_REGISTRY_H_
