// ConfigReloader: puts a configuration that has changed into force while calls are served.
// Thread-safe; a reload waits for the one before it.
#ifndef EXTRACTD_SERVER_SERVICE_ADMIN_CONFIG_RELOADER_H_
#define EXTRACTD_SERVER_SERVICE_ADMIN_CONFIG_RELOADER_H_

#include <chrono>
#include <string>

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include "server/service/configuration/config.h"
#include "server/service/configuration/config_changes.h"
#include "server/service/shared_state.h"

namespace extractd {

class ConfigReloader {
 public:
  struct Outcome {
    std::string hash = {};
    ConfigChanges changes = {};  // from what was in force
  };
  struct Last {
    bool ok = true;
    std::chrono::system_clock::time_point time = {};
  };

  // `shared` outlives this.
  ConfigReloader(SharedState& shared, ConfigSources sources);

  // Reads the configuration again and puts it into force; with `only_check` it stops before that.
  // InvalidArgument: every problem, one a line; what was in force stays. Blocks for the time that
  // reading files takes.
  absl::StatusOr<Outcome> Reload(bool only_check);

  // Puts certificates and tokens into force whose files have changed; a file that is wrong changes
  // nothing.
  void ReloadCredentials();

  // How the last reload went; the start counts as one.
  Last last() const;

 private:
  absl::StatusOr<Outcome> TryReload(bool only_check) ABSL_EXCLUSIVE_LOCKS_REQUIRED(reloading_);
  void Tell(const absl::StatusOr<Outcome>& outcome);
  // Remembers how it went; logs what was wrong.
  void Note(const absl::Status& status);
  void Publish(bool reloaded, std::string message);

  SharedState& shared_;
  const ConfigSources sources_;
  absl::Mutex reloading_;
  mutable absl::Mutex mutex_;
  Last last_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_ADMIN_CONFIG_RELOADER_H_
