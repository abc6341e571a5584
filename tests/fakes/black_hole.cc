#include "tests/fakes/black_hole.h"

#include <cerrno>
#include <stdexcept>

#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace extractd::fakes {
namespace {

sockaddr* AsAddress(sockaddr_in& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

// True if connecting gets no answer: the queue is full.
bool Hangs(int socket, sockaddr_in& address) {
  constexpr int kSoonMs = 100;
  if (::connect(socket, AsAddress(address), sizeof address) == 0) return false;
  if (errno != EINPROGRESS) throw std::runtime_error("black hole: connect failed");
  pollfd waiting = {.fd = socket, .events = POLLOUT, .revents = 0};
  return ::poll(&waiting, 1, kSoonMs) == 0;
}

}  // namespace

BlackHole::BlackHole() {
  constexpr size_t kMostSockets = 64;
  sockaddr_in address = {};
  socklen_t size = sizeof address;
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockets_.push_back(listener);
  if (::bind(listener, AsAddress(address), size) != 0 || ::listen(listener, 0) != 0 ||
      ::getsockname(listener, AsAddress(address), &size) != 0) {
    throw std::runtime_error("black hole: cannot listen");
  }
  bool full = false;
  while (!full && sockets_.size() < kMostSockets) {
    sockets_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    full = Hangs(sockets_.back(), address);
  }
  if (!full) throw std::runtime_error("black hole: the queue does not fill");
  url_ = fmt::format("http://127.0.0.1:{}", ntohs(address.sin_port));
}

BlackHole::~BlackHole() {
  for (const int socket : sockets_) ::close(socket);
}

}  // namespace extractd::fakes
