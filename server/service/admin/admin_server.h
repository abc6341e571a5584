// AdminServer: the HTTP side door for operators: metrics, health, debug pages. GET only, small and
// bounded: it must answer when nothing else does.
#ifndef EXTRACTD_SERVER_SERVICE_ADMIN_ADMIN_SERVER_H_
#define EXTRACTD_SERVER_SERVICE_ADMIN_ADMIN_SERVER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include <absl/status/statusor.h>
#include <boost/asio/io_context.hpp>

#include "server/base/task.h"

namespace extractd {

struct AdminPage {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
};

class AdminServer {
 public:
  // Makes the page of a path; runs on the server's loop.
  using Pages = std::map<std::string, std::function<AdminPage()>>;

  static constexpr int kMaxConnections = 64;
  static constexpr std::chrono::seconds kTimeout{10};  // for a request to arrive whole

  // Listens at once; destroy it when `loop` no longer runs. `address`: "host:port".
  // InvalidArgument: not an address; Unavailable: taken.
  static absl::StatusOr<std::unique_ptr<AdminServer>> Listen(
      asio::io_context& loop, const std::string& address, Pages pages
  );
  virtual ~AdminServer() = default;

  // "host:port" with the real port.
  virtual std::string address() const = 0;
};

}  // namespace extractd

#endif  // EXTRACTD_SERVER_SERVICE_ADMIN_ADMIN_SERVER_H_
