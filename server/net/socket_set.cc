#include "server/net/socket_set.h"

#include <cerrno>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
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

// Tells a socket from the next one with the same number. 0: there is none.
ino_t IdentityOf(curl_socket_t socket) {
  struct stat status = {};
  return ::fstat(socket, &status) == 0 ? status.st_ino : 0;
}

}  // namespace

// Handlers in flight share it and do nothing once it is closed.
struct SocketSet::Watched {
  explicit Watched(const asio::any_io_executor& loop) : descriptor(loop) {}

  Descriptor descriptor;
  PoolStats* pool = nullptr;  // null: not ours, but lent by libcurl
  ino_t identity = 0;         // of ours
  bool connected = false;
  int wanted = 0;   // by libcurl
  int waiting = 0;  // with a handler in flight
  bool closed = false;
};

SocketSet::SocketSet(asio::any_io_executor loop, OnReady on_ready)
    : loop_(std::move(loop)), on_ready_(std::move(on_ready)) {}

SocketSet::~SocketSet() {
  for (const auto& [socket, watched] : sockets_) Release(*watched);
}

curl_socket_t SocketSet::Open(const curl_sockaddr& address, PoolStats& pool) {
  const int type = address.socktype | SOCK_CLOEXEC | SOCK_NONBLOCK;
  const int socket = ::socket(address.family, type, address.protocol);
  if (socket < 0) return CURL_SOCKET_BAD;
  // Who is there under this number was closed behind our back, and libcurl may not have noticed
  // that the number is another socket now: it does not say again what it waits for.
  int wanted = 0;
  if (const auto stale = sockets_.find(socket); stale != sockets_.end()) {
    wanted = stale->second->wanted;
    Release(*stale->second);
    sockets_.erase(stale);
  }
  const Pointer watched = Register(socket, &pool);
  if (watched == nullptr) {
    const int error = errno;
    ::close(socket);
    errno = error;
    return CURL_SOCKET_BAD;
  }
  watched->wanted = wanted;
  Arm(watched);
  return socket;
}

int SocketSet::Close(curl_socket_t socket) {
  const auto found = sockets_.find(socket);
  if (found == sockets_.end()) return ::close(socket);
  Watched& watched = *found->second;
  watched.closed = true;
  if (watched.pool != nullptr) --watched.pool->open;
  boost::system::error_code ignored;
  watched.descriptor.close(ignored);  // leaves the loop first
  sockets_.erase(found);
  return 0;
}

bool SocketSet::Watch(curl_socket_t socket, int what) {
  const auto found = sockets_.find(socket);
  const bool known = found != sockets_.end();
  if (what == CURL_POLL_REMOVE) {
    if (known) StopWatching(found);
    return true;
  }
  const Pointer watched = known ? found->second : Register(socket, nullptr);
  if (watched == nullptr) return false;
  watched->wanted = BitsOf(what);
  // While it connects, it waits for writing alone.
  if ((watched->wanted & kRead) != 0) watched->connected = true;
  Arm(watched);
  return true;
}

SocketSet::Pointer SocketSet::Register(curl_socket_t socket, PoolStats* pool) {
  auto watched = std::make_shared<Watched>(loop_);
  boost::system::error_code error;
  watched->descriptor.assign(socket, error);
  if (error) {
    errno = error.value();
    return nullptr;
  }
  if (pool != nullptr) {
    watched->pool = pool;
    watched->identity = IdentityOf(socket);
    ++pool->open;
  }
  sockets_.insert_or_assign(socket, watched);
  return watched;
}

void SocketSet::StopWatching(Sockets::iterator at) {
  Watched& watched = *at->second;
  watched.wanted = 0;
  // Ours stays registered while its connection idles.
  const bool ours = watched.pool != nullptr;
  if (ours && (watched.connected || IdentityOf(at->first) == watched.identity)) return;
  Release(watched);
  sockets_.erase(at);
}

void SocketSet::Release(Watched& watched) {
  watched.closed = true;
  if (watched.pool != nullptr) --watched.pool->open;
  watched.descriptor.release();
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
