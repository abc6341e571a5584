// SocketSet: the descriptors of libcurl on the loop. A socket is opened and closed here and stays
// registered with the loop for its whole life, so that a request over a connection that stands
// costs no registration, and a closed number has left the loop before it can be used again. The
// descriptors that libcurl makes by itself (to be woken by its resolver) are adopted while it
// watches them and then left to it.
//
// libcurl 7.88 to 8.2 closes a socket that it could not connect behind our back
// (curl/curl#11439). Such a socket is recognised when libcurl stops watching it, or when its number
// comes back.
#ifndef EXTRACTD_SERVER_NET_SOCKET_SET_H_
#define EXTRACTD_SERVER_NET_SOCKET_SET_H_

#include <functional>
#include <memory>

#include <absl/container/flat_hash_map.h>
#include <curl/curl.h>

#include "server/base/task.h"
#include "server/net/http_client.h"

namespace extractd::net {

class SocketSet {
 public:
  // Told of a descriptor and its CURL_CSELECT_* bits. Called from the loop only, never from within
  // a function of this class.
  using OnReady = std::function<void(curl_socket_t, int)>;

  SocketSet(asio::any_io_executor loop, OnReady on_ready);
  // REQUIRES: libcurl has closed what it had.
  ~SocketSet();
  SocketSet(const SocketSet&) = delete;
  SocketSet& operator=(const SocketSet&) = delete;

  // A new socket, counted in `pool` until it is closed; CURL_SOCKET_BAD, with errno set, if there
  // is none to be had. `pool` outlives this.
  curl_socket_t Open(const curl_sockaddr& address, PoolStats& pool);
  // Of Open only. 0, as close().
  int Close(curl_socket_t socket);
  // What libcurl waits for: a CURL_POLL_* value. False: it cannot be waited for.
  bool Watch(curl_socket_t socket, int what);

 private:
  struct Watched;
  using Pointer = std::shared_ptr<Watched>;
  using Sockets = absl::flat_hash_map<curl_socket_t, Pointer>;

  // Null, with errno set, if the loop cannot watch it.
  Pointer Register(curl_socket_t socket, PoolStats* pool);
  void StopWatching(Sockets::iterator at);
  // Leaves the descriptor to whoever has it now.
  void Release(Watched& watched);
  void Arm(const Pointer& watched);
  void Wait(const Pointer& watched, int bit);
  void Ready(const Pointer& watched, int bit, bool failed);

  asio::any_io_executor loop_;
  OnReady on_ready_;
  Sockets sockets_;
};

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_SOCKET_SET_H_
