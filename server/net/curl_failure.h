// Why a transfer failed, from libcurl's code and what was going on, as a TransportFailure and as
// one sentence. The sentence names the origin of the URL and nothing else of the request.
#ifndef EXTRACTD_SERVER_NET_CURL_FAILURE_H_
#define EXTRACTD_SERVER_NET_CURL_FAILURE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include "server/net/http.h"

namespace extractd::net {

// How far a transfer has come.
enum class Phase : std::uint8_t {
  kQueued,      // waits for a free connection
  kConnecting,  // DNS, TCP, TLS
  kWaiting,     // for the first byte of the reply
  kReading,
};

// kNone for CURLE_OK.
TransportFailure FailureOf(CURLcode code, Phase phase);

struct FailureFacts {
  std::string_view url = {};
  Phase phase = Phase::kQueued;
  CURLcode code = CURLE_OK;
  std::string_view detail = {};  // libcurl's own sentence; told of TLS alone
  int system_error = 0;          // errno of the connect; 0: unknown
  HttpTimers timers = {};
  size_t max_reply_bytes = 0;
  size_t body_bytes = 0;  // that came
  bool headers_too_large = false;
};

std::string DescribeFailure(TransportFailure failure, const FailureFacts& facts);

// "host:port" or "host" as it stands in the URL; "the server" if there is none. No user, no path.
std::string_view OriginOf(std::string_view url);

}  // namespace extractd::net

#endif  // EXTRACTD_SERVER_NET_CURL_FAILURE_H_
