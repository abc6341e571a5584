// Where keys come from: environment variables, a file that <VARIABLE>_FILE names (as secrets are
// mounted in containers), or a file that the row names. Files are read again when they change.
#ifndef EXTRACTD_SERVER_PROVIDERS_CREDENTIALS_H_
#define EXTRACTD_SERVER_PROVIDERS_CREDENTIALS_H_

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include "server/base/secret.h"
#include "server/base/strings.h"
#include "server/registry/provider_row.h"

namespace extractd::providers {

// Thread-safe.
class Credentials {
 public:
  // A file is looked at no more often than this.
  static constexpr std::chrono::milliseconds kFileCheckInterval{500};

  // `on_key` is told every key when it is first seen, so that logs can leave it out.
  explicit Credentials(std::function<void(const Secret& key)> on_key);

  // The key that `row` names; empty if none is set and the provider needs none or has a signer.
  // kCredentialsMissing (metadata: variable, docs_url): none is set, or its file cannot be used;
  // says which places were tried, never a value.
  absl::StatusOr<Secret> KeyOf(const ProviderRow& row);
  // A key is set for `row`, or its signer has a source of credentials as far as can be told without
  // asking anybody; says nothing about their worth.
  bool IsConfigured(const ProviderRow& row);

 private:
  struct KeyFile {
    Secret key;
    std::filesystem::file_time_type changed;
    std::chrono::steady_clock::time_point checked;
  };
  absl::StatusOr<Secret> FindKey(const ProviderRow& row);
  absl::StatusOr<Secret> ReadFile(const std::string& path);

  const std::function<void(const Secret& key)> on_key_;
  absl::Mutex mutex_;
  StringMap<KeyFile> files_ ABSL_GUARDED_BY(mutex_);
  StringMap<Secret> seen_ ABSL_GUARDED_BY(mutex_);  // the last key of each provider
};

}  // namespace extractd::providers

#endif  // EXTRACTD_SERVER_PROVIDERS_CREDENTIALS_H_
