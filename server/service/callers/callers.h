// Callers: who may call, over which connections: TLS, tokens and principals as configured, and put
// into force again when their files change. What is wrong changes nothing. Thread-safe.
#ifndef EXTRACTD_SERVER_SERVICE_CALLERS_CALLERS_H_
#define EXTRACTD_SERVER_SERVICE_CALLERS_CALLERS_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_context.h>

#include "server/service/callers/authenticator.h"
#include "server/service/callers/tls_listeners.h"
#include "server/service/callers/tls_material.h"

namespace extractd {

// The part of the configuration.
struct CallerSettings {
  TlsSettings tls = {};
  std::string tokens_file = {};
  std::string socket_principal = {};
  Principals principals = {};

  bool demands_identity() const {
    return !tokens_file.empty() || !tls.client_ca.empty() || !socket_principal.empty();
  }
};

class Callers {
 public:
  Callers() = default;
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;

  // InvalidArgument: what Load would refuse.
  static absl::Status Check(const CallerSettings& settings);
  // Reads the files and puts everything into force, or nothing. InvalidArgument: the first problem.
  absl::Status Load(const CallerSettings& settings);
  // Load with the same settings, if one of their files has changed since; absent: none has.
  std::optional<absl::Status> LoadIfChanged();

  // For an address to listen on; this outlives the server. REQUIRES: Load succeeded.
  std::shared_ptr<grpc::ServerCredentials> CredentialsFor(const std::string& address);

  // Whose call this is, as Authenticator::Identify.
  absl::StatusOr<PrincipalPtr> Identify(const grpc::ServerContext& context) const;

  // Of the certificate in force; absent without TLS.
  std::optional<std::chrono::system_clock::time_point> certificate_expiry() const;

 private:
  struct Loaded {
    std::shared_ptr<const Authenticator> authenticator;
    TlsMaterial tls;
  };
  static absl::StatusOr<Loaded> Read(const CallerSettings& settings);

  TlsListeners listeners_;
  mutable absl::Mutex mutex_;
  CallerSettings settings_ ABSL_GUARDED_BY(mutex_);
  std::string stamps_ ABSL_GUARDED_BY(mutex_);  // of the files, when they were last read
  std::shared_ptr<const Authenticator> authenticator_ ABSL_GUARDED_BY(mutex_);
  std::optional<std::chrono::system_clock::time_point> expiry_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CALLERS_CALLERS_H_
