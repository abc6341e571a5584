#include "server/service/admin/admin_server.h"

#include <charconv>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include "server/base/status_macros.h"

namespace extractd {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr std::uint32_t kMaxHeaderBytes = 8 * 1024;

absl::StatusOr<tcp::endpoint> ParseAddress(const std::string& address) {
  const size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  unsigned short port = 0;
  const char* end = address.data() + address.size();
  const char* begin = colon == std::string::npos ? end : address.data() + colon + 1;
  const auto [at, failed] = std::from_chars(begin, end, port);
  boost::system::error_code error;
  const asio::ip::address ip = asio::ip::make_address(host, error);
  if (error || failed != std::errc() || at != end || begin == end) {
    return absl::InvalidArgumentError(
        fmt::format("admin_listen: '{}' is not an IP address with a port", address)
    );
  }
  return tcp::endpoint(ip, port);
}

class BeastAdminServer final : public AdminServer {
 public:
  BeastAdminServer(asio::io_context& loop, Pages pages)
      : loop_(loop), acceptor_(loop), pages_(std::move(pages)) {}

  absl::Status Open(const tcp::endpoint& endpoint) {
    boost::system::error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(kMaxConnections, error);
    if (error) return absl::UnavailableError("admin_listen: " + error.message());
    asio::co_spawn(loop_, Accept(), asio::detached);
    return absl::OkStatus();
  }

  std::string address() const override {
    const tcp::endpoint endpoint = acceptor_.local_endpoint();
    return fmt::format("{}:{}", endpoint.address().to_string(), endpoint.port());
  }

 private:
  Task<void> Accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
      if (error == asio::error::operation_aborted) co_return;
      if (error || connections_ == kMaxConnections) continue;
      asio::co_spawn(loop_, Serve(beast::tcp_stream(std::move(socket))), asio::detached);
    }
  }

  Task<void> Serve(beast::tcp_stream stream) {
    ++connections_;
    beast::flat_buffer buffer;
    for (bool open = true; open;) {
      http::request_parser<http::empty_body> parser;
      parser.header_limit(kMaxHeaderBytes);
      stream.expires_after(kTimeout);
      const auto [read_error, read] =
          co_await http::async_read(stream, buffer, parser, asio::as_tuple(asio::use_awaitable));
      if (read_error) break;
      http::response<http::string_body> reply = Answer(parser.get());
      open = reply.keep_alive();
      stream.expires_after(kTimeout);
      const auto [write_error, written] =
          co_await http::async_write(stream, reply, asio::as_tuple(asio::use_awaitable));
      if (write_error) break;
    }
    --connections_;
  }

  http::response<http::string_body> Answer(const http::request<http::empty_body>& request) {
    AdminPage page = PageOf(request);
    http::response<http::string_body> reply(
        http::int_to_status(static_cast<unsigned>(page.status)), request.version()
    );
    reply.set(http::field::content_type, page.content_type);
    reply.set(http::field::cache_control, "no-store");
    reply.keep_alive(request.keep_alive());
    reply.body() = std::move(page.body);
    reply.prepare_payload();
    return reply;
  }

  AdminPage PageOf(const http::request<http::empty_body>& request) {
    if (request.method() != http::verb::get) return {.status = 405, .body = "GET only\n"};
    const std::string target(request.target().data(), request.target().size());
    const auto page = pages_.find(target.substr(0, target.find('?')));
    if (page == pages_.end()) return {.status = 404, .body = "no such page\n"};
    return page->second();
  }

  asio::io_context& loop_;
  tcp::acceptor acceptor_;
  Pages pages_;
  int connections_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Listen(
    asio::io_context& loop, const std::string& address, Pages pages
) {
  ASSIGN_OR_RETURN(const tcp::endpoint endpoint, ParseAddress(address));
  auto server = std::make_unique<BeastAdminServer>(loop, std::move(pages));
  RETURN_IF_ERROR(server->Open(endpoint));
  return server;
}

}  // namespace extractd
