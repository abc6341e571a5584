// Redactor: every secret that the process knows, and the way to take them out of a text.
// Thread-safe.
#ifndef EXTRACTD_SERVER_OBSERVE_REDACTOR_H_
#define EXTRACTD_SERVER_OBSERVE_REDACTOR_H_

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include "server/base/secret.h"

namespace extractd::observe {

class Redactor {
 public:
  // From now on it is known. One that is shorter than six bytes is not: it would redact words.
  void Protect(const Secret& secret);
  // The same for so long at least: for what expires, so that the list does not grow.
  void ProtectFor(const Secret& secret, std::chrono::seconds life);

  bool HoldsSecret(std::string_view text) const;
  std::string Redact(std::string_view text) const;

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  struct Guarded {
    Secret secret;
    SteadyTime until;
  };
  void ProtectUntil(const Secret& secret, SteadyTime until);

  mutable absl::Mutex mutex_;
  std::vector<Guarded> secrets_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace extractd::observe

#endif  // EXTRACTD_SERVER_OBSERVE_REDACTOR_H_
