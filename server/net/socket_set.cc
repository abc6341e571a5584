#include "server/net/socket_set.h"

#include <cerrno>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <sys/socket.h>
#include <unistd.h>

namespace extractd::net {
namespace {

using Descriptor = asio::posix::stream_descriptor;

constexpr int kRead = CURL_CSELECT_IN;
constexpr int kWrite = CURL_CSELECT_OUT;

// CURL_POLL_* as bits of CURL_CSELECT_*.
int BitsOf(int what) {
  switch (what) {
    case CURL_POLL_IN:
      return kRead;
    case CURL_POLL_OUT:
      return kWrite;
    case CURL_POLL_INOUT:
      return kRead | kWrite;
    default:
      return 0;
  }
}

}  // namespace

// Handlers in flight share it and do nothing once it is closed.
struct SocketSet::Watched {
  explicit Watched(const asio::any_io_executor& loop) : descriptor(loop) {}

  Descriptor descriptor;
  PoolStats* pool = nullptr;  // null: not ours, but lent by libcurl
  int wanted = 0;             // by libcurl
  int waiting = 0;            // with a handler in flight
  bool closed = false;
};

SocketSet::SocketSet(asio::any_io_executor loop, OnReady on_ready)
    : loop_(std::move(loop)), on_ready_(std::move(on_ready)) {}

SocketSet::~SocketSet() {
  for (const auto& [socket, watched] : sockets_) Forget(watched);
}

curl_socket_t SocketSet::Open(const curl_sockaddr& address, PoolStats& pool) {
  const int type = address.socktype | SOCK_CLOEXEC | SOCK_NONBLOCK;
  const int socket = ::socket(address.family, type, address.protocol);
  if (socket < 0) return CURL_SOCKET_BAD;
  if (Add(socket, &pool) != nullptr) return socket;
  const int error = errno;
  ::close(socket);
  errno = error;
  return CURL_SOCKET_BAD;
}

int SocketSet::Close(curl_socket_t socket) {
  const auto found = sockets_.find(socket);
  if (found == sockets_.end()) return ::close(socket);
  Forget(found->second);
  sockets_.erase(found);
  return 0;
}

bool SocketSet::Watch(curl_socket_t socket, int what) {
  const auto found = sockets_.find(socket);
  const bool known = found != sockets_.end();
  if (what == CURL_POLL_REMOVE) {
    if (!known) return true;
    // Ours stays registered while its connection idles.
    found->second->wanted = 0;
    if (found->second->pool != nullptr) return true;
    Forget(found->second);
    sockets_.erase(found);
    return true;
  }
  const Pointer watched = known ? found->second : Add(socket, nullptr);
  if (watched == nullptr) return false;
  watched->wanted = BitsOf(what);
  Arm(watched);
  return true;
}

SocketSet::Pointer SocketSet::Add(curl_socket_t socket, PoolStats* pool) {
  auto watched = std::make_shared<Watched>(loop_);
  boost::system::error_code error;
  watched->descriptor.assign(socket, error);
  if (error) {
    errno = error.value();
    return nullptr;
  }
  watched->pool = pool;
  if (pool != nullptr) ++pool->open;
  sockets_.insert_or_assign(socket, watched);
  return watched;
}

void SocketSet::Forget(const Pointer& watched) {
  watched->closed = true;
  if (watched->pool == nullptr) {
    watched->descriptor.release();
    return;
  }
  --watched->pool->open;
  boost::system::error_code ignored;
  watched->descriptor.close(ignored);  // leaves the loop first
}

void SocketSet::Arm(const Pointer& watched) {
  for (const int bit : {kRead, kWrite}) {
    if ((watched->wanted & ~watched->waiting & bit) != 0) Wait(watched, bit);
  }
}

void SocketSet::Wait(const Pointer& watched, int bit) {
  watched->waiting |= bit;
  watched->descriptor.async_wait(
      bit == kRead ? Descriptor::wait_read : Descriptor::wait_write,
      [this, watched, bit](boost::system::error_code error) {
        watched->waiting &= ~bit;
        // `this` may be gone if it is closed; libcurl may have lost interest if it is not.
        if (!watched->closed && (watched->wanted & bit) != 0) Ready(watched, bit, bool(error));
      }
  );
}

void SocketSet::Ready(const Pointer& watched, int bit, bool failed) {
  on_ready_(watched->descriptor.native_handle(), failed ? CURL_CSELECT_ERR : bit);
  if (!watched->closed) Arm(watched);
}

}  // namespace extractd::net
