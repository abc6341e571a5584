// HttpClient: libcurl's multi interface on one Asio loop. Connections are kept alive and pooled;
// TLS certificates are always verified. Not thread-safe: create, use and destroy it on its loop's
// thread; every Send has ended before the destructor.
#ifndef EXTRACTD_SERVER_NET_HTTP_CLIENT_H_
#define EXTRACTD_SERVER_NET_HTTP_CLIENT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/task.h"

namespace extractd::net {

struct HttpHeader {
  std::string name = {};  // lower case in replies
  std::string value = {};
};

// Zero: no limit of that kind.
struct HttpTimers {
  std::chrono::milliseconds connect{5'000};  // DNS, TCP and TLS
  std::chrono::milliseconds first_byte{0};   // from the start to the first byte of the reply
  std::chrono::milliseconds idle{0};         // between two bytes of the reply
  std::chrono::milliseconds total{0};        // from the start to the last byte
};

enum class HttpVersion : std::uint8_t { k1, k2 };

struct HttpRequest {
  std::string method = "POST";
  std::string url = {};
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
  kTooLarge,   // above max_reply_bytes
  kCancelled,  // the coroutine's slot fired
  kProtocol,   // not HTTP, or a URL that cannot be used
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

// Connections counted under one pool name.
struct PoolStats {
  std::string pool = {};
  std::int64_t open = 0;
  std::int64_t opened_total = 0;
  std::int64_t reused_total = 0;
};

class HttpClient {
 public:
  struct Limits {
    long max_connections = 1024;        // further transfers wait for a free one
    long max_connections_per_host = 0;  // 0: no limit
  };
  explicit HttpClient(asio::any_io_executor loop, const Limits& limits = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Sends one request and reads the whole reply; any HTTP status is a reply. Follows no redirect.
  // A cancelled coroutine slot closes the socket at once, whatever phase it is in.
  Task<HttpResult> Send(HttpRequest request);

  std::vector<PoolStats> stats() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_HTTP_CLIENT_H_
