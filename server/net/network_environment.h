// What the environment of the process says about the network, in the variables that other programs
// read too, and libcurl's start.
#ifndef EXTRACTD_SERVER_NET_NETWORK_ENVIRONMENT_H_
#define EXTRACTD_SERVER_NET_NETWORK_ENVIRONMENT_H_

#include <string>

namespace extractd::net {

struct NetworkEnvironment {
  // True if any of http_proxy, HTTPS_PROXY, ALL_PROXY … is set. libcurl then reads them itself; if
  // there is none it is told so, which spares each request the search.
  bool has_proxy = false;
  std::string ca_file = {};  // SSL_CERT_FILE, CURL_CA_BUNDLE, else the system's bundle
  // SSL_CERT_DIR; empty: none. With one, libcurl reads all certificates anew for each connection,
  // some 20 ms on the loop, instead of once a day.
  std::string ca_directory = {};
};

// Reads the environment now. Not while another thread changes it.
NetworkEnvironment ReadNetworkEnvironment();

// Starts libcurl once for the process. Thread-safe. False: it cannot be used.
bool StartCurl();

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_NETWORK_ENVIRONMENT_H_
