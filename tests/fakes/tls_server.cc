#include "tests/fakes/tls_server.h"

#include <string_view>

#include <boost/asio/buffer.hpp>
#include <openssl/ssl.h>

namespace extractd::fakes {
namespace {

// The protocols of a version as ALPN has them: each name behind its size.
std::string_view Protocols(HttpVersion version) {
  return version == HttpVersion::k1 ? "\x08http/1.1" : "\x02h2";
}

int ChooseProtocol(
    SSL* /*ssl*/,
    const unsigned char** chosen,
    unsigned char* chosen_size,
    const unsigned char* offered,
    unsigned int offered_size,
    void* version
) {
  const std::string_view served = Protocols(*static_cast<const HttpVersion*>(version));
  unsigned char* found = nullptr;
  const int outcome = SSL_select_next_proto(
      &found,
      chosen_size,
      reinterpret_cast<const unsigned char*>(served.data()),
      static_cast<unsigned>(served.size()),
      offered,
      offered_size
  );
  *chosen = found;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// The callback's argument, which must live as long as any context.
HttpVersion* Lasting(HttpVersion version) {
  static HttpVersion one = HttpVersion::k1;
  static HttpVersion two = HttpVersion::k2;
  return version == HttpVersion::k1 ? &one : &two;
}

}  // namespace

std::unique_ptr<asio::ssl::context> TlsServerContext(
    const Certificate& certificate, HttpVersion version
) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  context->use_certificate_chain(asio::buffer(certificate.certificate));
  context->use_private_key(asio::buffer(certificate.key), asio::ssl::context::pem);
  SSL_CTX_set_alpn_select_cb(context->native_handle(), &ChooseProtocol, Lasting(version));
  return context;
}

}  // namespace extractd::fakes
