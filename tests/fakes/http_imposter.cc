#include "tests/fakes/http_imposter.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "tests/fakes/certificates.h"
#include "tests/fakes/imposter_connection.h"
#include "tests/fakes/tls_server.h"

namespace extractd::fakes {
namespace {

using Tcp = asio::ip::tcp;
using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::string_view kNotUnderstood = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";

bool Serves(ImposterTls tls) {
  return tls != ImposterTls::kNeverHandshakes && tls != ImposterTls::kAnswersInPlain;
}

Certificate CertificateFor(ImposterTls tls, const CertificateAuthority& authority) {
  switch (tls) {
    case ImposterTls::kSelfSigned:
      return CertificateAuthority::SelfSigned({});
    case ImposterTls::kExpired:
      return authority.Issue({.valid_until = -hours(24)});
    case ImposterTls::kWrongHost:
      return authority.Issue({.names = "DNS:elsewhere.example"});
    default:
      return authority.Issue({});
  }
}

}  // namespace

std::string_view SeenRequest::Header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, [](const auto& header) {
    return std::string_view(header.first);
  });
  return found == headers.end() ? std::string_view() : found->second;
}

class HttpImposter::Server {
 public:
  explicit Server(ImposterTls tls)
      : tls_(tls), acceptor_(loop_, Tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    if (tls != ImposterTls::kNone && Serves(tls)) UseTls();
    url_ = fmt::format("http{}://127.0.0.1:{}", tls == ImposterTls::kNone ? "" : "s", port());
    asio::co_spawn(loop_, AcceptAll(), asio::detached);
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Server() {
    loop_.stop();
    thread_.join();
    if (!ca_file_.empty()) std::filesystem::remove(ca_file_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  const std::string& url() const { return url_; }
  const std::string& ca_file() const { return ca_file_; }
  ImposterState& state() { return state_; }

 private:
  void UseTls() {
    const CertificateAuthority authority;
    context_ = TlsServerContext(CertificateFor(tls_, authority), HttpVersion::k1);
    ca_file_ = std::filesystem::temp_directory_path() /
               fmt::format("imposter-{}-{}.pem", ::getpid(), port());
    std::ofstream(ca_file_) << authority.certificate();
  }

  Task<void> AcceptAll() {
    for (;;) {
      auto [error, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
      if (error) {  // no descriptor: the tests of that share the process with us
        asio::steady_timer soon(loop_, milliseconds(1));
        co_await soon.async_wait(asio::use_awaitable);
        continue;
      }
      auto stream = NewImposterStream(std::move(socket), context_.get());
      const auto connection = std::make_shared<ImposterConnection>(std::move(stream), state_);
      if (Serves(tls_))
        connection->Serve();
      else
        connection->Refuse(tls_ == ImposterTls::kAnswersInPlain ? kNotUnderstood : "");
    }
  }

  ImposterTls tls_;
  ImposterState state_;
  std::unique_ptr<asio::ssl::context> context_;
  asio::io_context loop_{1};  // its coroutines go before what they use
  Tcp::acceptor acceptor_;
  std::string url_;
  std::string ca_file_;
  std::thread thread_;
};

HttpImposter::HttpImposter(ImposterTls tls) : server_(std::make_unique<Server>(tls)) {}
HttpImposter::~HttpImposter() = default;

const std::string& HttpImposter::url() const {
  return server_->url();
}
std::uint16_t HttpImposter::port() const {
  return server_->port();
}
const std::string& HttpImposter::ca_file() const {
  return server_->ca_file();
}

void HttpImposter::Reply(ScriptedReply reply) {
  server_->state().Queue(std::move(reply));
}
void HttpImposter::ReplyByDefault(ScriptedReply reply) {
  server_->state().SetDefault([reply = std::move(reply)](const SeenRequest&) { return reply; });
}
void HttpImposter::ReplyByDefault(std::function<ScriptedReply(const SeenRequest&)> reply) {
  server_->state().SetDefault(std::move(reply));
}

std::vector<SeenRequest> HttpImposter::requests() const {
  return server_->state().requests();
}
std::vector<SeenConnection> HttpImposter::connections() const {
  return server_->state().connections();
}
size_t HttpImposter::open_connections() const {
  const ImposterState::Counts counts = server_->state().counts();
  return counts.connections - counts.closed;
}

bool HttpImposter::WaitForRequests(size_t count, milliseconds patience) const {
  return server_->state().WaitFor(patience, [&](const auto& seen) {
    return seen.requests >= count;
  });
}
bool HttpImposter::WaitForConnections(size_t count, milliseconds patience) const {
  return server_->state().WaitFor(patience, [&](const auto& seen) {
    return seen.connections >= count;
  });
}
bool HttpImposter::WaitForPeersToClose(size_t count, milliseconds patience) const {
  return server_->state().WaitFor(patience, [&](const auto& seen) {
    return seen.closed_by_peer >= count;
  });
}

}  // namespace extractd::fakes
