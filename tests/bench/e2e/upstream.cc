// bench_upstream: a provider that answers every request with the same completion, at once, over
// HTTP/1.1 with keep-alive. One thread and epoll, so that it takes little of the machine away from
// the servers that are measured.
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/e2e/job.h"
#include "tests/bench/e2e/request_size.h"

namespace extractd::bench {
namespace {

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::exit(EXIT_FAILURE);
}

std::string ReplyBytes() {
  const std::string body = CompletionBody();
  return fmt::format(
      "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_0123456789abcdef\r\n"
      "content-length: {}\r\n\r\n{}",
      body.size(),
      body
  );
}

class Upstream {
 public:
  Upstream() : epoll_(::epoll_create1(0)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, any, size) != 0 || ::listen(listener_, SOMAXCONN) != 0) Die("listen");
    if (::getsockname(listener_, any, &size) != 0) Die("getsockname");
    port_ = ntohs(address.sin_port);
    Watch(listener_);
    Watch(STDIN_FILENO);
  }

  int port() const { return port_; }

  // Until the benchmark closes our stdin.
  void Run() {
    std::array<epoll_event, 64> events;
    for (;;) {
      const int count = ::epoll_wait(epoll_, events.data(), events.size(), -1);
      if (count < 0 && errno != EINTR) Die("epoll_wait");
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<size_t>(i)].data.fd;
        if (fd == STDIN_FILENO) return;
        fd == listener_ ? Accept() : Serve(fd);
      }
    }
  }

 private:
  void Watch(int fd) {
    epoll_event event = {.events = EPOLLIN, .data = {.fd = fd}};
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) Die("epoll_ctl");
  }

  void Accept() {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
    if (fd < 0) return;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    Watch(fd);
  }

  void Serve(int fd) {
    std::string& pending = pending_[fd];
    const ssize_t count = ::read(fd, chunk_.data(), chunk_.size());
    if (count <= 0) {
      pending_.erase(fd);
      ::close(fd);
      return;
    }
    pending.append(chunk_.data(), static_cast<size_t>(count));
    while (const size_t size = RequestSize(pending)) {
      pending.erase(0, size);
      // The socket's buffer takes a reply whole: nobody asks again before reading it.
      if (::write(fd, reply_.data(), reply_.size()) < 0 && errno != EPIPE) Die("write");
    }
  }

  int epoll_;
  int listener_;
  int port_ = 0;
  std::string reply_ = ReplyBytes();
  std::unordered_map<int, std::string> pending_;  // bytes of a request that is not whole, by socket
  std::array<char, 65'536> chunk_;
};

}  // namespace
}  // namespace extractd::bench

int main() {
  ::signal(SIGPIPE, SIG_IGN);
  const auto upstream = std::make_unique<extractd::bench::Upstream>();
  fmt::print("http://127.0.0.1:{}\n", upstream->port());
  std::fflush(stdout);
  upstream->Run();
}
