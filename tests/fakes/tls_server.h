// The server's side of TLS, for servers that speak one version of HTTP.
#ifndef EXTRACTD_TESTS_FAKES_TLS_SERVER_H_
#define EXTRACTD_TESTS_FAKES_TLS_SERVER_H_

#include <cstdint>
#include <memory>

#include <boost/asio/ssl/context.hpp>

#include "server/base/task.h"
#include "tests/fakes/certificates.h"

namespace extractd::fakes {

enum class HttpVersion : std::uint8_t { k1, k2 };

// Shows `certificate`, and ends the handshake with a client that offers other versions only.
std::unique_ptr<asio::ssl::context> TlsServerContext(
    const Certificate& certificate, HttpVersion version
);

}  // namespace extractd::fakes

#endif  // EXTRACTD_TESTS_FAKES_TLS_SERVER_H_
