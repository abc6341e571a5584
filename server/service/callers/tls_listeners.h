// TlsListeners: gRPC's server credentials over TlsMaterial that can be replaced while serving. New
// connections get the newest; those that stand keep theirs. Thread-safe.
#ifndef EXTRACTD_SERVER_SERVICE_CALLERS_TLS_LISTENERS_H_
#define EXTRACTD_SERVER_SERVICE_CALLERS_TLS_LISTENERS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>

#include "server/service/callers/tls_material.h"

namespace extractd {

class TlsListeners {
 public:
  TlsListeners() = default;
  TlsListeners(const TlsListeners&) = delete;
  TlsListeners& operator=(const TlsListeners&) = delete;

  // From the next connection on.
  void Show(TlsMaterial material);

  // For one address. REQUIRES: something is shown. This outlives the server.
  std::shared_ptr<grpc::ServerCredentials> ForAddress(
      grpc_ssl_client_certificate_request_type request
  );

 private:
  class Credentials;
  // What gRPC has of one address.
  struct Listener {
    TlsListeners* all;
    std::int64_t version = 0;  // that it was given
  };
  static grpc_ssl_certificate_config_reload_status Fetch(
      void* listener, grpc_ssl_server_certificate_config** config
  );

  absl::Mutex mutex_;
  TlsMaterial material_ ABSL_GUARDED_BY(mutex_);
  std::int64_t version_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::unique_ptr<Listener>> listeners_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_CALLERS_TLS_LISTENERS_H_
