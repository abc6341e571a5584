// SharedConnections: which transfers use one HTTP/2 connection together.
//
// libcurl 7.88 notes the RST_STREAM of a transfer that is taken out, but sends it only with the
// next frame of the connection, and the server would go on working for nobody until then. Whoever
// shares the connection can be made to send it.
#ifndef EXTRACTD_SERVER_NET_SHARED_CONNECTIONS_H_
#define EXTRACTD_SERVER_NET_SHARED_CONNECTIONS_H_

#include <vector>

#include <absl/container/flat_hash_map.h>

#include "server/net/easy_handle.h"

namespace extractd::net {

class SharedConnections {
 public:
  // `port`: the local one, which tells connections apart while they stand.
  void Join(int port, EasyHandle& handle);
  void Leave(int port, EasyHandle& handle);
  // Sends what waits to be sent on the connection, if anybody is left on it. REQUIRES: not called
  // by libcurl.
  void Flush(int port);

 private:
  absl::flat_hash_map<int, std::vector<EasyHandle*>> users_;
};

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_SHARED_CONNECTIONS_H_
