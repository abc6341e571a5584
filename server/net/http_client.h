// HttpClient: libcurl's multi interface on one Asio loop. Connections are kept alive and pooled;
// TLS certificates are always verified. Proxies and certificate bundles are the environment's
// (network_environment.h). Not thread-safe: create, use and destroy it on its loop's thread; every
// Send has ended before the destructor. As long as it lives it may have a timer or a socket waiting
// on the loop, so a loop that shall end is stopped, not drained.
#ifndef EXTRACTD_SERVER_NET_HTTP_CLIENT_H_
#define EXTRACTD_SERVER_NET_HTTP_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/base/task.h"
#include "server/net/body_sink.h"
#include "server/net/http.h"

namespace extractd::net {

// Connections counted under one pool name.
struct PoolStats {
  std::string pool = {};
  std::int64_t open = 0;          // sockets, those still connecting included
  std::int64_t opened_total = 0;  // sends that made their connection
  std::int64_t reused_total = 0;  // sends over one that stood already
};

class HttpClient {
 public:
  struct Limits {
    long max_connections = 1024;        // further transfers wait for a free one
    long max_connections_per_host = 0;  // 0: no limit
  };
  explicit HttpClient(asio::any_io_executor loop);
  HttpClient(asio::any_io_executor loop, const Limits& limits);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Sends one request and reads the whole reply; any HTTP status is a reply. Follows no redirect.
  // A request whose kept-alive connection turns out to be closed goes out once more on a new one.
  // A cancelled coroutine slot closes the socket at once, whatever phase it is in.
  Task<HttpResult> Send(HttpRequest request);
  // The same, but hands the body to `sink` as it comes. The timers count signs of life
  // (BodySink::Taken) in place of bytes, and max_reply_bytes all that comes.
  Task<HttpResult> Send(HttpRequest request, BodySink& sink);

  // In the order of the pools' names.
  std::vector<PoolStats> stats() const;

 private:
  Task<HttpResult> SendTo(HttpRequest request, BodySink* sink);

  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_HTTP_CLIENT_H_
