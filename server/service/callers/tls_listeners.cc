#include "server/service/callers/tls_listeners.h"

#include <string>
#include <utility>

#include <grpc/grpc.h>
#include <openssl/crypto.h>

namespace extractd {

// gRPC's C++ interface can watch files, but nobody can judge what it finds there or learn of it;
// its C interface asks us at each handshake.
class TlsListeners::Credentials final : public grpc::ServerCredentials {
 public:
  Credentials(grpc_ssl_client_certificate_request_type request, Listener& listener)
      : request_(request), listener_(listener) {}

  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    grpc_server_credentials* credentials = grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(
            request_, &TlsListeners::Fetch, &listener_
        )
    );
    const int port = grpc_server_add_http2_port(server, address.c_str(), credentials);
    grpc_server_credentials_release(credentials);
    return port;
  }

  grpc_ssl_client_certificate_request_type request_;
  Listener& listener_;
};

void TlsListeners::Show(TlsMaterial material) {
  const absl::MutexLock lock(&mutex_);
  material_ = std::move(material);
  ++version_;
}

std::shared_ptr<grpc::ServerCredentials> TlsListeners::ForAddress(
    grpc_ssl_client_certificate_request_type request
) {
  const absl::MutexLock lock(&mutex_);
  listeners_.push_back(std::make_unique<Listener>(Listener{.all = this}));
  return std::make_shared<Credentials>(request, *listeners_.back());
}

grpc_ssl_certificate_config_reload_status TlsListeners::Fetch(
    void* listener, grpc_ssl_server_certificate_config** config
) {
  auto& asking = *static_cast<Listener*>(listener);
  TlsListeners& all = *asking.all;
  const absl::MutexLock lock(&all.mutex_);
  if (asking.version == all.version_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  std::string key(all.material_.key.Reveal());
  const grpc_ssl_pem_key_cert_pair pair = {
      .private_key = key.c_str(), .cert_chain = all.material_.certificate.c_str()
  };
  // gRPC 1.51 wants authorities even where no client is asked for a certificate.
  const std::string& roots =
      all.material_.client_ca.empty() ? all.material_.certificate : all.material_.client_ca;
  *config = grpc_ssl_server_certificate_config_create(roots.c_str(), &pair, 1);
  OPENSSL_cleanse(key.data(), key.size());
  if (*config == nullptr) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_FAIL;
  asking.version = all.version_;
  return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

}  // namespace extractd
