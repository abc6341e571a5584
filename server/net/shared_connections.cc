#include "server/net/shared_connections.h"

#include <algorithm>

namespace extractd::net {

void SharedConnections::Join(int port, EasyHandle& handle) {
  users_[port].push_back(&handle);
}

void SharedConnections::Leave(int port, EasyHandle& handle) {
  const auto found = users_.find(port);
  if (found == users_.end()) return;
  std::erase(found->second, &handle);
  if (found->second.empty()) users_.erase(found);
}

void SharedConnections::Flush(int port) {
  const auto found = users_.find(port);
  if (found == users_.end()) return;
  // Going on after a pause announces a new window, and sends all that waits along with it.
  CURL* other = found->second.front()->get();
  curl_easy_pause(other, CURLPAUSE_RECV);
  curl_easy_pause(other, CURLPAUSE_CONT);
}

}  // namespace extractd::net
