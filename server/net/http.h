// HTTP as values: what is sent, what comes back, and why nothing came back.
#ifndef EXTRACTD_SERVER_NET_HTTP_H_
#define EXTRACTD_SERVER_NET_HTTP_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace extractd::net {

struct HttpHeader {
  std::string name = {};  // lower case in replies
  std::string value = {};
};

// Zero: no limit of that kind.
struct HttpTimers {
  std::chrono::milliseconds connect{5'000};  // DNS, TCP and TLS, and the wait for a free connection
  std::chrono::milliseconds first_byte{0};   // from the start to the status line of the reply
  std::chrono::milliseconds idle{0};         // between two bytes of the reply
  std::chrono::milliseconds total{0};        // from the start to the last byte
};

enum class HttpVersion : std::uint8_t { k1, k2 };

struct HttpRequest {
  std::string method = "POST";
  std::string url = {};                  // http or https
  std::vector<HttpHeader> headers = {};  // may hold secrets: never logged here
  std::string_view body = {};            // must stay alive until Send ends
  HttpTimers timers = {};
  size_t max_reply_bytes = size_t{32} << 20U;  // the body, decompressed
  HttpVersion version = HttpVersion::k1;       // k2: over TLS only, else HTTP/1.1
  std::string_view pool = {};                  // name under which its connections are counted
};

struct HttpReply {
  int status = 0;
  std::vector<HttpHeader> headers = {};
  std::string body = {};
  // The first header of that name (lower case); empty if there is none.
  std::string_view Header(std::string_view name) const;
};

// Why there is no reply. One closed list, since callers decide by it.
enum class TransportFailure : std::uint8_t {
  kNone,
  kDns,
  kRefused,  // refused or unreachable
  kTls,      // handshake or certificate
  kReset,    // the connection broke before or inside the reply
  kConnectTimeout,
  kFirstByteTimeout,
  kIdleTimeout,
  kTotalTimeout,
  kTooLarge,   // the body above max_reply_bytes, or more headers than anybody needs
  kCancelled,  // the coroutine's slot fired
  kProtocol,   // not HTTP, or a request that cannot be written as HTTP
  kExhausted,  // no descriptor, memory or connection could be had here: nothing was sent
};
// "dns", "refused", "tls", "reset", "connect timeout" …
std::string_view TransportFailureName(TransportFailure failure);

struct HttpResult {
  HttpReply reply = {};  // whole if failure is kNone; what had come of it otherwise
  TransportFailure failure = TransportFailure::kNone;
  std::string message = {};  // one sentence for people; no header values, no body, no URL query
  bool new_connection = false;
  std::chrono::microseconds latency{0};
  bool ok() const { return failure == TransportFailure::kNone; }
};

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_HTTP_H_
